"""The process beside a job's worker (``core.jobs.beside``); started by the worker, never by hand."""

from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand

from core import pipes
from core.jobs import runner


class Command(BaseCommand):
    help = "Makes parts of a job ready beside its worker, which starts it and speaks to it by its pipes."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("job", type=int)
        parser.add_argument("token", type=int, help="of the lease that the worker holds")

    def handle(self, *args: Any, job: int, token: int, **options: Any) -> None:
        asked, answers = pipes.ends()

        def next_part() -> dict[str, int]:
            part, at = pipes.get(asked)
            return runner.part_beside(job_id=job, token=token, part=part, at=at, turn=lambda: pipes.get(asked))

        with suppress(pipes.Gone):
            pipes.put(answers, "ready")
            pipes.serve(answers, next_part)
