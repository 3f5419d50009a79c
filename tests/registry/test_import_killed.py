"""A worker that is killed for real in the middle of an import, and another that goes on."""

import os
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

from django.db import connection, transaction
from django.utils import timezone

from core import audit
from core.access.actor import SYSTEM
from core.jobs import runner
from core.models import Job
from registry.actions import import_job, imports
from registry.models import Submission
from registry.sample import write
from tests.registry.test_import import register

ROOT = Path(__file__).resolve().parents[2]


def test_an_import_whose_worker_is_killed_ends_with_the_same_rows(committed_db, tmp_path, settings, monkeypatch):
    settings.FILES_DIR = tmp_path / "files"
    write.write(
        pack=settings.COUNTRY_PACK_DIR, out=tmp_path, households=2100, seed=5, on=date(2026, 9, 30), spoilt_households=5
    )
    files = {"households": tmp_path / "households.csv", "persons": tmp_path / "persons.csv"}
    at = timezone.now() + timedelta(days=400)  # after the interviews, whenever this runs
    with transaction.atomic():
        trial = imports.receive(**files, actor=SYSTEM, at=at, send=False)
        runner.run(job_id=trial.job_id, worker="undisturbed", clock=lambda: at)
        undisturbed = register()
        transaction.set_rollback(True)

    batch = imports.receive(**files, actor=SYSTEM, at=at, send=False)
    script = (
        "from datetime import datetime; from core.jobs import runner; "
        f"at = datetime.fromisoformat({at.isoformat()!r}); "
        f"runner.run(job_id={batch.job_id}, worker='killed', clock=lambda: at)"
    )
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "-v0", "-c", script],
        cwd=ROOT,
        env={**os.environ, "FILES_DIR": str(settings.FILES_DIR), "JOB_HEARTBEAT_SECONDS": "600"},
    )
    deadline = time.monotonic() + 60
    while Job.objects.get(pk=batch.job_id).parts_done < 1:
        assert worker.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert 1 <= Job.objects.get(pk=batch.job_id).parts_done < 3
    assert Submission.objects.exists()

    waited = {}

    def record(action, **said):
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            waited[action] = cursor.fetchone()[0]
        audit.record(action, **said)

    monkeypatch.setattr(import_job, "audit", SimpleNamespace(record=record))
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO on")  # as every server has it that is no test's
    later = at + timedelta(hours=1)
    deadline = time.monotonic() + 30
    while (job := runner.run(job_id=batch.job_id, worker="second", clock=lambda: later)).status != Job.Status.DONE:
        assert time.monotonic() < deadline, job.error  # the killed one's transaction may take a moment to end
        time.sleep(0.1)

    assert job.attempts == 2
    assert register() == undisturbed
    assert waited == {"import.part": "off", "import.done": "on"}  # with the end, all before it is on the disk
