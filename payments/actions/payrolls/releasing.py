"""Releasing an approved payroll: signed by a third person, then handed over once, with its files and its money."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting
from core.files import store
from core.jobs.queue import enqueue
from core.models import Job
from payments.actions import ledger
from payments.actions.payrolls.errors import SameOfficer, locked, require_state
from payments.actions.payrolls.signing import require_unchanged
from payments.actions.settling import settle_state
from payments.files import build
from payments.kinds import RELEASE
from payments.models import Instruction, Payroll, ProviderFile
from payments.queries.controls import STALE

Status = Payroll.Status
ORDERED = (Status.RELEASING, Status.RELEASED, Status.RECONCILED, Status.CLOSED)

_WITHHOLD = f"""
WITH stale AS (SELECT id, reason FROM ({STALE}) judged WHERE reason IS NOT NULL),
freed AS (
    UPDATE payments_entitlement t SET status = 'owed', live_instruction_id = NULL, live_cycle_id = NULL
    FROM stale WHERE t.live_cycle_id = %(cycle)s AND t.live_instruction_id = stale.id
)
UPDATE payments_instruction i SET status = 'withheld', status_reason = stale.reason FROM stale
WHERE i.cycle_id = %(cycle)s AND i.id = stale.id AND i.status = 'pending'
"""


def release(*, payroll_id: int, actor: Actor, at: datetime, send: bool = True) -> tuple[Payroll, Job]:
    """Sign the release of an approved payroll, and queue the making of its files and its handing over.

    Locks the payroll until commit. Lines of people who died, left the list or are held since the approval are
    withheld, each with its reason, so that one death does not stop everybody else's money. A repeat by the same
    officer writes nothing and returns the payroll with its job. ``send=False``: the caller runs the job.

    Raises:
        NotPermitted: the actor does not release payrolls of this programme.
        IllegalMove: the payroll is not APPROVED.
        SameOfficer: the releaser prepared, submitted or approved it.
        PayrollChanged: its lines are not those that were sealed.

    Source: programme manuals, separation of duties.
    """
    with acting(actor=actor, at=at):
        payroll = locked(payroll_id=payroll_id, permission=Permission.PAYMENTS_RELEASE, actor=actor)
        if payroll.status in ORDERED and payroll.released_by_id == actor.user_id:
            return payroll, Job.objects.filter(identity=f"{RELEASE}:{payroll.pk}").latest("id")
        require_state(payroll, Status.APPROVED)
        if actor.user_id in (payroll.prepared_by_id, payroll.submitted_by_id, payroll.approved_by_id):
            raise SameOfficer("You prepared or approved this payroll: a third person releases it.")
        require_unchanged(payroll)
        payroll.status = Status.RELEASING
        payroll.released_by_id = actor.user_id
        payroll.released_at = at
        payroll.save(update_fields=["status", "released_by", "released_at"])
        _withhold(payroll)
        audit.record(
            "payroll.release",
            subject_type="payroll",
            subject_id=payroll.pk,
            reference=payroll.reference,
            details={**_leaving(payroll), "withheld": payroll.withheld_count},
            digest=bytes(payroll.digest or b""),
        )
        job = enqueue(
            kind=RELEASE,
            identity=f"{RELEASE}:{payroll.pk}",
            label=f"Releasing payroll {payroll.reference}",
            parameters={"payroll": payroll.pk},
            actor=actor,
            at=at,
            send=send,
        )
    return payroll, job


def make_file(payroll: Payroll, *, kind: str, at: datetime) -> dict[str, Any]:
    """Make one file of a payroll that is being released and keep it, inside the act under way; what it adds up to.

    It belongs to nobody before the payroll is handed over. Made again after a crash, it tells the same moment.
    """
    built = build.file_of(payroll=payroll, kind=kind, at=payroll.released_at or at)
    stored = store(built.content, name=built.name, kind=f"payments.{built.kind}", at=at)
    return {
        "kind": built.kind,
        "stored": stored.pk,
        "sha256": stored.sha256,
        "lines": built.line_count,
        "total_minor": built.total_minor,
    }


def hand_over(payroll: Payroll, *, files: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """Let files, lines and money leave together, inside the act under way and with the payroll locked.

    Raises:
        PayrollChanged: its lines are not those that were sealed.
        FileDoesNotAddUp: the files together are not the leaving lines.
        NotCovered: its money is no longer set aside.
    """
    require_unchanged(payroll)
    lists = ProviderFile.Kind.PAYPOINT_XLSX  # the same payments as the printed list
    build.require_sum(payroll=payroll, together=sum(file["total_minor"] for file in files if file["kind"] != lists))
    for file in files:
        ProviderFile.objects.create(
            payroll=payroll,
            kind=file["kind"],
            stored_id=file["stored"],
            line_count=file["lines"],
            total_minor=file["total_minor"],
            made_at=at,
        )
    payroll.status = Status.RELEASED
    payroll.save(update_fields=["status"])
    Instruction.objects.filter(cycle_id=payroll.cycle_id, payroll_id=payroll.pk, status="pending").update(
        status="released"
    )
    ledger.transfer_all(
        payroll=payroll,
        giver="committed",
        moves=(
            ("provider", "release", payroll.total_minor - payroll.withheld_minor),
            ("funds", "withheld", payroll.withheld_minor),
        ),
        at=at,
    )
    told = {**_leaving(payroll), "files": [f"{file['kind']} {file['sha256']}" for file in files]}
    audit.record(
        "payroll.hand_over",
        subject_type="payroll",
        subject_id=payroll.pk,
        reference=payroll.reference,
        details=told,
        digest=bytes(payroll.digest or b""),
    )
    settle_state(payroll, at=at)


def _leaving(payroll: Payroll) -> dict[str, int]:
    return {
        "lines": payroll.line_count - payroll.withheld_count,
        "total_minor": payroll.total_minor - payroll.withheld_minor,
    }


def _withhold(payroll: Payroll) -> None:
    names = {"cycle": payroll.cycle_id, "payroll": payroll.pk}
    with connection.cursor() as cursor:
        cursor.execute(_WITHHOLD, names)
        cursor.execute(
            "SELECT count(*), coalesce(sum(amount_minor), 0)::bigint FROM payments_instruction "
            "WHERE cycle_id = %(cycle)s AND payroll_id = %(payroll)s AND status = 'withheld'",
            names,
        )
        payroll.withheld_count, payroll.withheld_minor = cursor.fetchone()
    payroll.save(update_fields=["withheld_count", "withheld_minor"])
