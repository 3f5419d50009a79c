"""Write a sample register of invented households as import files."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.data_files import read_yaml
from registry.sample import write


class Command(BaseCommand):
    help = (
        "Write import files (households.csv, persons.csv) about invented people, and beside them "
        "truth/duplicates.csv, which says who was entered twice. The same options give "
        "the same bytes. Needs no database."
    )
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--households", type=int, default=5000, help="how many households")
        parser.add_argument("--seed", type=int, default=1, help="another seed, other people")
        parser.add_argument("--out", type=Path, required=True, help="folder for the files")
        parser.add_argument(
            "--on",
            type=date.fromisoformat,
            help="day up to which interviews took place, YYYY-MM-DD (default: the pack's)",
        )
        parser.add_argument("--errors", type=int, default=0, help="how many households to spoil on purpose")
        parser.add_argument("--pack", type=Path, help="folder of the country pack")
        parser.add_argument(
            "--workers",
            type=int,
            default=0,
            help="processes (default: one, or one a processor for 20,000 households or more)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        pack = options["pack"] or settings.COUNTRY_PACK_DIR
        households = options["households"]
        many = os.cpu_count() or 1 if households >= 20_000 else 1
        try:
            summary = write.write(
                pack=pack,
                out=options["out"],
                households=households,
                seed=options["seed"],
                on=options["on"] or _default_date(pack),
                spoilt_households=options["errors"],
                workers=options["workers"] or many,
                progress=self._progress if options["verbosity"] and self.stderr.isatty() else None,
            )
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{summary.households} households, {summary.persons} persons, of whom "
            f"{summary.duplicate_persons} entered twice; "
            f"{summary.spoilt_households} households spoilt."
        )

    def _progress(self, done: int, total: int) -> None:
        self.stderr.write(f"\r{done} of {total} households", ending="\n" if done == total else "")


def _default_date(pack: Path) -> date:
    return date.fromisoformat(str(read_yaml(pack / "sample.yaml")["reference_date"]))
