"""Run an assessment from the command line."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.access.actor import ActorKind, NotPermitted
from core.jobs import runner
from core.models import Job, User
from core.queries.access import actor_of
from core.rules import RuleError
from core.tasks import worker_name
from eligibility.actions import runs
from eligibility.models import AssessmentRun, Programme
from eligibility.queries.rules import NoQuestionnaire, NoRules

_REFUSALS = (NotPermitted, RuleError, NoRules, NoQuestionnaire, runs.ProgrammeNotOpen, runs.DayInTheFuture)


class Command(BaseCommand):
    help = (
        "Assess everybody whom a programme might serve, on one day. The findings change nothing until another person "
        "publishes them on the assessment's page. Ends with 0 when the assessment was computed (or queued)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--programme", required=True, help="code of the programme, such as CGP")
        parser.add_argument("--as-of", type=date.fromisoformat, help="the day, as 2026-11-21 (default: today)")
        parser.add_argument("--as", dest="user", required=True, help="e-mail address of the user who prepares it")
        parser.add_argument("--queue", action="store_true", help="leave the work to a worker and return at once")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["user"]).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {options['user']}.")
        if not Programme.objects.filter(code=options["programme"]).exists():
            raise CommandError(f"There is no programme {options['programme']}.")
        at = timezone.now()
        try:
            run = runs.start(
                programme_code=options["programme"],
                as_of=options["as_of"] or timezone.localdate(at),
                actor=actor_of(user_id=user.pk, kind=ActorKind.COMMAND),
                at=at,
                send=options["queue"],
            )
        except _REFUSALS as error:
            raise CommandError(str(error)) from error
        if options["queue"]:
            self.stdout.write(f"Assessment {run.pk} is queued.")
            return
        assert run.job_id is not None
        job = runner.run(job_id=run.job_id, worker=worker_name(), progress=self._progress)
        run.refresh_from_db()
        if run.status == AssessmentRun.Status.FAILED:
            raise CommandError(job.error)
        told = ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in run.counts["outcomes"].items())
        self.stdout.write(f"Assessment {run.pk}: {run.counts['assessed']} assessed, {told}.")

    def _progress(self, job: Job) -> None:
        self.stderr.write(f"{job.percent} %")
