"""Visits: where I am to go, what was found, and what a supervisor says to it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from core.access.actor import NotPermitted
from core.access.permissions import Permission
from core.views.asking import ask
from core.views.errors import conflict
from core.views.reads import saw_households
from registry.actions import visits as act
from registry.actions.reviews import DeclaredInterestInTheWay, ReasonNeeded
from registry.forms import words
from registry.forms.reasons import DecisionForm
from registry.forms.visits import OutcomeForm, ReportForm
from registry.models import Visit
from registry.queries import households, visits
from registry.queries.paging import Page
from registry.views.access import actor_of, needs
from registry.views.recertification import may_plan

REGISTER, REVIEW = Permission.REGISTRY_REGISTER, Permission.REGISTRY_REVIEW
TONES = {"assigned": "waiting", "reported": "progress", "accepted": "good", "done": "good", "taken_back": "neutral"}
_pages = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@needs(REGISTER, REVIEW)
def mine(request: HttpRequest) -> HttpResponse:
    """Where I am to go, by day; and the visits that others are to make in my places."""
    actor, after = actor_of(request), request.GET.get("after", "")
    of_others = request.GET.get("whose") == "all"
    page = (visits.planned if of_others else visits.mine)(actor=actor, after=after)
    here = reverse("registry:visits")
    context = _list(request, page, "visits") | {
        "page_title": _("Visits to be made") if of_others else _("Visits that I am to make"),
        "tabs": _tabs(request, "all" if of_others else "mine"),
        "next_url": f"{here}?{'whose=all&' if of_others else ''}after={page.next_key}" if page.next_key else "",
    }
    return render(request, "registry/visits.html", context)


@require_safe
@needs(REVIEW)
def to_decide(request: HttpRequest) -> HttpResponse:
    """What was found on visits and waits for a supervisor."""
    page = visits.to_decide(actor=actor_of(request), after=request.GET.get("after", ""))
    here = reverse("registry:visits_to_decide")
    context = _list(request, page, "visits_to_decide") | {
        "page_title": _("Outcomes of visits to decide"),
        "tabs": _tabs(request, "decide"),
        "next_url": f"{here}?after={page.next_key}" if page.next_key else "",
    }
    return render(request, "registry/visits.html", context)


def _tabs(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    actor, here = actor_of(request), reverse("registry:visits")
    found = [("mine", _("Mine"), here), ("all", _("All in my places"), f"{here}?whose=all")]
    if actor.may(REVIEW):
        found.append(("decide", _("Outcomes to decide"), reverse("registry:visits_to_decide")))
    return [{"label": label, "url": url, "current": key == current} for key, label, url in found]


def _list(request: HttpRequest, page: Page[Visit], name: str) -> dict[str, Any]:
    today = timezone.localdate()
    numbers = [row.household_id for row in page.rows]
    saw_households(request, name, numbers)
    heads = households.heads(household_ids=numbers)
    labels = [_("By"), _("Household"), _("Village"), _("Last seen"), _("Who goes"), _("State")]
    return {
        "columns": [{"label": label} for label in labels],
        "rows": [_row(row, heads.get(row.household_id, "–"), today) for row in page.rows],
    }


def _row(row: Visit, head: str, today: Any) -> list[Any]:
    day = words.day(row.visit_by)
    late = row.status == Visit.Status.ASSIGNED and row.visit_by < today
    state = row.get_outcome_display() if row.outcome else row.get_status_display()
    return [
        {"text": _("%(day)s, overdue") % {"day": day}, "tone": "bad"} if late else day,
        {"text": f"{head}, {row.household.reference}", "url": reverse("registry:visit", args=[row.uuid])},
        words.place(row.area, row.district),
        words.ago(row.household.interviewed_on, today),
        row.assigned_to.full_name,
        {"text": state, "tone": TONES[row.status]},
    ]


@_pages
@needs(REGISTER, REVIEW)
def visit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One visit: where, by when, what was found; the report of who was sent, or a supervisor's decision."""
    found, actor, now = _found(request, uuid), actor_of(request), timezone.now()
    reports = found.status == Visit.Status.ASSIGNED and found.assigned_to_id == actor.user_id
    own = actor.user_id in (found.assigned_to_id, found.reported_by_id)
    reviews = actor.may_in(REVIEW, area_path=found.area.path)
    decides = found.status == Visit.Status.REPORTED and reviews and not own
    data = request.POST if request.method == "POST" else None
    form: ReportForm | OutcomeForm | None = None
    if reports:
        form = ReportForm(data, since=found.assigned_on, today=timezone.localdate(now))
    elif decides:
        form = OutcomeForm(data)
    if request.method == "POST" and form is None:
        return conflict(request, sentence=_(str(act.NotOpen.__doc__)), back_url=request.path)
    if request.method == "POST" and form is not None and form.is_valid():
        answer = _carry_out(request, found, form)
        if answer is not None:
            return answer
    context = {
        "page_title": _("Visit to %(reference)s") % {"reference": found.household.reference},
        "caption": found.reference,
        "crumbs": [{"label": _("Visits"), "url": reverse("registry:visits")}, {"label": found.reference}],
        "summary": _summary(found),
        "form": form,
        "heading": _("What did you find?") if reports else _("What is decided?"),
        "button": _("Send the report") if reports else _("Record the decision"),
        "household_url": reverse("registry:household", args=[found.household.reference]),
        "take_back_url": reverse("registry:visit_take_back", args=[uuid])
        if found.status == Visit.Status.ASSIGNED and may_plan(actor, found.area)
        else "",
        "own": own and reviews and found.status == Visit.Status.REPORTED,
        "proposal": _PROPOSALS.get(found.outcome, "") if found.status == Visit.Status.REPORTED else "",
    }
    return render(request, "registry/visit.html", context, status=422 if form and form.errors else 200)


_PROPOSALS = {
    "not_found": _lazy(
        "Accepting this closes and exits nothing: who decides about beneficiary lists is asked to look into it."
    ),
    "refused": _lazy(
        "Accepting this closes and exits nothing: who decides about beneficiary lists is asked to look into it."
    ),
    "moved": _lazy("Accepting this moves nobody: report the move, or close the household, on its page."),
    "died": _lazy("Accepting this records no death: report each death, or close the household, on its page."),
}


def _carry_out(request: HttpRequest, found: Visit, form: ReportForm | OutcomeForm) -> HttpResponse | None:
    actor, now, told = actor_of(request), timezone.now(), form.cleaned_data
    try:
        if isinstance(form, ReportForm):
            act.report(
                visit_id=found.pk,
                outcome=told["outcome"],
                visited_on=told["visited_on"],
                report=told["report"],
                actor=actor,
                at=now,
            )
            messages.success(request, _("The report is sent. A supervisor looks at it."))
        else:
            decide = act.accept if told["decision"] == "accept" else act.send_back
            decide(visit_id=found.pk, reason=told["reason"], actor=actor, at=now)
            messages.success(request, _("The decision is recorded."))
    except act.NotOpen as error:
        return conflict(request, sentence=_(str(error)), back_url=request.path)
    except (act.OwnVisit, act.DayImpossible, DeclaredInterestInTheWay, ReasonNeeded, NotPermitted) as error:
        form.add_error(None, _(str(error)))
        return None
    return redirect("registry:visit", uuid=found.uuid)


def _summary(found: Visit) -> list[dict[str, Any]]:
    household, today = found.household, timezone.localdate()
    heads = households.heads(household_ids=[household.pk])
    rows: list[dict[str, Any]] = [
        {"key": _("State"), "value": found.get_status_display(), "tone": TONES[found.status]},
        {
            "key": _("Household"),
            "value": f"{heads.get(household.pk, '–')}, {household.reference}",
            "url": reverse("registry:household", args=[household.reference]),
        },
        {"key": _("Village"), "value": words.place(household.area, household.district)},
        {
            "key": _("How to find the dwelling"),
            "value": words.hidden() if household.is_protected else household.address,
        },
        {"key": _("Last seen"), "value": words.ago(household.interviewed_on, today)},
        {"key": _("Who goes"), "value": found.assigned_to.full_name},
        {"key": _("By"), "value": words.day(found.visit_by)},
        {
            "key": _("Assigned"),
            "value": _("%(day)s by %(name)s")
            % {"day": words.day(found.assigned_on), "name": found.assigned_by.full_name},
        },
    ]
    if found.outcome:
        rows.append({"key": _("What was found"), "value": found.get_outcome_display()})
        rows.append({"key": _("Visited on"), "value": words.day(found.visited_on)})
    if found.report:
        rows.append({"key": _("What happened"), "value": found.report})
    if found.decided_by:
        rows.append({"key": _("Accepted by"), "value": found.decided_by.full_name})
    if found.reason:
        rows.append({"key": _("Why"), "value": found.reason})
    return rows


@_pages
@needs(REGISTER, REVIEW)
def take_back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take back a visit that was not made yet."""
    found, actor = _found(request, uuid), actor_of(request)
    if not may_plan(actor, found.area):
        raise Http404
    back = reverse("registry:visit", args=[uuid])
    return ask(
        request,
        form=DecisionForm,
        act=lambda data: act.take_back(visit_id=found.pk, reason=data["reason"], actor=actor, at=timezone.now()),
        overtaken=(act.NotOpen,),
        done=_("The visit is taken back."),
        back_url=back,
        context={
            "page_title": _("Take this visit back?"),
            "caption": found.reference,
            "confirm_label": _("Yes, take it back"),
        },
    )


def _found(request: HttpRequest, uuid: UUID) -> Visit:
    """The visit, if it is the actor's business; the look is in the log before anything is shown."""
    actor = actor_of(request)
    found = visits.visit(actor=actor, uuid=uuid)
    if found is None:
        raise Http404
    saw_households(request, "visit", [found.household_id])
    return found
