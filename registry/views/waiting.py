"""What the registry adds to the menu and to the start page."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.access.actor import Actor
from core.access.permissions import Permission as P
from core.hooks import NavigationItem, RecertificationTerm, WaitingTask
from core.views.wording import counted
from registry.queries import (
    changes,
    claims,
    device_forms,
    fieldwork,
    notices,
    recertification,
    reviews,
    submissions,
    visits,
)


def navigation(actor: Actor) -> list[NavigationItem]:
    """Entries that this actor may use."""
    entries = [
        (P.REGISTRY_VIEW, _("Households"), "registry:search"),
        (P.REGISTRY_REGISTER, _("Register"), "registry:mine"),
        (P.REGISTRY_REVIEW, _("Review"), "registry:review"),
        (P.REGISTRY_SETTLE_IDENTITY, _("Disputed numbers"), "registry:claims"),
        (P.REGISTRY_IMPORT, _("Imports"), "registry:imports"),
        (P.REGISTRY_MANAGE_QUESTIONNAIRE, _("Questionnaire"), "registry:questionnaires"),
        (P.PRIVACY_NOTICES, _("Privacy notices"), "registry:notices"),
    ]
    found = [NavigationItem(label, reverse(name)) for permission, label, name in entries if actor.may(permission)]
    if actor.may(P.REGISTRY_REVIEW) or actor.may(P.REGISTRY_DEVICES):
        first = "registry:field_forms" if actor.may(P.REGISTRY_REVIEW) else "registry:phones"
        found.append(NavigationItem(_("Field team"), reverse(first)))
    if actor.may(P.REGISTRY_REGISTER) or actor.may(P.REGISTRY_DECIDE_CHANGE):
        found.append(NavigationItem(_("Changes"), reverse("registry:changes")))
    if actor.may(P.REGISTRY_REGISTER) or actor.may(P.REGISTRY_REVIEW):
        found.append(NavigationItem(_("Visits"), reverse("registry:visits")))
    return found


def tasks(actor: Actor) -> list[WaitingTask]:
    """What waits for this actor in the registry."""
    found: list[WaitingTask] = []
    if actor.may(P.REGISTRY_REVIEW):
        count, now = reviews.count(actor=actor), timezone.now()
        late = reviews.overdue(actor=actor, today=timezone.localdate(now), now=now) if count else 0
        hint = _overdue(late)
        found.append(
            WaitingTask(_("Registrations to review"), count, reverse("registry:review"), hint, urgent=late > 0)
        )
        if stuck := device_forms.stuck(actor=actor, at=now):
            url = f"{reverse('registry:field_forms')}?open=1"
            hint = _("Photographs are missing, or something went wrong")
            found.append(WaitingTask(_("Forms from phones not taken in for a day"), stuck, url, hint, urgent=True))
    if actor.may(P.REGISTRY_SETTLE_IDENTITY):
        waiting = claims.count_open(actor=actor)
        found.append(WaitingTask(_("Disputed identity numbers"), waiting, reverse("registry:claims")))
    if actor.may(P.REGISTRY_DECIDE_CHANGE):
        late = changes.overdue(actor=actor, today=timezone.localdate())
        hint = _overdue(late)
        waiting = changes.waiting(actor=actor).count()
        url = reverse("registry:changes")
        found.append(WaitingTask(_("Changes to decide"), waiting, url, hint, urgent=late > 0))
    if actor.may(P.REGISTRY_REGISTER):
        returned = submissions.count_mine(actor=actor, status="returned")
        hint = _("Correct what is asked for and send them again")
        url = reverse("registry:mine")
        found.append(WaitingTask(_("Registrations returned to me"), returned, url, hint, urgent=returned > 0))
        found.append(
            WaitingTask(_("Registrations not sent yet"), submissions.count_mine(actor=actor, status="draft"), url)
        )
    if drafted := notices.drafts(actor=actor, by_others=True).count():
        hint = _("Changed last by somebody else")
        found.append(WaitingTask(_("Privacy notices to publish"), drafted, reverse("registry:notices"), hint))
    return found + _visits(actor) + _second_interviews(actor)


def _visits(actor: Actor) -> list[WaitingTask]:
    """Households to be seen again, and the visits that they need."""
    found: list[WaitingTask] = []
    today = timezone.localdate()
    if actor.may(P.REGISTRY_REGISTER) or actor.may(P.REGISTRY_REVIEW):
        due, late = recertification.counts(actor=actor, on=today)
        hint = _overdue(late)
        label = ngettext("Household due in your area", "Households due in your area", due)
        found.append(WaitingTask(label, due, reverse("registry:due_start"), hint))
        mine, late = visits.count_mine(actor=actor), visits.count_late(actor=actor, today=today)
        hint = _overdue(late)
        url = reverse("registry:visits")
        found.append(WaitingTask(_("Visits that I am to make"), mine, url, hint, urgent=late > 0))
    if actor.may(P.REGISTRY_REVIEW):
        waiting = visits.count_to_decide(actor=actor)
        found.append(WaitingTask(_("Outcomes of visits to decide"), waiting, reverse("registry:visits_to_decide")))
    return found


def _second_interviews(actor: Actor) -> list[WaitingTask]:
    """Interviews to be held once more, and interviewers on whose work somebody has to look."""
    found: list[WaitingTask] = []
    if actor.may(P.REGISTRY_REGISTER) and (count := fieldwork.mine(actor=actor).count()):
        late = fieldwork.mine(actor=actor).filter(do_by__lt=timezone.localdate()).count()
        hint = _overdue(late)
        url = reverse("registry:second_interviews")
        found.append(WaitingTask(_("Second interviews that I am to hold"), count, url, hint, urgent=late > 0))
    if actor.may(P.REGISTRY_REVIEW) and (count := fieldwork.to_look_at(actor=actor).count()):
        hint = _("Second interviews disagree with the first")
        url = reverse("registry:samples")
        found.append(WaitingTask(_("Interviewers whose work is to be looked at"), count, url, hint, urgent=True))
    return found


def interviewed_again() -> list[RecertificationTerm]:
    """Households of interviewers whose interviews are to be held again are due at once."""
    return fieldwork.recertification_terms(_("A second interview disagreed with the first"))


def references(actor: Actor, reference: str) -> list[NavigationItem]:
    """The change request of this reference, if the actor may see it."""
    found = changes.of_reference(actor=actor, reference=reference)
    if found is None:
        return []
    label = _("Change request %(reference)s") % {"reference": found.reference}
    return [NavigationItem(label, reverse("registry:change", args=[found.uuid]))]


def _overdue(count: int) -> str:
    return counted(count, "%(n)s is overdue", "%(n)s are overdue")
