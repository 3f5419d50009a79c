"""Changes of households that are on a list: what waits, and deciding what follows."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access.permissions import Permission
from core.access.web import actor_of_request, requires
from core.views.errors import conflict
from core.views.reads import saw_households
from eligibility.actions import enrolments, settling
from eligibility.forms.notices import SettleForm
from eligibility.models import EnrolmentNotice
from eligibility.queries import enrolments as enrolments_
from eligibility.views.words import ENROLMENT_TONES, columns, crumbs, day, news, page_of
from registry.forms import words
from registry.queries import households

DECIDE = Permission.ENROLMENT_DECIDE
_REFUSALS = (
    enrolments.IllegalMove,
    enrolments.ReasonNeeded,
    enrolments.OwnInterest,
    settling.ReportedIt,
    settling.SettledAlready,
    settling.NoSuchRecipient,
)


@require_safe
@requires(DECIDE)
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for this actor, oldest first."""
    page = page_of(enrolments_.unsettled(actor=actor_of_request(request)), request)
    saw_households(request, "eligibility:notices", [row.enrolment.household_id for row in page.rows])
    context = {
        "page_title": _("Changes of households on a list"),
        "crumbs": crumbs((_("Programmes"), reverse("eligibility:programmes")), (_("Changes"), "")),
        "columns": columns(
            _("Since"), _("What happened, and what is proposed"), _("Enrolment"), _("Programme"), _("Place")
        ),
        "rows": [_row(row) for row in page.rows],
        "next_url": page.next_url,
    }
    return render(request, "eligibility/notices.html", context)


def _row(row: EnrolmentNotice) -> list[object]:
    enrolment = row.enrolment
    return [
        {"text": day(timezone.localdate(row.at)), "url": reverse("eligibility:notice", args=[row.pk])},
        news(row),
        enrolment.reference,
        enrolment.programme.name,
        words.place(enrolment.area, enrolment.district),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(DECIDE)
def settle(request: HttpRequest, notice_id: int) -> HttpResponse:
    """One change: leave the enrolment as it is, name another recipient, suspend or end it, with the reason."""
    actor = actor_of_request(request)
    found = enrolments_.notice(actor=actor, notice_id=notice_id)
    if found is None:
        raise Http404
    enrolment = found.enrolment
    saw_households(request, "eligibility:notice", [enrolment.household_id])
    people = households.members(household=enrolment.household)
    living = [(row.person.reference, str(row.person)) for row in people if row.person.died_on is None]
    form = SettleForm(request.POST or None, enrolment=enrolment, members=living)
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("outcome", "recipient", "reason")}
        try:
            settling.settle(notice_id=notice_id, actor=actor, at=timezone.now(), **told)
        except _REFUSALS as error:
            return conflict(request, sentence=_(str(error)), back_url=reverse("eligibility:notices"))
        messages.success(request, _("The decision is recorded."))
        return redirect("eligibility:notices")
    context = {
        "page_title": _("What follows from this change?"),
        "caption": enrolment.reference,
        "crumbs": crumbs((_("Changes of households on a list"), reverse("eligibility:notices")), (_("Decide"), "")),
        "summary": [
            {"key": _("What happened"), "value": news(found)},
            {
                "key": _("Household"),
                "value": enrolment.household.reference,
                "url": reverse("registry:household_history", args=[enrolment.household.reference])
                if actor.may(Permission.REGISTRY_VIEW)
                else "",
            },
            {"key": _("Programme"), "value": enrolment.programme.name},
            {
                "key": _("State"),
                "value": enrolment.get_status_display(),
                "tone": ENROLMENT_TONES[enrolment.status],
            },
        ],
        "form": form,
    }
    return render(request, "eligibility/notice.html", context, status=422 if form.errors else 200)
