"""What this package adds to others' pages, by the hooks of core."""

from django.urls import reverse
from django.utils.translation import gettext as _

from core.access.actor import Actor
from core.access.permissions import Permission as P
from core.hooks import NavigationItem, RecertificationTerm, WaitingTask
from eligibility.models import Enrolment, Programme
from eligibility.queries import enrolments, households, runs
from eligibility.queries import programmes as programmes_


def navigation(actor: Actor) -> list[NavigationItem]:
    """Entries that this actor may use."""
    found = []
    if actor.may(P.ELIGIBILITY_VIEW) or actor.may(P.ENROLMENT_VIEW):
        found.append(NavigationItem(_("Programmes"), reverse("eligibility:programmes")))
    if actor.may(P.ELIGIBILITY_VIEW):
        found.append(NavigationItem(_("Assessments"), reverse("eligibility:runs")))
    if actor.may(P.ENROLMENT_VALIDATE):
        found.append(NavigationItem(_("Validation"), reverse("eligibility:validation")))
    return found


def waiting_tasks(actor: Actor) -> list[WaitingTask]:
    """What waits for this actor: assessments to publish, villages to hear, people to enrol."""
    found = []
    if actor.may(P.ELIGIBILITY_PUBLISH):
        waiting = runs.waiting_to_publish(actor=actor)
        hint = _("Prepared by somebody else")
        found.append(WaitingTask(_("Assessments to publish"), waiting, reverse("eligibility:runs"), hint))
    if actor.may(P.ENROLMENT_VALIDATE):
        places = enrolments.validation_places(actor=actor)
        waiting = sum(place.waiting for place in places)
        url = reverse("eligibility:validation")
        found.append(WaitingTask(_("Households for community validation"), waiting, url))
    if actor.may(P.ENROLMENT_DECIDE):
        found.append(_to_enrol(actor))
        waiting = enrolments.unsettled(actor=actor).count()
        hint = _("Somebody died, left or is assessed no longer as found")
        found.append(WaitingTask(_("Changes of households on a list"), waiting, reverse("eligibility:notices"), hint))
    return found


def _to_enrol(actor: Actor) -> WaitingTask:
    """Where all who wait belong to one programme, the link leads straight to its list."""
    counts = {
        one.code: enrolments.waiting_to_enrol(actor=actor, programme_code=one.code)
        for one in programmes_.programmes().filter(status="open")
    }
    waiting = [code for code, count in counts.items() if count]
    alone = len(waiting) == 1
    url = reverse("eligibility:beneficiaries", args=waiting) if alone else reverse("eligibility:programmes")
    return WaitingTask(_("Beneficiaries to enrol"), sum(counts.values()), url)


def household_tabs(actor: Actor, household_id: int) -> list[NavigationItem]:
    """The household's assessments and enrolments, where the actor may see them."""
    if households.household(actor=actor, household_id=household_id) is None:
        return []
    return [NavigationItem(_("Programmes"), reverse("eligibility:household_tab", args=[household_id]))]


def programmes() -> list[tuple[str, str]]:
    """Code and name of every programme, for appointments limited to one."""
    return list(Programme.objects.order_by("code").values_list("code", "name"))


def references(actor: Actor, reference: str) -> list[NavigationItem]:
    """The enrolment of this reference, if the actor may see it."""
    if not actor.may(P.ENROLMENT_VIEW):
        return []
    found = enrolments.enrolment(actor=actor, reference=reference)
    if found is None:
        return []
    label = _("Enrolment %(reference)s") % {"reference": found.reference}
    return [NavigationItem(label, reverse("eligibility:enrolment", args=[found.reference]))]


def recertification_terms() -> list[RecertificationTerm]:
    """How soon each programme asks to see the households on its list again."""
    live = Enrolment.objects.filter(status__in=Enrolment.LIVE)
    return [
        RecertificationTerm(one.name, one.recertify_months, live.filter(programme=one).values("household_id"))
        for one in Programme.objects.filter(recertify_months__isnull=False).order_by("id")
        if one.recertify_months
    ]
