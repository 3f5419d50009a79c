"""Eligibility's kinds of heavy work."""

from collections.abc import Mapping
from datetime import datetime

from celery import shared_task
from django.utils import timezone

from core.access.actor import SYSTEM, Actor
from core.access.permissions import Permission
from core.jobs.kinds import JobKind
from core.jobs.queue import NotAgain
from core.models import Job
from eligibility.actions import computing, noticing, runs


class Assess(JobKind):
    """Compute one assessment run: load, seal, attach."""

    name = runs.JOB_KIND
    seen_with = Permission.ELIGIBILITY_VIEW

    def plan(self, *, job: Job, actor: Actor, at: datetime) -> int:
        return computing.PARTS

    def run_part(self, *, job: Job, part: int, actor: Actor, at: datetime) -> Mapping[str, int]:
        run_id = int(job.parameters["run_id"])
        if part == 0:
            return computing.load(run_id=run_id)
        if part == 1:
            return computing.seal(run_id=run_id)
        return computing.attach(run_id=run_id, at=at)

    def failed(self, *, job: Job, actor: Actor, at: datetime) -> None:
        runs.fail(run_id=int(job.parameters["run_id"]), job=job)

    def retried(self, *, job: Job, actor: Actor, at: datetime) -> None:
        """Its run is over and its rows are gone, and the register has moved on: another run says so openly."""
        raise NotAgain("This assessment is over. Start another one on the programme's page.")


@shared_task(name="eligibility.note_overdue")
def note_overdue() -> int:
    """Tell who decides about the lists which households nobody has seen for too long."""
    return noticing.note_overdue(actor=SYSTEM, at=timezone.now())
