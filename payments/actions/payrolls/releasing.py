"""Releasing an approved payroll: once, with its files and its money, in one transaction."""

from datetime import datetime

from django.db import connection

from core import audit, outbox
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting
from core.files import store
from payments.actions import ledger
from payments.actions.payrolls.errors import SameOfficer, locked, require_state
from payments.actions.payrolls.signing import require_unchanged
from payments.actions.settling import settle_state
from payments.files import build
from payments.models import Instruction, Payroll, ProviderFile
from payments.queries.controls import STALE

Status = Payroll.Status
OUT = (Status.RELEASED, Status.RECONCILED, Status.CLOSED)

_WITHHOLD = f"""
WITH stale AS (SELECT id, reason FROM ({STALE}) judged WHERE reason IS NOT NULL),
freed AS (
    UPDATE payments_entitlement t SET status = 'owed', live_instruction_id = NULL, live_cycle_id = NULL
    FROM stale WHERE t.live_cycle_id = %(cycle)s AND t.live_instruction_id = stale.id
)
UPDATE payments_instruction i SET status = 'withheld', status_reason = stale.reason FROM stale
WHERE i.cycle_id = %(cycle)s AND i.id = stale.id AND i.status = 'pending'
"""


def release(*, payroll_id: int, actor: Actor, at: datetime) -> Payroll:
    """Release an approved payroll to the providers: exactly once, with its files, its transfers and its message.

    Locks the payroll until commit. Lines of people who died, left the list or are held since the approval are
    withheld, each with its reason, so that one death does not stop everybody else's money. A repeat by the same
    officer writes nothing and returns the payroll with the files it has.

    Raises:
        NotPermitted: the actor does not release payrolls of this programme.
        IllegalMove: the payroll is not APPROVED.
        SameOfficer: the releaser prepared, submitted or approved it.
        PayrollChanged: its lines are not those that were sealed.
        NotCovered: its money is no longer set aside.

    Source: programme manuals, separation of duties.
    """
    with acting(actor=actor, at=at):
        payroll = locked(payroll_id=payroll_id, permission=Permission.PAYMENTS_RELEASE, actor=actor)
        if payroll.status in OUT and payroll.released_by_id == actor.user_id:
            return payroll
        require_state(payroll, Status.APPROVED)
        if actor.user_id in (payroll.prepared_by_id, payroll.submitted_by_id, payroll.approved_by_id):
            raise SameOfficer("You prepared or approved this payroll: a third person releases it.")
        require_unchanged(payroll)
        _move_lines(payroll, actor=actor, at=at)
        _move_money(payroll, at=at)
        files = _make_files(payroll, at=at)
        audit.record(
            "payroll.release",
            subject_type="payroll",
            subject_id=payroll.pk,
            reference=payroll.reference,
            details={
                "lines": payroll.line_count - payroll.withheld_count,
                "total_minor": payroll.total_minor - payroll.withheld_minor,
                "withheld": payroll.withheld_count,
                "files": files,
            },
            digest=bytes(payroll.digest or b""),
        )
        outbox.put(
            topic="payments.released",
            key=f"payments.released:{payroll.reference}",
            payload={
                "payroll": payroll.reference,
                "lines": payroll.line_count - payroll.withheld_count,
                "total_minor": payroll.total_minor - payroll.withheld_minor,
                "currency": payroll.currency,
                "files": files,
            },
        )
        settle_state(payroll, at=at)
    return payroll


def _move_lines(payroll: Payroll, *, actor: Actor, at: datetime) -> None:
    payroll.status = Status.RELEASED
    payroll.released_by_id = actor.user_id
    payroll.released_at = at
    payroll.save(update_fields=["status", "released_by", "released_at"])
    names = {"cycle": payroll.cycle_id, "payroll": payroll.pk}
    with connection.cursor() as cursor:
        cursor.execute(_WITHHOLD, names)
        cursor.execute(
            "SELECT count(*), coalesce(sum(amount_minor), 0)::bigint FROM payments_instruction "
            "WHERE cycle_id = %(cycle)s AND payroll_id = %(payroll)s AND status = 'withheld'",
            names,
        )
        payroll.withheld_count, payroll.withheld_minor = cursor.fetchone()
    Instruction.objects.filter(cycle_id=payroll.cycle_id, payroll_id=payroll.pk, status="pending").update(
        status="released"
    )
    payroll.save(update_fields=["withheld_count", "withheld_minor"])


def _move_money(payroll: Payroll, *, at: datetime) -> None:
    for taker, kind, amount in (
        ("provider", "release", payroll.total_minor - payroll.withheld_minor),
        ("funds", "withheld", payroll.withheld_minor),
    ):
        ledger.transfer(
            budget=payroll.budget,
            giver="committed",
            taker=taker,
            amount_minor=amount,
            kind=kind,
            reference=f"{payroll.reference}:{kind}",
            at=at,
            payroll=payroll,
        )


def _make_files(payroll: Payroll, *, at: datetime) -> list[str]:
    made = []
    for built in build.files_of(payroll=payroll, at=at):
        stored = store(built.content, name=built.name, kind=f"payments.{built.kind}", at=at)
        ProviderFile.objects.create(
            payroll=payroll,
            kind=built.kind,
            stored=stored,
            line_count=built.line_count,
            total_minor=built.total_minor,
            made_at=at,
        )
        made.append(f"{built.kind} {stored.sha256}")
    return made
