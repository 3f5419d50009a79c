"""``manage.py migrate``: Django's own, in about half of its time."""

from typing import Any

from django.core.management.commands import migrate

from core.migrating import light_states


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        with light_states():
            answer: str | None = super().handle(*args, **options)
            return answer
