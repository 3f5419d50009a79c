"""Running a job: claim, plan, parts, finish; a lease that another worker may take over, fenced by a token."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from core import pipes
from core.access.actor import Actor, ActorKind
from core.acting import acting
from core.jobs import beside, turns
from core.jobs.kinds import JobKind, get
from core.locks import Lock, hold
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
    _parts(job=job, kind=kind, actor=actor, clock=clock, progress=progress)
    at = clock()
    with acting(actor=actor, at=at, reason=job.reason, job_id=job.pk):
        kind.finish(job=job, actor=actor, at=at)
        _commit(
            job, at=at, status=Job.Status.DONE, finished_at=at, lease_until=None, counts=job.counts, state=job.state
        )


def _parts(*, job: Job, kind: JobKind, actor: Actor, clock: Clock, progress: Progress | None) -> None:
    """Every part that is left, two of them side by side where the kind allows it."""
    total = job.parts_total or 0
    other = beside.Beside(job) if kind.side_by_side and beside.is_worth_it(job) else None
    try:
        while job.parts_done < total:
            try:
                _next(job=job, kind=kind, actor=actor, clock=clock, other=other)
            except pipes.Gone:
                log.warning("job %s: the process beside has ended, one goes on alone", job.pk)
                assert other
                other.end()
                other = None
                job.refresh_from_db(fields=["parts_done", "counts"])
            if progress:
                progress(job)
    finally:
        if other:
            other.end()


def _next(*, job: Job, kind: JobKind, actor: Actor, clock: Clock, other: beside.Beside | None) -> None:
    """The next part; if the one beside has made it ready, that one takes it in, and the one after it is done here."""
    part = job.parts_done
    if other and other.under_way is not None:
        other.go(job.counts)
        part += 1
        if part == job.parts_total:
            job.counts, job.parts_done = other.result(), part
            return

    def turn() -> None:
        if other and other.under_way is not None:
            job.counts, job.parts_done = other.result(), part
        if other and other.is_ready() and part + 1 < (job.parts_total or 0):
            other.begin(part + 1, clock())

    _part(job=job, kind=kind, actor=actor, part=part, at=clock(), clock=clock, turn=turn)


def _part(
    *,
    job: Job,
    kind: JobKind,
    actor: Actor,
    part: int,
    at: datetime,
    clock: Clock,
    turn: Callable[[], None],
    lock: Lock | None = None,
) -> None:
    """One part and its progress; ``turn`` returns when every part before it is in, with their counts on the job.

    ``lock`` is held from the beginning to the end of the transaction.
    """
    with acting(actor=actor, at=at, reason=job.reason, job_id=job.pk):
        if lock:
            hold(lock, job.pk)
        with turns.of(turns.Turn(turn)):
            counts = kind.run_part(job=job, part=part, actor=actor, at=at)
        total = {name: job.counts.get(name, 0) + counts.get(name, 0) for name in {*job.counts, *counts}}
        _commit(job, at=clock(), after=part, parts_done=part + 1, counts=total, state=job.state)
    job.parts_done, job.counts = part + 1, total


def part_beside(
    *, job_id: int, token: int, part: int, at: datetime, turn: Callable[[], Mapping[str, int]]
) -> dict[str, int]:
    """One part in the process beside the worker that holds the lease; returns the counts of all parts up to it.

    ``turn`` waits for its turn and returns the counts of all parts before it. The lease is kept from when the part is
    in, however long ago ``at`` is by then.

    Raises:
        LeaseLost: another worker has taken over the job.
    """
    job, begun = Job.objects.get(pk=job_id), time.monotonic()
    job.lease_token = token

    def clock() -> datetime:
        return at + timedelta(seconds=time.monotonic() - begun)

    def come() -> None:
        job.counts = dict(turn())

    _part(
        job=job,
        kind=get(job.kind),
        actor=_actor_for(job),
        part=part,
        at=at,
        clock=clock,
        turn=come,
        lock=Lock.JOB_BESIDE,
    )
    return job.counts


def _commit(job: Job, *, at: datetime, after: int | None = None, **values: object) -> None:
    """Write progress under this worker's token; the part's work commits with it.

    Raises:
        LeaseLost: the token is no longer the job's, or other parts are done than those before ``after``.
    """
    values.setdefault("lease_until", at + timedelta(seconds=settings.JOB_LEASE_SECONDS))
    held = Job.objects.filter(pk=job.pk, lease_token=job.lease_token, status=Job.Status.RUNNING)
    if after is not None:
        held = held.filter(parts_done=after)
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
