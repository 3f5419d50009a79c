from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from core.actions.partitions import open_months
from core.hooks import load_pack


class Command(BaseCommand):
    help = (
        "Load the country pack: places, questionnaire, formulas, programmes, categories. A second run changes nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        open_months()
        counts: dict[str, int] = {}
        for function in load_pack.functions:
            counts |= function(settings.COUNTRY_PACK_DIR)
        if int(options["verbosity"]):
            self.stdout.write(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()))
