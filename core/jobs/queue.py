"""Putting work into the queue: the row first, the message on commit."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from core import audit
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.acting import acting
from core.jobs import kinds
from core.models import Job

log = logging.getLogger(__name__)


class NotAgain(Exception):
    """This job cannot be tried again."""


class NotWaiting(Exception):
    """Only a job that still waits can be cancelled."""


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


def retry(*, job_id: int, actor: Actor, at: datetime, reason: str = "", send: bool = True) -> Job:
    """Let a failed job wait again; it goes on at the part that failed, as the person who started it.

    Locks the job. A repeat, while it waits or runs again, writes nothing.

    Raises:
        NotPermitted: the actor neither started it nor looks after jobs of this kind.
        NotAgain: it did not fail, its kind refuses, or the same work is under way in another job.
    """
    with acting(actor=actor, at=at, reason=reason):
        job = _locked(job_id=job_id, actor=actor)
        if job.status in (Job.Status.QUEUED, Job.Status.RUNNING):
            return job
        if job.status != Job.Status.FAILED:
            raise NotAgain("Only a job that stopped with an error can be tried again.")
        kind = kinds.find(job.kind)
        if kind is None:
            raise NotAgain("Nobody knows this kind of work any more.")
        kind.retried(job=job, actor=actor, at=at)
        job.status, job.error, job.finished_at, job.lease_until = Job.Status.QUEUED, "", None, None
        try:
            with transaction.atomic():
                job.save(update_fields=["status", "error", "finished_at", "lease_until"])
        except IntegrityError as error:
            raise NotAgain("The same work is under way in another job.") from error
        audit.record("job.retry", subject_type="job", subject_id=job.pk, details={"kind": job.kind})
        if send:
            transaction.on_commit(lambda: send_to_worker(job_id=job.pk))
    return job


def cancel(*, job_id: int, actor: Actor, at: datetime, reason: str = "") -> Job:
    """Take a waiting job out of the queue. Locks the job; a repeat writes nothing.

    Raises:
        NotPermitted: the actor neither started it nor looks after jobs of this kind.
        NotWaiting: a worker has it already, or it is over.
    """
    with acting(actor=actor, at=at, reason=reason):
        job = _locked(job_id=job_id, actor=actor)
        if job.status == Job.Status.CANCELLED:
            return job
        if job.status != Job.Status.QUEUED:
            raise NotWaiting("A worker has begun this job, or it is over. Only a waiting job can be cancelled.")
        job.status, job.finished_at = Job.Status.CANCELLED, at
        job.save(update_fields=["status", "finished_at"])
        if kind := kinds.find(job.kind):
            kind.cancelled(job=job, actor=actor, at=at)
        audit.record("job.cancel", subject_type="job", subject_id=job.pk, details={"kind": job.kind})
    return job


def may_manage(*, job: Job, actor: Actor) -> bool:
    """Whether the actor may retry or cancel: who started it, and who sees jobs and holds its kind's permission.

    A retried job acts as who started it; so asking for the kind's own permission keeps it from being borrowed.
    """
    if actor.is_system or (job.actor_id is not None and job.actor_id == actor.user_id):
        return True
    kind = kinds.find(job.kind)
    needed = (kind and kind.permission) or Permission.ACCESS_PROPOSE
    return actor.may(Permission.JOBS_VIEW) and actor.may(needed)


def _locked(*, job_id: int, actor: Actor) -> Job:
    job = Job.objects.select_for_update(of=("self",)).get(pk=job_id)
    if not may_manage(job=job, actor=actor):
        raise NotPermitted(sentence="Only who started this job, and who looks after such work, may do this.")
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
