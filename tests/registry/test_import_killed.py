"""A worker that is killed for real in the middle of an import, and another that goes on."""

from datetime import timedelta
from types import SimpleNamespace

from django.db import connection

from core import audit
from core.jobs import runner
from core.models import Job
from registry.actions import import_job
from registry.models import Submission
from tests.fixtures.imports import PARTS, register


def test_an_import_whose_worker_is_killed_ends_with_the_same_rows(brought, killed_in_the_middle, settings, monkeypatch):
    settings.JOBS_SIDE_BY_SIDE = False
    killed_in_the_middle()
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
    later = brought.at + timedelta(hours=1)

    job = runner.run(job_id=brought.batch.job_id, worker="second", clock=lambda: later)

    assert (job.status, job.attempts, job.error) == (Job.Status.DONE, 2, "")
    assert brought.said_by_parts() == list(range(PARTS))
    assert (register(), job.counts) == brought.undisturbed
    assert waited == {"import.part": "off", "import.done": "on"}  # with the end, all before it is on the disk
