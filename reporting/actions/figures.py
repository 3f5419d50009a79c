"""Counting the figures anew."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import connection

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting
from core.jobs import queue
from core.models import Job
from reporting.indicators import listed
from reporting.indicators.statement import statement
from reporting.models import Figure, Snapshot
from reporting.parameters import age_groups

JOB_KIND = "reporting.refresh"


def refresh(*, actor: Actor, at: datetime, one_shot: UUID | None = None, send: bool = True) -> Job:
    """Queue the count of all figures, or return the one under way: at most one is alive.

    A form sent twice (the same ``one_shot``) has one effect. ``send=False``: the caller runs it in the foreground.

    Raises:
        NotPermitted: the actor may not see dashboards.
    """
    actor.require(Permission.REPORTING_VIEW)
    with acting(actor=actor, at=at, reason="Figures counted anew"):
        done = one_shot and Job.objects.filter(kind=JOB_KIND, parameters__one_shot=str(one_shot)).order_by("id").first()
        if done:
            return done
        return queue.enqueue(
            kind=JOB_KIND,
            identity=JOB_KIND,
            label="Counting the figures",
            actor=actor,
            at=at,
            parameters={"one_shot": str(one_shot)} if one_shot else {},
            reason="Figures counted anew",
            send=send,
        )


def count(*, actor: Actor, at: datetime, on: date, job_id: int | None = None) -> Snapshot:
    """Count every indicator in one statement and let pages read the result from this commit on.

    Removes all older snapshots but the last, which pages may still be reading. ``on`` is the business day that ages
    are reckoned for. One row in the audit log.
    """
    with acting(actor=actor, at=at, reason="Figures counted anew", job_id=job_id), connection.cursor() as cursor:
        snapshot = Snapshot.objects.create(computed_at=at, on=on, job_id=job_id)
        cursor.execute(statement(indicators=listed(), groups=age_groups()), {"snapshot": snapshot.pk, "on": on})
        figures = cursor.rowcount
        kept = list(Snapshot.objects.order_by("-pk").values_list("pk", flat=True)[:2])
        Figure.objects.exclude(snapshot_id__in=kept).delete()
        Snapshot.objects.exclude(pk__in=kept).delete()
        audit.record("reporting.count", subject_type="snapshot", subject_id=snapshot.pk, details={"figures": figures})
        return snapshot
