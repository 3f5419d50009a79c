"""Where grievances show up in other pages: the start page, the navigation, a household's tabs."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access.actor import Actor
from core.access.permissions import Permission
from core.hooks import NavigationItem, WaitingTask
from grievances.queries import cases


def waiting_tasks(actor: Actor) -> list[WaitingTask]:
    """Cases overdue, theirs, and those that nobody has taken up."""
    if not actor.may(Permission.GRIEVANCES_HANDLE):
        return []
    counts = cases.counts(actor=actor, on=timezone.localdate())
    address = reverse("grievances:list")
    return [
        WaitingTask(_("Cases overdue"), counts["overdue"], f"{address}?overdue=1", urgent=True),
        WaitingTask(_("Cases that you work on"), counts["mine"], f"{address}?whose=mine"),
        WaitingTask(_("Cases that nobody has taken up"), counts["nobody"], f"{address}?whose=nobody"),
    ]


def navigation(actor: Actor) -> list[NavigationItem]:
    if not actor.may(Permission.GRIEVANCES_VIEW):
        return []
    return [NavigationItem(_("Cases"), reverse("grievances:list"))]


def household_tabs(actor: Actor, household_id: int) -> list[NavigationItem]:
    if not actor.may(Permission.GRIEVANCES_VIEW):
        return []
    return [NavigationItem(_("Cases"), reverse("grievances:household_tab", args=[household_id]))]


def references(actor: Actor, reference: str) -> list[NavigationItem]:
    """The case of this reference, if the actor may see it: a sensitive one only who is named on it."""
    case = cases.case_for(actor=actor, reference=reference)
    if case is None:
        return []
    label = _("Case %(reference)s") % {"reference": case.reference}
    return [NavigationItem(label, reverse("grievances:case", args=[case.reference]))]
