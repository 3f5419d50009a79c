"""What may happen to a payroll next, by whom, and why this actor may not. No database beyond the payroll given."""

from dataclasses import dataclass

from core.access.actor import Actor
from core.access.permissions import Permission
from payments.models import Payroll

Status = Payroll.Status


@dataclass(frozen=True, slots=True)
class Move:
    """One possible next step. ``why_not`` is empty where the actor may take it."""

    name: str
    label: str
    sentence: str
    why_not: str = ""
    danger: bool = False


_PREPARER = "A finance preparer does this."
_APPROVER = "A finance approver does this."
_RELEASER = "A finance releaser does this."


def moves_of(payroll: Payroll, *, actor: Actor) -> list[Move]:
    """The steps that this state allows, the main one first."""
    code = payroll.cycle.programme.code

    def without(permission: Permission, words: str) -> str:
        return "" if actor.may_for_programme(permission, code) else words

    prepare = without(Permission.PAYMENTS_PREPARE, _PREPARER)
    reconcile = without(Permission.PAYMENTS_RECONCILE, "Whoever reconciles payments does this.")
    again = Move("prepare", "Prepare again", "Throw the lines away and take the list as it now stands.", prepare)
    match payroll.status:
        case Status.DRAFT if payroll.prepared_at is None:
            return [again]
        case Status.DRAFT:
            return [Move("check", "Check", "Run the controls.", prepare), again]
        case Status.CHECKED:
            return [Move("submit", "Submit for approval", "Seal the lines and set the money aside.", prepare), again]
        case Status.SUBMITTED:
            return [_approve(payroll, actor), _send_back(payroll, actor)]
        case Status.APPROVED:
            return [_release(payroll, actor), _send_back(payroll, actor)]
        case Status.RELEASING:
            return [_send_back(payroll, actor)]
        case Status.RELEASED:
            return [
                Move("returns", "Enter the provider's returns", "Upload the file that the provider sent.", reconcile)
            ]
        case Status.RECONCILED:
            return [Move("close", "Close", "Nothing more is expected.", reconcile)]
    return []


def _approve(payroll: Payroll, actor: Actor) -> Move:
    why_not = ""
    if actor.user_id in (payroll.prepared_by_id, payroll.submitted_by_id):
        why_not = "You prepared this payroll: another person approves it."
    elif not actor.may_for_programme(Permission.PAYMENTS_APPROVE, payroll.cycle.programme.code):
        why_not = _APPROVER
    return Move("approve", "Approve", "Another person than its preparer says that it is right.", why_not)


def _release(payroll: Payroll, actor: Actor) -> Move:
    why_not = ""
    if actor.user_id in (payroll.prepared_by_id, payroll.submitted_by_id):
        why_not = "You prepared this payroll: a third person releases it."
    elif actor.user_id == payroll.approved_by_id:
        why_not = "You approved this payroll: a third person releases it."
    elif not actor.may_for_programme(Permission.PAYMENTS_RELEASE, payroll.cycle.programme.code):
        why_not = _RELEASER
    return Move("release", "Release to the providers", "Send the money: this cannot be undone.", why_not, danger=True)


def _send_back(payroll: Payroll, actor: Actor) -> Move:
    code = payroll.cycle.programme.code
    may = any(
        actor.may_for_programme(permission, code)
        for permission in (Permission.PAYMENTS_APPROVE, Permission.PAYMENTS_RELEASE)
    )
    return Move(
        "send-back", "Send back", "Return it to its preparer with a reason.", "" if may else _APPROVER, danger=True
    )
