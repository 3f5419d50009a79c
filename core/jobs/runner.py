"""Running a job: claim, plan, parts, finish; a lease that another worker may take over, fenced by a token."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from core.access.actor import Actor, ActorKind
from core.acting import acting
from core.jobs.kinds import JobKind, get
from core.models import Job
from core.queries.access import actor_of

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
Progress = Callable[[Job], None]


class LeaseLost(Exception):
    """Another worker has taken over this job; what this one had under way is rolled back."""


def claim(*, job_id: int, worker: str, at: datetime) -> Job | None:
    """Take the job if nobody holds it, raising its fencing token; ``None``: somebody else has it, or it is over."""
    claimed = (
        Job.objects.filter(pk=job_id, status__in=[Job.Status.QUEUED, Job.Status.RUNNING])
        .filter(Q(lease_until__isnull=True) | Q(lease_until__lt=at))
        .update(
            status=Job.Status.RUNNING,
            lease_token=F("lease_token") + 1,
            lease_until=at + timedelta(seconds=settings.JOB_LEASE_SECONDS),
            heartbeat_at=at,
            started_at=at,
            attempts=F("attempts") + 1,
            worker=worker,
        )
    )
    return Job.objects.get(pk=job_id) if claimed else None


def run(*, job_id: int, worker: str, clock: Clock = timezone.now, progress: Progress | None = None) -> Job:
    """Run the job to its end, or to the end of what this worker may do; returns its row as it then stands.

    Errors of the work mark the job failed with a sentence; they are not raised. A lost lease ends quietly: the other
    worker goes on.
    """
    job = claim(job_id=job_id, worker=worker, at=clock())
    if job is None:
        return Job.objects.get(pk=job_id)
    kind, actor = get(job.kind), _actor_for(job)
    with _Heartbeat(job):
        try:
            _work(job=job, kind=kind, actor=actor, clock=clock, progress=progress)
        except LeaseLost:
            log.warning("job %s: another worker has taken over", job.pk)
        except Exception as error:
            log.exception("job %s failed", job.pk)
            _fail(job=job, kind=kind, actor=actor, at=clock(), error=error)
    job.refresh_from_db()
    if progress:
        progress(job)
    return job


def _work(*, job: Job, kind: JobKind, actor: Actor, clock: Clock, progress: Progress | None) -> None:
    if job.parts_total is None:
        at = clock()
        with acting(actor=actor, at=at, reason=job.reason, job_id=job.pk):
            job.parts_total = kind.plan(job=job, actor=actor, at=at)
            _commit(job, at=at, parts_total=job.parts_total, state=job.state)
    while job.parts_done < job.parts_total:
        at = clock()
        with acting(actor=actor, at=at, reason=job.reason, job_id=job.pk):
            counts = kind.run_part(job=job, part=job.parts_done, actor=actor, at=at)
            total = {name: job.counts.get(name, 0) + counts.get(name, 0) for name in {*job.counts, *counts}}
            _commit(job, at=clock(), parts_done=job.parts_done + 1, counts=total, state=job.state)
        job.parts_done += 1
        job.counts = total
        if progress:
            progress(job)
    at = clock()
    with acting(actor=actor, at=at, reason=job.reason, job_id=job.pk):
        kind.finish(job=job, actor=actor, at=at)
        _commit(
            job, at=at, status=Job.Status.DONE, finished_at=at, lease_until=None, counts=job.counts, state=job.state
        )


def _commit(job: Job, *, at: datetime, **values: object) -> None:
    """Write progress under this worker's token; the part's work commits with it.

    Raises:
        LeaseLost: the token is no longer the job's.
    """
    values.setdefault("lease_until", at + timedelta(seconds=settings.JOB_LEASE_SECONDS))
    held = Job.objects.filter(pk=job.pk, lease_token=job.lease_token, status=Job.Status.RUNNING)
    if not held.update(heartbeat_at=at, **values):
        raise LeaseLost(f"Job {job.pk} is no longer held under token {job.lease_token}.")


def _fail(*, job: Job, kind: JobKind, actor: Actor, at: datetime, error: Exception) -> None:
    try:
        with acting(actor=actor, at=at, reason=job.reason, job_id=job.pk):
            _commit(job, at=at, status=Job.Status.FAILED, finished_at=at, lease_until=None, error=_sentence(error))
            kind.failed(job=job, actor=actor, at=at)
    except LeaseLost:
        log.warning("job %s: failed after another worker took over", job.pk)


def _sentence(error: Exception) -> str:
    text = str(error).strip().splitlines()[0] if str(error).strip() else ""
    return text or f"The work stopped with an error ({type(error).__name__})."


def _actor_for(job: Job) -> Actor:
    if job.actor_id is None:
        return Actor(kind=ActorKind.SYSTEM, name="The system", request_id=f"job-{job.pk}")
    return actor_of(user_id=job.actor_id, kind=ActorKind.JOB, request_id=f"job-{job.pk}")


class _Heartbeat:
    """Keeps the lease while one long statement runs, from a thread with a connection of its own."""

    def __init__(self, job: Job) -> None:
        self._job_id, self._token = job.pk, job.lease_token
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat-{job.pk}", daemon=True)

    def __enter__(self) -> "_Heartbeat":
        if not connection.in_atomic_block:  # inside a caller's transaction the row is not visible to another connection
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _beat(self) -> None:
        try:
            while not self._stop.wait(settings.JOB_HEARTBEAT_SECONDS):
                now = timezone.now()
                with transaction.atomic():
                    Job.objects.filter(pk=self._job_id, lease_token=self._token, status=Job.Status.RUNNING).update(
                        heartbeat_at=now, lease_until=now + timedelta(seconds=settings.JOB_LEASE_SECONDS)
                    )
        finally:
            close_old_connections()
            connection.close()
