"""Bring households and persons in from a workbook or two CSV files."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from core.access.actor import SYSTEM, Actor, ActorKind
from core.jobs import runner
from core.models import Job, User
from core.queries.access import actor_of
from core.tasks import worker_name
from registry.actions import imports
from registry.models import ImportBatch, SubmissionIssue

SHOWN = 50


class Command(BaseCommand):
    help = (
        "Bring households in from two files, HOUSEHOLDS.csv and PERSONS.csv, or from one workbook, REGISTER.xlsx, with "
        "the sheets households and persons (docs/import-format.md). Every household "
        "is checked like one that an officer registers; the same files a second time change nothing. Ends with 0 when "
        "the files were read, also if some households were refused, and with 1 when they were not."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("households", type=Path, help="the file of households, or the workbook")
        parser.add_argument("persons", type=Path, nargs="?", help="the file of persons; none beside a workbook")
        parser.add_argument("--dry-run", action="store_true", help="check everything, write nothing")
        parser.add_argument("--all-or-nothing", action="store_true", help="enter nothing if a household is refused")
        parser.add_argument(
            "--re-survey", action="store_true", help="update households that are registered (needs --as)"
        )
        parser.add_argument("--json", action="store_true", help="print the summary as JSON")
        parser.add_argument("--as", dest="user", help="e-mail address of the user who imports (default: the system)")
        parser.add_argument("--queue", action="store_true", help="leave the work to a worker and return at once")

    def handle(self, *args: Any, **options: Any) -> None:
        for path in (options["households"], options["persons"]):
            if path is not None and not path.is_file():
                raise CommandError(f"There is no file {path}.")
        workbook = options["households"].suffix.lower() not in (".csv", ".txt")
        if (options["persons"] is None) != workbook:
            raise CommandError("Give households.csv and persons.csv, or one workbook.")
        actor = _actor(options["user"])
        if options["re_survey"] and actor.user_id is None:
            raise CommandError("A survey made anew is sent by a person: say who with --as.")
        if options["dry_run"]:
            with transaction.atomic():
                summary = self._import(actor, options)
                transaction.set_rollback(True)
        else:
            summary = self._import(actor, options)
        self._say(summary, as_json=options["json"])
        if summary["status"] == ImportBatch.Status.FAILED or summary["error"]:
            sys.exit(1)

    def _import(self, actor: Actor, options: dict[str, Any]) -> dict[str, Any]:
        at = timezone.now()
        batch = imports.receive(
            households=options["households"],
            persons=options["persons"],
            households_name=options["households"].name,
            persons_name=(options["persons"] or options["households"]).name,
            dry_run=options["dry_run"],
            all_or_nothing=options["all_or_nothing"],
            re_survey=options["re_survey"],
            actor=actor,
            at=at,
            send=options["queue"],
        )
        repeated = batch.created_at != at
        job = batch.job
        if job is not None and not options["queue"]:
            job = runner.run(job_id=job.pk, worker=worker_name(), progress=None if options["json"] else self._progress)
        batch.refresh_from_db()
        return {
            "batch": batch.pk,
            "dry_run": batch.dry_run,
            "repeated": repeated,
            "status": batch.status,
            "error": job.error if job else "",
            "counts": batch.counts,
            "issues": _issues(batch),
        }

    def _progress(self, job: Job) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{job.percent} %", ending="\n" if job.status != Job.Status.RUNNING else "")

    def _say(self, summary: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(summary, ensure_ascii=False, indent=1))
            return
        for issue in summary["issues"][:SHOWN]:
            self.stdout.write(f"{issue['severity']}: {issue['location']}: {issue['message']}")
        if len(summary["issues"]) > SHOWN:
            self.stdout.write(f"and {len(summary['issues']) - SHOWN} more")
        if summary["error"]:
            self.stderr.write(summary["error"])
        if summary["status"] == ImportBatch.Status.FAILED:
            self.stdout.write("The files were refused; nothing was entered.")
            return
        if summary["repeated"]:
            self.stdout.write("These files came in before; nothing was changed. They then brought:")
        counts = summary["counts"]
        told = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
        self.stdout.write(told + ("; this was a trial, nothing was written" if summary["dry_run"] else ""))


def _actor(email: str | None) -> Actor:
    if not email:
        return SYSTEM
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise CommandError(f"Nobody signs in as {email}.")
    return actor_of(user_id=user.pk, kind=ActorKind.COMMAND)


def _issues(batch: ImportBatch) -> list[dict[str, str]]:
    rows = SubmissionIssue.objects.filter(submission__batch=batch, severity="error").order_by("id")
    return [
        *batch.issues,
        *rows.values("code", "severity", "location", "message")[:1000],
    ]
