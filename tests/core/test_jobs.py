"""A job's work is done exactly once, whatever happens to its workers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from core import audit
from core.access.actor import SYSTEM
from core.access.roles import Role
from core.jobs import kinds, queue, runner
from core.models import AuditEntry, Job
from tests.fixtures.people import AT


class Counting(kinds.JobKind):
    """Writes one audit row a part, and can be told to fail or to lose its lease at a part."""

    name = "test.counting"

    def plan(self, *, job, actor, at) -> int:
        return int(job.parameters["parts"])

    def run_part(self, *, job, part, actor, at) -> Mapping[str, int]:
        audit.record("test.part", subject_type="test", subject_id=part, details={"actor": actor.name})
        if part == job.parameters.get("fails_at"):
            raise RuntimeError("The third household has two heads.")
        if part == job.parameters.get("loses_lease_at") and job.lease_token == 1:
            Job.objects.filter(pk=job.pk).update(lease_token=2)
        if part == job.parameters.get("sleeps_at") and job.lease_token == 1:
            time.sleep(60)
        return {"rows": 1}


@pytest.fixture(autouse=True)
def known_kind():
    kinds.register(Counting())


def enqueue(**parameters) -> Job:
    return queue.enqueue(
        kind="test.counting",
        identity="test",
        actor=SYSTEM,
        at=timezone.now(),
        parameters={"parts": 4} | parameters,
        send=False,
    )


def parts_written() -> list[int]:
    return list(
        AuditEntry.objects.filter(action="test.part").order_by("subject_id").values_list("subject_id", flat=True)
    )


def test_a_job_runs_all_its_parts_and_adds_up_their_counts():
    job = runner.run(job_id=enqueue().pk, worker="one")
    assert (job.status, job.parts_done, job.counts, job.percent) == ("done", 4, {"rows": 4}, 100)
    assert parts_written() == [0, 1, 2, 3]


def test_of_one_identity_one_job_is_alive():
    assert enqueue().pk == enqueue().pk
    runner.run(job_id=Job.objects.get().pk, worker="one")
    assert enqueue().pk != Job.objects.order_by("id")[0].pk


def test_an_error_marks_the_job_failed_in_words_and_keeps_the_parts_done():
    job = runner.run(job_id=enqueue(fails_at=2).pk, worker="one")
    assert (job.status, job.error, job.parts_done) == ("failed", "The third household has two heads.", 2)
    assert parts_written() == [0, 1]


def test_a_job_that_is_over_is_not_run_again():
    job = runner.run(job_id=enqueue().pk, worker="one")
    runner.run(job_id=job.pk, worker="two")
    assert parts_written() == [0, 1, 2, 3]


def test_a_worker_whose_lease_was_taken_writes_nothing_more():
    job = enqueue(loses_lease_at=1)
    after = runner.run(job_id=job.pk, worker="one")
    assert (after.status, after.parts_done) == ("running", 1)
    assert parts_written() == [0]


def test_a_job_held_by_another_worker_is_left_alone():
    job = enqueue()
    runner.claim(job_id=job.pk, worker="one", at=timezone.now())
    assert runner.claim(job_id=job.pk, worker="two", at=timezone.now()) is None
    later = timezone.now() + timedelta(minutes=5)
    assert runner.claim(job_id=job.pk, worker="two", at=later).lease_token == 2


def test_the_sweep_finds_lost_messages_and_dead_workers_and_no_others():
    now = timezone.now()
    job = enqueue()
    assert queue.overdue(at=now) == []
    assert queue.overdue(at=now + timedelta(seconds=30)) == [job.pk]
    runner.claim(job_id=job.pk, worker="one", at=now)
    assert queue.overdue(at=now + timedelta(seconds=1)) == []
    assert queue.overdue(at=now + timedelta(minutes=5)) == [job.pk]


def test_a_job_acts_as_the_person_who_queued_it(make_user, as_actor):
    user = make_user(Role.PROGRAMME_MANAGER, name="Palesa Sample")
    job = queue.enqueue(
        kind="test.counting", identity="x", actor=as_actor(user), at=AT, parameters={"parts": 1}, send=False
    )
    runner.run(job_id=job.pk, worker="one")
    entry = AuditEntry.objects.get(action="test.part")
    assert (entry.actor_id, entry.actor_kind, entry.job_id) == (user.pk, "job", job.pk)


def test_a_part_that_waits_long_for_its_turn_beside_keeps_the_lease_from_when_it_is_in(monkeypatch, settings):
    job = runner.claim(job_id=enqueue().pk, worker="one", at=AT)
    now = [time.monotonic()]
    monkeypatch.setattr(runner, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def turn():
        now[0] += 5 * settings.JOB_LEASE_SECONDS
        return {}

    runner.part_beside(job_id=job.pk, token=job.lease_token, part=0, at=AT, turn=turn)

    job.refresh_from_db()
    assert job.parts_done == 1
    assert job.heartbeat_at == AT + timedelta(seconds=5 * settings.JOB_LEASE_SECONDS)
    assert job.lease_until == AT + timedelta(seconds=6 * settings.JOB_LEASE_SECONDS)


def test_a_part_beside_under_a_lease_that_was_taken_writes_nothing():
    job = runner.claim(job_id=enqueue().pk, worker="one", at=AT)

    with pytest.raises(runner.LeaseLost):
        runner.part_beside(job_id=job.pk, token=job.lease_token - 1, part=0, at=AT, turn=dict)

    assert parts_written() == []


def test_a_worker_killed_in_the_middle_leaves_work_that_another_finishes_exactly_once(committed_db, settings):
    job = enqueue(sleeps_at=2)
    program = (
        "import os, django; django.setup();"
        "from core.jobs import kinds, runner; from tests.core.test_jobs import Counting;"
        f"kinds.register(Counting()); runner.run(job_id={job.pk}, worker='doomed')"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", program], env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    )
    try:
        wait_until(lambda: Job.objects.get(pk=job.pk).parts_done == 2)
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    assert Job.objects.get(pk=job.pk).status == "running"
    wait_until(lambda: not others_in_a_transaction())

    later = timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS + 1)
    after = runner.run(job_id=job.pk, worker="successor", clock=lambda: later)

    assert (after.status, after.counts, after.attempts) == ("done", {"rows": 4}, 2)
    assert parts_written() == [0, 1, 2, 3]


def others_in_a_transaction() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND state <> 'idle')"
        )
        return bool(cursor.fetchone()[0])


def wait_until(condition, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)
