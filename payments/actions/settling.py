"""When everything released is accounted for."""

from datetime import datetime

from core import audit
from payments.models import Instruction, Payroll


def settle_state(payroll: Payroll, *, at: datetime) -> Payroll:
    """Move a released payroll to RECONCILED once none of its lines is with a provider any more.

    Called inside the action that settled lines, with the payroll locked.
    """
    if payroll.status != Payroll.Status.RELEASED:
        return payroll
    outstanding = Instruction.objects.filter(cycle_id=payroll.cycle_id, payroll_id=payroll.pk, status="released")
    if outstanding.exists():
        return payroll
    payroll.status = Payroll.Status.RECONCILED
    payroll.reconciled_at = at
    payroll.save(update_fields=["status", "reconciled_at"])
    audit.record("payroll.reconciled", subject_type="payroll", subject_id=payroll.pk, reference=payroll.reference)
    return payroll
