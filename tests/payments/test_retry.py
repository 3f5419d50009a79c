"""A failed preparation is tried again only while it is still the payroll's own."""

import pytest

from core.jobs import queue, runner
from core.models import Job
from payments.actions import payrolls, steps
from payments.models import Instruction
from tests.fixtures.payments import AT, finish


@pytest.fixture
def stopped(make_budget, pensioner, make_cycle, finance, monkeypatch):
    """A draft whose preparation stopped with an error before its lines."""

    def stops(payroll):
        raise RuntimeError("The disk is full.")

    make_budget("OAP")
    pensioner()
    payroll, job = payrolls.create(cycle_id=make_cycle("OAP").pk, actor=finance.preparer, at=AT, send=False)
    with monkeypatch.context() as broken:
        broken.setattr(steps, "write_lines", stops)
        runner.run(job_id=job.pk, worker="test", clock=lambda: AT)
    job.refresh_from_db()
    assert job.status == "failed"
    return payroll, job


def test_a_failed_preparation_goes_on_where_it_stopped(stopped, finance):
    payroll, job = stopped

    queue.retry(job_id=job.pk, actor=finance.preparer, at=AT, send=False)
    finish(job)

    payroll.refresh_from_db()
    assert payroll.line_count == Instruction.objects.filter(payroll_id=payroll.pk).count() == 3


def test_a_preparation_that_a_later_one_replaced_is_not_tried_again(stopped, finance):
    payroll, job = stopped
    finish(payrolls.prepare_again(payroll_id=payroll.pk, actor=finance.preparer, at=AT, send=False))

    with pytest.raises(queue.NotAgain, match="later"):
        queue.retry(job_id=job.pk, actor=finance.preparer, at=AT, send=False)

    assert Job.objects.get(pk=job.pk).status == "failed"
    assert Instruction.objects.filter(payroll_id=payroll.pk).count() == 3
