"""What payments shows on pages that others keep: the menu, the start page, a household's tabs."""

from django.urls import reverse
from django.utils.translation import gettext as _

from core.access.actor import Actor
from core.access.permissions import Permission
from core.hooks import NavigationItem, WaitingTask
from payments.queries import payrolls as queries
from payments.queries.holds import MAY_HOLD

_LABELS = {
    "check": "Payrolls to check",
    "submit": "Payrolls to submit",
    "approve": "Payrolls to approve",
    "release": "Payrolls to release",
    "reconcile": "Payrolls that wait for returns",
    "close": "Payrolls to close",
}


def waiting_tasks(actor: Actor) -> list[WaitingTask]:
    """What waits for this officer, by what they may do about it; a single payroll is one step away."""
    return [
        WaitingTask(
            label=_(_LABELS[name]),
            count=waits.count,
            url=reverse("payments:payroll", args=[waits.first]) if waits.count == 1 else reverse("payments:cycles"),
        )
        for name, waits in queries.waiting(actor=actor).items()
    ]


def navigation(actor: Actor) -> list[NavigationItem]:
    held = [NavigationItem(_("Held payments"), reverse("payments:holds"))] if any(map(actor.may, MAY_HOLD)) else []
    if not actor.may(Permission.PAYMENTS_VIEW):
        return held
    return [
        NavigationItem(_("Payments"), reverse("payments:cycles")),
        NavigationItem(_("Budgets"), reverse("payments:budgets")),
        NavigationItem(_("Ledger"), reverse("payments:ledger")),
        *held,
    ]


def household_tabs(actor: Actor, household_id: int) -> list[NavigationItem]:
    if not actor.may(Permission.PAYMENTS_VIEW):
        return []
    return [NavigationItem(_("Payments"), reverse("payments:household", args=[household_id]))]


def references(actor: Actor, reference: str) -> list[NavigationItem]:
    """The payroll of this reference, if the actor may see it."""
    if not actor.may(Permission.PAYMENTS_VIEW):
        return []
    payroll = queries.payrolls(actor=actor).filter(reference=reference).first()
    if payroll is None:
        return []
    label = _("Payroll %(reference)s") % {"reference": payroll.reference}
    return [NavigationItem(label, reverse("payments:payroll", args=[payroll.pk]))]
