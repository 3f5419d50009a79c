"""Two processes take a large import in, part by part in their order; either may die."""

import os
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import psutil
import pytest
from django.db import transaction
from django.utils import timezone

from core.access.actor import SYSTEM
from core.jobs import beside, runner
from core.models import AuditEntry, Job
from registry.actions import import_files, imports
from registry.intake.files import spool
from registry.models import Submission
from registry.sample import write
from tests.registry.test_import import register

ROOT = Path(__file__).resolve().parents[2]
PARTS = 12


@pytest.fixture
def brought(committed_db, settings, tmp_path, monkeypatch):
    """A pair of files of twelve parts, received; and what they come to where nobody stands beside."""
    settings.FILES_DIR = tmp_path / "files"
    settings.JOBS_SIDE_BY_SIDE = True
    monkeypatch.setattr(import_files, "spool", lambda **k: spool(**k, part_size=20))
    write.write(
        pack=settings.COUNTRY_PACK_DIR, out=tmp_path, households=240, seed=5, on=date(2026, 9, 30), spoilt_households=5
    )
    files = {"households": tmp_path / "households.csv", "persons": tmp_path / "persons.csv"}
    at = timezone.now() + timedelta(days=400)  # after the interviews, whenever this runs
    with transaction.atomic():
        trial = imports.receive(**files, actor=SYSTEM, at=at, send=False)
        assert runner.run(job_id=trial.job_id, worker="alone", clock=lambda: at).parts_total == PARTS
        alone = register(), Job.objects.get(pk=trial.job_id).counts
        transaction.set_rollback(True)
    return imports.receive(**files, actor=SYSTEM, at=at, send=False), at, alone


def said_by_parts(batch):
    """The numbers of the parts that were taken in, as the log has them."""
    entries = AuditEntry.objects.filter(action="import.part", subject_id=batch.pk).order_by("id")
    return [entry.details["part"] for entry in entries]


@pytest.fixture
def begun(monkeypatch):
    """Which parts were given to the process beside."""
    given = []
    begin = beside.Beside.begin
    monkeypatch.setattr(beside.Beside, "begin", lambda self, part, at: given.append(part) or begin(self, part, at))
    # Started before anything is done, so that parts as small as these are shared out, too.
    monkeypatch.setattr(beside.Beside, "is_ready", lambda self: wait_until_ready(self))
    return given


_is_ready = beside.Beside.is_ready


def wait_until_ready(other):
    deadline = time.monotonic() + 60
    while not _is_ready(other):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return True


def test_two_side_by_side_enter_the_same_as_one_alone_in_the_order_of_the_parts(brought, begun):
    batch, at, alone = brought
    seen = []

    job = runner.run(
        job_id=batch.job_id, worker="one", clock=lambda: at, progress=lambda job: seen.append(job.parts_done)
    )

    assert job.error == ""
    assert begun == list(range(1, PARTS, 2))
    assert said_by_parts(batch) == list(range(PARTS))
    assert (register(), job.counts) == alone
    assert seen == sorted(seen)
    assert job.parts_done == PARTS
    assert not [child for child in psutil.Process().children() if "work_beside" in child.cmdline()]


def test_if_the_one_beside_is_killed_the_worker_goes_on_alone(brought, begun, monkeypatch):
    batch, at, alone = brought
    go = beside.Beside.go

    def killed_when_it_goes(self, counts):
        if self.under_way == 5:
            self._process.send_signal(signal.SIGKILL)
        go(self, counts)

    monkeypatch.setattr(beside.Beside, "go", killed_when_it_goes)

    job = runner.run(job_id=batch.job_id, worker="one", clock=lambda: at)

    assert job.error == ""
    assert begun == [1, 3, 5]
    assert said_by_parts(batch) == list(range(PARTS))
    assert (register(), job.counts) == alone


def test_what_goes_wrong_beside_fails_the_job_with_its_sentence_and_is_taken_back(brought, begun, monkeypatch):
    batch, at, _ = brought
    begin = beside.Beside.begin

    def without_its_file(self, part, at):
        if part == 7:
            (import_files.folder_of(batch) / f"part-{part:05}.csv").write_text("what is this?")
        begin(self, part, at)

    monkeypatch.setattr(beside.Beside, "begin", without_its_file)

    job = runner.run(job_id=batch.job_id, worker="one", clock=lambda: at)

    assert (job.status, job.parts_done) == (Job.Status.FAILED, 7)
    assert job.error
    assert said_by_parts(batch) == list(range(7))
    assert Submission.objects.filter(batch=batch).count() == 7 * 20  # what was made ready after it is taken back


def test_if_the_worker_is_killed_another_goes_on_and_nothing_is_entered_twice(brought, settings):
    batch, at, alone = brought
    script = (
        "from datetime import datetime; from core.jobs import runner; from registry.actions import import_files; "
        "from registry.intake.files import spool; "
        "import_files.spool = lambda **k: spool(**k, part_size=20); "
        f"at = datetime.fromisoformat({at.isoformat()!r}); "
        f"runner.run(job_id={batch.job_id}, worker='killed', clock=lambda: at)"
    )
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "-v0", "-c", script],
        cwd=ROOT,
        env={**os.environ, "FILES_DIR": str(settings.FILES_DIR), "JOB_HEARTBEAT_SECONDS": "600"},
    )
    deadline = time.monotonic() + 60
    while Job.objects.get(pk=batch.job_id).parts_done < 3:
        assert worker.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    worker.send_signal(signal.SIGKILL)
    worker.wait()

    later = at + timedelta(hours=1)
    job = runner.run(job_id=batch.job_id, worker="second", clock=lambda: later)

    assert (job.status, job.attempts) == (Job.Status.DONE, 2)
    assert said_by_parts(batch) == list(range(PARTS))
    assert (register(), job.counts) == alone
