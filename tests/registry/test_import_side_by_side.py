"""Two processes take a large import in, part by part in their order; either may die."""

import signal
from datetime import timedelta

import psutil
import pytest

from core.jobs import beside, runner
from core.models import Job
from registry.actions import import_files
from registry.models import Submission
from tests.fixtures.imports import PART_SIZE, PARTS, register, wait_until_ready


@pytest.fixture(autouse=True)
def two_side_by_side(settings):
    settings.JOBS_SIDE_BY_SIDE = True


@pytest.fixture
def begun(monkeypatch):
    """Which parts were given to the process beside."""
    given = []
    begin = beside.Beside.begin
    monkeypatch.setattr(beside.Beside, "begin", lambda self, part, at: given.append(part) or begin(self, part, at))
    monkeypatch.setattr(beside.Beside, "is_ready", wait_until_ready)
    return given


def test_two_side_by_side_enter_the_same_as_one_alone_in_the_order_of_the_parts(brought, begun):
    seen = []

    job = runner.run(
        job_id=brought.batch.job_id,
        worker="one",
        clock=lambda: brought.at,
        progress=lambda job: seen.append(job.parts_done),
    )

    assert job.error == ""
    assert begun == list(range(1, PARTS, 2))
    assert brought.said_by_parts() == list(range(PARTS))
    assert (register(), job.counts) == brought.undisturbed
    assert seen == sorted(seen)
    assert job.parts_done == PARTS
    assert not [child for child in psutil.Process().children() if "work_beside" in child.cmdline()]


def test_if_the_one_beside_is_killed_the_worker_goes_on_alone(brought, begun, monkeypatch):
    go = beside.Beside.go

    def killed_when_it_goes(self, counts):
        if self.under_way == 5:
            self._process.send_signal(signal.SIGKILL)
        go(self, counts)

    monkeypatch.setattr(beside.Beside, "go", killed_when_it_goes)

    job = runner.run(job_id=brought.batch.job_id, worker="one", clock=lambda: brought.at)

    assert job.error == ""
    assert begun == [1, 3, 5]
    assert brought.said_by_parts() == list(range(PARTS))
    assert (register(), job.counts) == brought.undisturbed


def test_what_goes_wrong_beside_fails_the_job_with_its_sentence_and_is_taken_back(brought, begun, monkeypatch):
    begin = beside.Beside.begin

    def without_its_file(self, part, at):
        if part == 7:
            (import_files.folder_of(brought.batch) / f"part-{part:05}.csv").write_text("what is this?")
        begin(self, part, at)

    monkeypatch.setattr(beside.Beside, "begin", without_its_file)

    job = runner.run(job_id=brought.batch.job_id, worker="one", clock=lambda: brought.at)

    assert (job.status, job.parts_done) == (Job.Status.FAILED, 7)
    assert job.error
    assert brought.said_by_parts() == list(range(7))
    # What was made ready after it is taken back.
    assert Submission.objects.filter(batch=brought.batch).count() == 7 * PART_SIZE


def test_if_the_worker_is_killed_another_goes_on_and_nothing_is_entered_twice(brought, killed_in_the_middle):
    killed_in_the_middle()

    later = brought.at + timedelta(hours=1)
    job = runner.run(job_id=brought.batch.job_id, worker="second", clock=lambda: later)

    assert (job.status, job.attempts) == (Job.Status.DONE, 2)
    assert brought.said_by_parts() == list(range(PARTS))
    assert (register(), job.counts) == brought.undisturbed
