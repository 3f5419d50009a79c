"""A release is signed at once and handed over by a job: everything leaves together, or nothing has left."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from core.access.actor import SYSTEM, Actor
from core.acting import acting
from core.actions import retention
from core.files import digest_of, stored_path
from core.jobs import queue, runner
from core.models import Job, StoredFile
from payments.actions import payrolls
from payments.actions.payrolls import releasing
from payments.files import build
from payments.models import Instruction, Payroll, ProviderFile, Transfer
from tests.fixtures.payments import AT, LATER, Finance, Steps, finish
from tests.payments.test_preparing import others_are_busy, others_wait_for_a_lock, wait_until

BLOCKERS = {
    "while its first file is kept": "LOCK TABLE core_storedfile IN EXCLUSIVE MODE",
    "while it is handed over": "LOCK TABLE payments_transfer IN EXCLUSIVE MODE",
}


def sign(payroll: Payroll, actor: Actor) -> Job:
    return payrolls.release(payroll_id=payroll.pk, actor=actor, at=AT, send=False)[1]


def nothing_has_left(payroll: Payroll) -> bool:
    return (
        set(Instruction.objects.filter(cycle_id=payroll.cycle_id).values_list("status", flat=True)) == {"pending"}
        and not ProviderFile.objects.exists()
        and not Transfer.objects.filter(kind="release").exists()
    )


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """No file can be kept, until ``undo`` is called."""

    def full(*_arguments: Any, **_more: Any) -> None:
        raise OSError("No space left on the device.")

    monkeypatch.setattr(releasing, "store", full)
    yield monkeypatch


def test_until_its_job_has_run_a_signed_release_is_a_signature_and_nothing_more(
    pension_payroll: Payroll, steps: Steps, finance: Finance
) -> None:
    steps.approve(pension_payroll)

    job = sign(pension_payroll, finance.releaser)

    pension_payroll.refresh_from_db()
    assert (pension_payroll.status, pension_payroll.released_by_id) == ("releasing", finance.releaser.user_id)
    assert nothing_has_left(pension_payroll)
    assert sign(pension_payroll, finance.releaser).pk == job.pk
    with pytest.raises(payrolls.IllegalMove, match="being released"):
        payrolls.send_back(payroll_id=pension_payroll.pk, reason="Stop", actor=finance.approver, at=LATER)
    with pytest.raises(payrolls.PayrollUnderWay):
        payrolls.create(cycle_id=pension_payroll.cycle_id, actor=finance.preparer, at=LATER, send=False)
    finish(job)
    pension_payroll.refresh_from_db()
    assert pension_payroll.status == "released"
    assert Job.objects.get(pk=job.pk).counts == {"files": 3}


@pytest.mark.parametrize("when", BLOCKERS)
def test_a_worker_killed_in_a_release_leaves_nothing_gone_and_another_hands_over_the_same_files(
    committed_db: None,
    owner_connection: psycopg.Connection,
    pension_payroll: Payroll,
    steps: Steps,
    finance: Finance,
    settings: Any,
    when: str,
) -> None:
    steps.approve(pension_payroll)
    job = sign(pension_payroll, finance.releaser)
    pension_payroll.refresh_from_db()
    undisturbed = digest_of(build.file_of(payroll=pension_payroll, kind="pain001", at=AT).content)
    owner_connection.execute("BEGIN")
    owner_connection.execute(BLOCKERS[when])
    program = f"import django; django.setup(); from core.jobs import runner; runner.run(job_id={job.pk}, worker='dies')"
    worker = subprocess.Popen(
        [sys.executable, "-c", program], env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    )
    try:
        wait_until(others_wait_for_a_lock, seconds=120)
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    owner_connection.execute("ROLLBACK")
    wait_until(lambda: not others_are_busy(), seconds=60)
    assert nothing_has_left(pension_payroll)
    made = {file["kind"]: file["sha256"] for file in Job.objects.get(pk=job.pk).state["files"]}

    later = timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS + 1)
    done = runner.run(job_id=job.pk, worker="successor", clock=lambda: later)

    assert (done.status, done.attempts) == ("done", 2), done.error
    files = dict(ProviderFile.objects.values_list("kind", "stored__sha256"))
    assert sorted(files) == ["pain001", "paypoint_pdf", "paypoint_xlsx"]
    assert files["pain001"] == undisturbed
    assert files.items() >= made.items()
    sums = dict(Transfer.objects.filter(payroll=pension_payroll).values_list("kind", "amount_minor"))
    assert sums == {"commit": 6 * 95_000, "release": 6 * 95_000}


def test_a_release_that_stopped_is_tried_again_by_its_releaser(
    pension_payroll: Payroll, steps: Steps, finance: Finance, full_disk: pytest.MonkeyPatch
) -> None:
    steps.approve(pension_payroll)
    job = sign(pension_payroll, finance.releaser)
    assert runner.run(job_id=job.pk, worker="test", clock=lambda: AT).error == "No space left on the device."
    assert nothing_has_left(pension_payroll)
    full_disk.undo()

    queue.retry(job_id=job.pk, actor=finance.releaser, at=LATER, send=False)
    finish(job)

    pension_payroll.refresh_from_db()
    assert pension_payroll.status == "released"
    assert ProviderFile.objects.count() == 3


def test_a_release_that_stopped_may_go_back_and_its_old_job_does_not_come_to_life(
    pension_payroll: Payroll, steps: Steps, finance: Finance, full_disk: pytest.MonkeyPatch
) -> None:
    steps.approve(pension_payroll)
    job = sign(pension_payroll, finance.releaser)
    runner.run(job_id=job.pk, worker="test", clock=lambda: AT)

    payrolls.send_back(payroll_id=pension_payroll.pk, reason="Disk full", actor=finance.releaser, at=LATER)

    pension_payroll.refresh_from_db()
    assert (pension_payroll.status, pension_payroll.released_by, pension_payroll.released_at) == ("draft", None, None)
    with pytest.raises(queue.NotAgain):
        queue.retry(job_id=job.pk, actor=finance.releaser, at=LATER, send=False)
    full_disk.undo()
    finish(payrolls.prepare_again(payroll_id=pension_payroll.pk, actor=finance.preparer, at=LATER, send=False))
    pension_payroll.refresh_from_db()
    assert steps.release(pension_payroll).status == "released"


def test_files_of_a_release_that_went_back_are_erased_with_the_next_sweep_and_no_others(
    pension_payroll: Payroll, steps: Steps, finance: Finance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_arguments: Any, **_more: Any) -> None:
        raise RuntimeError("Stopped.")

    steps.approve(pension_payroll)
    with monkeypatch.context() as broken:
        broken.setattr(releasing, "settle_state", breaks)
        job = sign(pension_payroll, finance.releaser)
        runner.run(job_id=job.pk, worker="test", clock=lambda: AT)
    job.refresh_from_db()
    made = [file["stored"] for file in job.state["files"]]
    assert len(made) == 3
    payrolls.send_back(payroll_id=pension_payroll.pk, reason="Stopped", actor=finance.releaser, at=AT)
    finish(payrolls.prepare_again(payroll_id=pension_payroll.pk, actor=finance.preparer, at=LATER, send=False))
    pension_payroll.refresh_from_db()
    steps.release(pension_payroll)

    retention.erase_due(actor=SYSTEM, at=LATER)

    assert not StoredFile.objects.filter(pk__in=made, erased_at__isnull=True).exists()
    left = [one.stored for one in ProviderFile.objects.select_related("stored")]
    assert len(left) == 3 and all(stored_path(file).exists() for file in left)


def test_the_database_lets_no_payroll_leave_without_its_files_nor_a_file_join_later(
    pension_payroll: Payroll, steps: Steps, finance: Finance
) -> None:
    steps.approve(pension_payroll)
    job = sign(pension_payroll, finance.releaser)
    with pytest.raises(IntegrityError, match="files that add up"), acting(actor=finance.releaser, at=AT):
        Payroll.objects.filter(pk=pension_payroll.pk).update(status="released")
    finish(job)

    again = "INSERT INTO payments_providerfile (payroll_id, kind, stored_id, line_count, total_minor, made_at) "
    again += "SELECT payroll_id, 'pain002', stored_id, line_count, total_minor, made_at FROM payments_providerfile"
    with (
        pytest.raises(IntegrityError, match="being released"),
        acting(actor=finance.releaser, at=AT),
        connection.cursor() as cursor,
    ):
        cursor.execute(again)
