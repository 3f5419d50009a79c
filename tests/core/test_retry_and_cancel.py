"""A failed job is tried again where it stopped, a waiting one is cancelled, and only by those who may."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from core import audit
from core.access.actor import SYSTEM, NotPermitted
from core.access.permissions import Permission
from core.access.roles import Role
from core.jobs import kinds, queue, runner
from core.models import AuditEntry, Job


class Stumbling(kinds.JobKind):
    """Fails at its second part until somebody has tried it again; notes what it is told."""

    name = "test.stumbling"
    permission = Permission.ELIGIBILITY_RUN

    def plan(self, *, job, actor, at) -> int:
        return 3

    def run_part(self, *, job, part, actor, at) -> Mapping[str, int]:
        audit.record("test.part", subject_type="test", subject_id=part)
        if part == 1 and job.attempts == 1:
            raise RuntimeError("The file is not there.")
        return {"rows": 1}

    def retried(self, *, job, actor, at) -> None:
        if job.parameters.get("never"):
            raise queue.NotAgain("Upload the file anew.")
        audit.record("test.retried", subject_type="test", details={"by": actor.user_id})

    def cancelled(self, *, job, actor, at) -> None:
        audit.record("test.cancelled", subject_type="test", details={"by": actor.user_id})


@pytest.fixture(autouse=True)
def known_kind():
    kinds.register(Stumbling())


@pytest.fixture
def owner(make_user, as_actor):
    return as_actor(make_user(Role.PROGRAMME_MANAGER))


def enqueued(actor, **parameters) -> Job:
    return queue.enqueue(
        kind="test.stumbling",
        identity="test:stumbling",
        actor=actor,
        at=timezone.now(),
        parameters=parameters,
        send=False,
    )


def failed(actor, **parameters) -> Job:
    return runner.run(job_id=enqueued(actor, **parameters).pk, worker="one")


def retry(job, actor):
    return queue.retry(job_id=job.pk, actor=actor, at=timezone.now(), send=False)


def cancel(job, actor):
    return queue.cancel(job_id=job.pk, actor=actor, at=timezone.now())


def count(action: str) -> int:
    return AuditEntry.objects.filter(action=action).count()


def test_a_job_tried_again_goes_on_where_it_stopped(owner):
    job = failed(owner)
    assert (job.status, job.parts_done) == ("failed", 1)
    waiting = retry(job, owner)
    assert (waiting.status, waiting.error, waiting.finished_at) == ("queued", "", None)
    assert queue.overdue(at=timezone.now() + timedelta(minutes=1)) == [job.pk]

    done = runner.run(job_id=job.pk, worker="two")

    assert (done.status, done.counts) == ("done", {"rows": 3})
    written = AuditEntry.objects.filter(action="test.part").order_by("subject_id")
    assert list(written.values_list("subject_id", flat=True)) == [0, 1, 2]


def test_trying_again_twice_writes_once(owner):
    job = failed(owner)
    retry(job, owner)
    retry(job, owner)
    assert (count("job.retry"), count("test.retried")) == (1, 1)


def test_a_job_that_is_done_is_not_tried_again(owner):
    job = failed(owner)
    retry(job, owner)
    runner.run(job_id=job.pk, worker="two")
    with pytest.raises(queue.NotAgain):
        retry(job, owner)


def test_a_kind_may_refuse_to_be_tried_again(owner):
    job = failed(owner, never=True)
    with pytest.raises(queue.NotAgain, match="Upload the file anew"):
        retry(job, owner)
    assert Job.objects.get(pk=job.pk).status == "failed"


def test_a_job_is_not_tried_again_while_the_same_work_is_under_way(owner):
    job = failed(owner)
    enqueued(owner)
    with pytest.raises(queue.NotAgain, match="under way"):
        retry(job, owner)


def test_a_waiting_job_is_cancelled_once_and_its_kind_is_told(owner):
    job = enqueued(owner)
    cancel(job, owner)
    cancel(job, owner)
    assert Job.objects.get(pk=job.pk).status == "cancelled"
    assert (count("job.cancel"), count("test.cancelled")) == (1, 1)
    assert runner.run(job_id=job.pk, worker="one").status == "cancelled"


def test_a_running_job_is_not_cancelled(owner):
    job = enqueued(owner)
    runner.claim(job_id=job.pk, worker="one", at=timezone.now())
    with pytest.raises(queue.NotWaiting):
        cancel(job, owner)


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_others_need_to_see_jobs_and_hold_the_permission_of_the_work(role, owner, make_user, as_actor):
    job = failed(owner)
    other = as_actor(make_user(role))
    if role is Role.PROGRAMME_MANAGER:
        assert retry(job, other).status == "queued"
    else:
        with pytest.raises(NotPermitted):
            retry(job, other)
        with pytest.raises(NotPermitted):
            cancel(job, other)


def test_jobs_of_the_system_without_a_permission_of_their_own_are_the_administrators(make_user, as_actor, monkeypatch):
    monkeypatch.setattr(Stumbling, "permission", None)
    job = failed(SYSTEM)
    with pytest.raises(NotPermitted):
        retry(job, as_actor(make_user(Role.PROGRAMME_MANAGER)))
    assert retry(job, as_actor(make_user(Role.ADMINISTRATOR))).status == "queued"


def test_no_job_changes_when_the_audit_record_fails(owner, broken_audit):
    stopped = failed(owner)
    waiting = queue.enqueue(kind="test.stumbling", identity="other", actor=owner, at=timezone.now(), send=False)
    with broken_audit():
        with pytest.raises(IntegrityError):
            retry(stopped, owner)
        with pytest.raises(IntegrityError):
            cancel(waiting, owner)
    stopped.refresh_from_db()
    waiting.refresh_from_db()
    assert (stopped.status, waiting.status) == ("failed", "queued")
