"""The beneficiary list of a programme, one enrolment's page, and decisions about it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.web import actor_of_request, requires
from core.forms.one_shot import OneShotForm
from core.models import Area
from core.views.errors import conflict
from core.views.reads import saw_households
from eligibility.actions import enrolling, enrolments
from eligibility.forms.assessments import ListFilter, ReasonForm
from eligibility.models import Enrolment, EnrolmentNotice, NoticeSettlement
from eligibility.queries import enrolments as enrolments_
from eligibility.queries import history
from eligibility.queries import programmes as programmes_
from eligibility.views.words import ENROLMENT_TONES, columns, crumbs, day, news, number, page_of
from registry.forms.words import place

_MOVES = {
    "suspend": (enrolments.suspend, ("enrolled",)),
    "resume": (enrolments.resume, ("suspended",)),
    "exit": (enrolments.exit, ("enrolled", "suspended")),
    "reject": (enrolments.reject, ("proposed", "validated")),
}
_REFUSALS = (
    enrolments.IllegalMove,
    enrolments.ReasonNeeded,
    enrolments.OwnInterest,
    enrolments.BeneficiaryDied,
)


def _labels(move: str) -> str:
    return {
        "suspend": _("Suspend"),
        "resume": _("Resume"),
        "exit": _("Take off the list"),
        "reject": _("Reject the proposal"),
    }[move]


@require_safe
@requires(Permission.ENROLMENT_VIEW)
def beneficiaries(request: HttpRequest, code: str) -> HttpResponse:
    """One programme's list, filtered by state, district and village, page by page."""
    actor, programme = actor_of_request(request), programmes_.programme(code=code)
    if programme is None:
        raise Http404
    status, district_id = request.GET.get("status", ""), number(request.GET.get("district", ""))
    found = enrolments_.enrolments(
        actor=actor,
        programme_code=code,
        statuses=[status] if status in Enrolment.Status.values else [],
        district_id=district_id,
        area_id=number(request.GET.get("village", "")),
    )
    page = page_of(found, request)
    saw_households(request, "eligibility:beneficiaries", [row.household_id for row in page.rows])
    waiting = enrolments_.waiting_to_enrol(actor=actor, programme_code=code)
    districts = Area.objects.filter(level=Area.Level.DISTRICT).order_by("path")
    villages = Area.objects.filter(level=Area.Level.VILLAGE, district_id=district_id).order_by("name")
    context = {
        "page_title": _("Beneficiary list"),
        "caption": programme.name,
        "crumbs": crumbs(
            (_("Programmes"), reverse("eligibility:programmes")),
            (programme.name, reverse("eligibility:programme", args=[code])),
            (_("Beneficiary list"), ""),
        ),
        "form": ListFilter(
            request.GET if request.GET else None,
            districts=list(districts),
            villages=list(villages) if district_id is not None else [],
        ),
        "clear_url": reverse("eligibility:beneficiaries", args=[code]),
        "columns": columns(_("Reference"), _("Beneficiary"), _("Receives"), _("Place"), _("State"), _("Since")),
        "rows": [
            [
                {"text": row.reference, "url": reverse("eligibility:enrolment", args=[row.reference])},
                str(row.person) if row.person else row.household.reference,
                str(row.recipient_person) if row.recipient_person else "",
                place(row.area, row.district),
                {"text": row.get_status_display(), "tone": ENROLMENT_TONES[row.status]},
                day(row.status_on),
            ]
            for row in page.rows
        ],
        "next_url": page.next_url,
        "waiting": waiting,
        "enrol_url": reverse("eligibility:enrol", args=[code]) if waiting else "",
    }
    return render(request, "eligibility/beneficiaries.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ENROLMENT_DECIDE)
def enrol(request: HttpRequest, code: str) -> HttpResponse:
    """Enrol all who wait in the actor's places, after a question."""
    actor, programme = actor_of_request(request), programmes_.programme(code=code)
    if programme is None:
        raise Http404
    back = reverse("eligibility:beneficiaries", args=[code])
    if request.method == "POST" and OneShotForm(request.POST).is_valid():
        enrolled = set_aside = 0
        try:
            for area_id in enrolments_.decision_areas(actor=actor, programme_code=code):
                done = enrolling.enrol_many(programme_code=code, area_id=area_id, actor=actor, at=timezone.now())
                enrolled, set_aside = enrolled + done.enrolled, set_aside + done.set_aside
        except (enrolling.SameOfficer, enrolling.ProgrammeNotOpen) as error:
            return conflict(request, sentence=str(error), back_url=back)
        messages.success(request, _("%(n)s enrolled, %(m)s set aside.") % {"n": enrolled, "m": set_aside})
        return redirect(back)
    context = {
        "page_title": _("Enrol those who wait"),
        "question": _("%(n)s of %(programme)s go onto the beneficiary list and will be paid.")
        % {"n": enrolments_.waiting_to_enrol(actor=actor, programme_code=code), "programme": programme.name},
        "confirm_label": _("Enrol"),
        "cancel_url": back,
    }
    return render(request, "core/confirm.html", context)


@require_safe
@requires(Permission.ENROLMENT_VIEW)
def enrolment(request: HttpRequest, reference: str) -> HttpResponse:
    """One enrolment: where it stands, who did what, and what may be decided."""
    actor = actor_of_request(request)
    found = enrolments_.enrolment(actor=actor, reference=reference)
    if found is None:
        raise Http404
    saw_households(request, "eligibility:enrolment", [found.household_id])
    may = actor.may_in(Permission.ENROLMENT_DECIDE, area_path=found.area.path, programme_code=found.programme.code)
    context = {
        "page_title": reference,
        "caption": found.programme.name,
        "crumbs": crumbs(
            (found.programme.name, reverse("eligibility:programme", args=[found.programme.code])),
            (_("Beneficiary list"), reverse("eligibility:beneficiaries", args=[found.programme.code])),
            (reference, ""),
        ),
        "summary": _summary(found, actor),
        "events": [
            {"title": act.label, "by": act.by, "at": act.at, "text": act.reason}
            for act in history.of_enrolment(enrolment=found)
        ],
        "notices": [_notice(row) for row in enrolments_.notices(enrolment=found)],
        "may_settle": may,
        "moves": [
            {"label": _labels(move), "url": reverse("eligibility:enrolment_move", args=[reference, move])}
            for move, (_action, sources) in _MOVES.items()
            if may and found.status in sources
        ],
    }
    return render(request, "eligibility/enrolment.html", context)


def _notice(row: EnrolmentNotice) -> dict[str, str]:
    """A change to look at, and what was decided about it."""
    text = news(row)
    settled: NoticeSettlement | None = getattr(row, "settlement", None)
    if settled is None:
        return {"text": text, "url": reverse("eligibility:notice", args=[row.pk])}
    words = {"outcome": settled.get_outcome_display(), "name": settled.settled_by.full_name, "why": settled.reason}
    return {"text": f"{text}. {_('Settled: %(outcome)s (%(name)s). %(why)s') % words}", "url": ""}


def _summary(found: Enrolment, actor: Actor) -> list[dict[str, Any]]:
    """Links only to what the reader may open."""
    household = found.household
    why = {
        "key": _("Why"),
        "value": _("The assessment"),
        "url": reverse("eligibility:why", args=[household.reference])
        + (f"?run={found.run_id}" if found.run_id else ""),
    }
    known = reverse("registry:household", args=[household.reference])
    return [
        {"key": _("State"), "value": found.get_status_display(), "tone": ENROLMENT_TONES[found.status]},
        {"key": _("Since"), "value": day(found.status_on)},
        *([{"key": _("Reason"), "value": found.reason}] if found.reason else []),
        {
            "key": _("Household"),
            "value": household.reference,
            "url": known if actor.may(Permission.REGISTRY_VIEW) else "",
        },
        *([{"key": _("Beneficiary"), "value": str(found.person)}] if found.person else []),
        {"key": _("Receives"), "value": str(found.recipient_person) if found.recipient_person else ""},
        {"key": _("Place"), "value": place(found.area, found.district)},
        *([{"key": _("Proved again by"), "value": day(found.recertify_on)}] if found.recertify_on else []),
        *([why] if actor.may(Permission.ELIGIBILITY_VIEW) else []),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ENROLMENT_DECIDE)
def move(request: HttpRequest, reference: str, move: str) -> HttpResponse:
    """Suspend, resume, exit or reject, with a reason."""
    actor = actor_of_request(request)
    found = enrolments_.enrolment(actor=actor, reference=reference)
    if found is None or move not in _MOVES:
        raise Http404
    back = reverse("eligibility:enrolment", args=[reference])
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _MOVES[move][0](enrolment_id=found.pk, reason=form.cleaned_data["reason"], actor=actor, at=timezone.now())
        except _REFUSALS as error:
            return conflict(request, sentence=str(error), back_url=back)
        return redirect(back)
    context = {
        "page_title": _labels(move),
        "caption": reference,
        "form": form,
        "danger": move in ("exit", "reject"),
        "confirm_label": _labels(move),
        "cancel_url": back,
    }
    return render(request, "core/confirm.html", context, status=422 if form.errors else 200)
