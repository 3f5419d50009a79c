"""Putting work into the queue: the row first, the message on commit."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from core import audit
from core.access.actor import Actor
from core.acting import acting
from core.models import Job

log = logging.getLogger(__name__)


def enqueue(
    *,
    kind: str,
    identity: str,
    actor: Actor,
    at: datetime,
    label: str = "",
    parameters: Mapping[str, Any] | None = None,
    reason: str = "",
    send: bool = True,
) -> Job:
    """Queue a job, or return the one of this ``identity`` that is already alive.

    The message to a worker leaves when the caller's transaction commits; if it is lost, the sweep sends it again.
    ``send=False`` leaves it to the caller to run it (a command in the foreground).
    """
    with acting(actor=actor, at=at, reason=reason):
        alive = Job.objects.filter(identity=identity, status__in=[Job.Status.QUEUED, Job.Status.RUNNING]).first()
        if alive:
            return alive
        try:
            with transaction.atomic():
                job = Job.objects.create(
                    kind=kind,
                    identity=identity,
                    label=label or kind,
                    parameters=dict(parameters or {}),
                    actor_id=actor.user_id,
                    actor_kind=actor.kind.value,
                    reason=reason,
                    created_at=at,
                )
        except IntegrityError:
            return Job.objects.get(identity=identity, status__in=[Job.Status.QUEUED, Job.Status.RUNNING])
        audit.record("job.enqueue", subject_type="job", subject_id=job.pk, details={"kind": kind, "identity": identity})
        if send:
            transaction.on_commit(lambda: send_to_worker(job_id=job.pk))
    return job


def send_to_worker(*, job_id: int) -> None:
    """Tell a worker that the job waits. A lost message does no harm: the sweep repeats it."""
    from kombu.exceptions import OperationalError

    from core.tasks import run_job

    try:
        run_job.delay(job_id)
    except OperationalError as error:
        log.warning("job %s: the queue did not take the message (%s); the sweep will repeat it", job_id, error)


def overdue(*, at: datetime, patience: timedelta = timedelta(seconds=10)) -> list[int]:
    """Jobs that no worker holds although they wait or run: lost messages and dead workers."""
    return list(
        Job.objects.filter(
            Q(status=Job.Status.QUEUED, created_at__lt=at - patience) | Q(status=Job.Status.RUNNING, lease_until__lt=at)
        )
        .order_by("id")
        .values_list("id", flat=True)[:100]
    )
