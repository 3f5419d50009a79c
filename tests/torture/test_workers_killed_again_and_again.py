"""Celery workers that are killed again and again: every job ends, with the rows of an undisturbed run."""

import os
import random
import signal
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from core.jobs import runner
from core.models import Job
from core.processes import running, worker_command
from core.tasks import run_job
from eligibility.actions import enrolling, runs
from eligibility.models import Assessment
from payments.actions import cycles
from payments.actions.payrolls import preparing
from payments.models import Instruction, Payroll
from payments.periods import plus_months
from registry.actions import imports
from registry.models import Household, Submission
from registry.sample import write
from reporting.demo import deciding, people
from reporting.demo.screen import Screen

HOUSEHOLDS = 3000
KILLS = 12
LEASE = {"JOB_LEASE_SECONDS": "2", "JOB_HEARTBEAT_SECONDS": "1"}


@pytest.fixture
def who(committed_db: None, tmp_path: Path) -> people.People:
    return people.appoint(at=timezone.now(), keep=tmp_path / "sign-ins.json")


def harass(job: Job, *, log: Path, seed: int, within: float) -> int:
    """Run the job by Celery workers that are killed; returns how many kills met it at work.

    The first as soon as it has begun, the others at random moments: a quick job would be over before most of those.
    """
    chance = random.Random(seed)
    met = 0
    for _ in range(KILLS * 5):
        job.refresh_from_db()
        if job.status == Job.Status.DONE:
            return met
        assert job.status in (Job.Status.QUEUED, Job.Status.RUNNING), job.error
        with running(worker_command(), log=log, FILES_DIR=str(settings.FILES_DIR), **LEASE) as worker:
            run_job.delay(job.pk)
            tokens = job.lease_token
            end = time.monotonic() + 30
            while Job.objects.get(pk=job.pk).lease_token == tokens and time.monotonic() < end:
                time.sleep(0.005)
            if met < KILLS:
                time.sleep(chance.uniform(0.0, within) if met else 0.0)
                met += Job.objects.get(pk=job.pk).status == Job.Status.RUNNING
                os.killpg(worker.pid, signal.SIGKILL)
            else:
                wait_for_the_end(job)
        time.sleep(2.2)  # the dead worker's lease runs out
    raise AssertionError(f"{job.label} did not end after {KILLS * 5} workers")


def wait_for_the_end(job: Job) -> None:
    end = time.monotonic() + 120
    while Job.objects.get(pk=job.pk).status == Job.Status.RUNNING and time.monotonic() < end:
        time.sleep(0.2)


def the_lines(payroll: Payroll) -> list[tuple[object, ...]]:
    lines = Instruction.objects.filter(cycle_id=payroll.cycle_id, payroll=payroll).order_by("entitlement__enrolment")
    return list(
        lines.values_list(
            "entitlement__enrolment",
            "entitlement__period_from",
            "amount_minor",
            "account_kind",
            "account_number",
            "status",
        )
    )


def test_imports_assessments_and_payrolls_survive_workers_killed_at_random(who, tmp_path):
    write.write(pack=settings.COUNTRY_PACK_DIR, out=tmp_path, households=HOUSEHOLDS, seed=3, on=date(2026, 9, 30))
    log = tmp_path / "worker.log"
    at = timezone.now

    batch = imports.receive(
        households=tmp_path / "households.csv",
        persons=tmp_path / "persons.csv",
        actor=who["importer"],
        at=at(),
        send=False,
    )
    assert harass(batch.job, log=log, seed=1, within=1.2) > 0
    assert sum(1 for _ in Submission.objects.values_list("id")) == HOUSEHOLDS
    assert Submission.objects.filter(status="accepted").count() == Household.objects.count()

    run = runs.start(programme_code="CGP", as_of=timezone.localdate(), actor=who["manager"], at=at(), send=False)
    assert harass(run.job, log=log, seed=2, within=0.4) > 0
    run.refresh_from_db()
    disturbed = list(Assessment.objects.filter(run=run).order_by("id").values_list("id", "score", "outcome"))
    runs.discard(run_id=run.pk, reason="Compared with another", actor=who["manager"], at=at())
    again = runs.start(programme_code="CGP", as_of=timezone.localdate(), actor=who["manager"], at=at(), send=False)
    runner.run(job_id=again.job_id, worker="undisturbed")
    again.refresh_from_db()
    assert again.digest == run.digest
    assert disturbed == list(Assessment.objects.filter(run=again).order_by("id").values_list("id", "score", "outcome"))

    runs.publish(run_id=again.pk, seen_digest=again.digest, actor=who["manager2"], at=at())
    deciding.validate(people=who, at=at(), screen=Screen())
    enrolling.enrol_many(programme_code="CGP", actor=who["manager"], at=at())
    first = date(timezone.localdate().year, (timezone.localdate().month - 1) // 3 * 3 + 1, 1)
    cycle = cycles.open_cycle(
        programme_id=again.programme_id,
        code="torture",
        period_from=first,
        period_to=plus_months(first, 3) - timedelta(days=1),
        cutoff_on=timezone.localdate(),
        actor=who["preparer"],
        at=at(),
    )
    payroll, job = preparing.create(cycle_id=cycle.pk, actor=who["preparer"], at=at(), send=False)
    assert harass(job, log=log, seed=3, within=0.3) > 0
    payroll.refresh_from_db()
    disturbed_lines = the_lines(payroll)
    once_more = preparing.prepare_again(payroll_id=payroll.pk, actor=who["preparer"], at=at(), send=False)
    runner.run(job_id=once_more.pk, worker="undisturbed")
    payroll.refresh_from_db()
    assert disturbed_lines
    assert disturbed_lines == the_lines(payroll)
    assert payroll.line_count == len(disturbed_lines)
