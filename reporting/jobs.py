"""The count of figures as a job."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from core.access.actor import Actor
from core.access.permissions import Permission
from core.jobs.kinds import JobKind
from core.models import Job
from reporting.actions import figures


class RefreshFigures(JobKind):
    """One part, because the figures are one statement: after a crash it is done again whole."""

    name = figures.JOB_KIND
    seen_with = Permission.REPORTING_VIEW

    def plan(self, *, job: Job, actor: Actor, at: datetime) -> int:
        return 1

    def run_part(self, *, job: Job, part: int, actor: Actor, at: datetime) -> Mapping[str, int]:
        snapshot = figures.count(actor=actor, at=at, on=timezone.localdate(at), job_id=job.pk)
        return {"figures": snapshot.figures.count()}
