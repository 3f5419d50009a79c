"""Checking a prepared payroll, and submitting it: from then on its lines are sealed."""

from datetime import datetime

from django.db import connection

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting
from core.money import Money
from payments.actions import ledger, steps
from payments.actions.payrolls.errors import (
    ControlsStop,
    NotPrepared,
    PayrollChanged,
    WithoutBudget,
    locked,
    require_state,
)
from payments.models import Payroll
from payments.queries import controls

Status = Payroll.Status


def check(*, payroll_id: int, actor: Actor, at: datetime) -> Payroll:
    """Run the controls of a prepared draft; where none stops it, it becomes CHECKED. Locks the payroll.

    What the controls found is kept on the payroll either way; a repeat on a CHECKED payroll writes nothing.

    Raises:
        NotPermitted: the actor does not prepare payrolls of this programme.
        NotPrepared: its preparation has not finished.
        IllegalMove: it is neither DRAFT nor CHECKED.
    """
    with acting(actor=actor, at=at):
        payroll = locked(payroll_id=payroll_id, permission=Permission.PAYMENTS_PREPARE, actor=actor)
        require_state(payroll, Status.DRAFT, Status.CHECKED)
        if payroll.status == Status.CHECKED:
            return payroll
        if payroll.prepared_at is None:
            raise NotPrepared(NotPrepared.__doc__)
        found = controls.run(payroll=payroll)
        payroll.controls = [control.as_dict() for control in found]
        if not any(control.stops for control in found):
            payroll.status = Status.CHECKED
        payroll.checked_at = at
        payroll.save(update_fields=["controls", "status", "checked_at"])
        audit.record(
            "payroll.check",
            subject_type="payroll",
            subject_id=payroll.pk,
            reference=payroll.reference,
            details={"status": payroll.status, "controls": {c.code: c.outcome for c in found}},
        )
    return payroll


def submit(*, payroll_id: int, actor: Actor, at: datetime) -> Payroll:
    """Submit a checked payroll: seal its lines and commit its money. Locks the payroll and the budget's funds.

    The controls run once more. A repeat by the same officer writes nothing.

    Raises:
        NotPermitted: the actor does not prepare payrolls of this programme.
        IllegalMove: it is not CHECKED.
        ControlsStop: a control stops it now.
        PayrollChanged: its lines no longer add up to what was checked.
        WithoutBudget: the released budget does not cover it.
    """
    with acting(actor=actor, at=at):
        payroll = locked(payroll_id=payroll_id, permission=Permission.PAYMENTS_PREPARE, actor=actor)
        if payroll.status == Status.SUBMITTED and payroll.submitted_by_id == actor.user_id:
            return payroll
        require_state(payroll, Status.CHECKED)
        if steps.totals(payroll) != (payroll.line_count, payroll.total_minor):
            raise PayrollChanged(PayrollChanged.__doc__)
        for control in controls.run(payroll=payroll):
            if control.stops and control.code != "budget":
                raise ControlsStop(control.text)
        commit(payroll=payroll, at=at)
        payroll.digest = digest_now(payroll)
        payroll.status = Status.SUBMITTED
        payroll.submitted_by_id = actor.user_id
        payroll.submitted_at = at
        payroll.reason = ""
        payroll.save(update_fields=["digest", "status", "submitted_by", "submitted_at", "reason"])
        audit.record(
            "payroll.submit",
            subject_type="payroll",
            subject_id=payroll.pk,
            reference=payroll.reference,
            details={"lines": payroll.line_count, "total_minor": payroll.total_minor, "seal": payroll.seal},
            digest=payroll.digest,
        )
    return payroll


def commit(*, payroll: Payroll, at: datetime) -> None:
    """Set the payroll's money aside. Raises: WithoutBudget: the funds do not cover it."""
    try:
        ledger.transfer(
            budget=payroll.budget,
            giver="funds",
            taker="committed",
            amount_minor=payroll.total_minor,
            kind="commit",
            reference=f"{payroll.reference}:commit:{payroll.round}",
            at=at,
            payroll=payroll,
        )
    except ledger.NotCovered as error:
        needed = Money(payroll.currency, payroll.total_minor)
        raise WithoutBudget(f"The released budget {payroll.budget} does not cover {needed}.") from error


def digest_now(payroll: Payroll) -> bytes:
    """The seal over the lines as they are in the database at this moment: 32 bytes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT payments_digest(%s, %s)", (payroll.cycle_id, payroll.pk))
        return bytes(cursor.fetchone()[0])
