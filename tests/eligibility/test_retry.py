"""A failed or cancelled assessment is not tried again: another one is started."""

import pytest

from core.jobs import queue, runner
from core.models import Job
from eligibility.actions import computing, runs
from tests.fixtures.people import AT, ON


def started(manager):
    return runs.start(programme_code="CGP", as_of=ON, actor=manager, at=AT, send=False)


def test_a_failed_assessment_is_started_anew_and_its_old_job_stays_over(asked, manager, monkeypatch):
    def stops(*, run_id):
        raise computing.FactsChanged("The rules changed.")

    run = started(manager)
    monkeypatch.setattr(computing, "load", stops)
    runner.run(job_id=run.job_id, worker="test", clock=lambda: AT)
    run.refresh_from_db()
    assert (run.status, run.error) == ("failed", "The rules changed.")

    with pytest.raises(queue.NotAgain, match="Start another one"):
        queue.retry(job_id=run.job_id, actor=manager, at=AT, send=False)

    assert Job.objects.get(pk=run.job_id).status == "failed"
    assert started(manager).pk != run.pk


def test_a_cancelled_assessment_says_so_and_another_can_be_started(asked, manager):
    run = started(manager)

    queue.cancel(job_id=run.job_id, actor=manager, at=AT)

    run.refresh_from_db()
    assert run.status == "failed" and "cancelled" in run.error.lower()
    assert started(manager).pk != run.pk
