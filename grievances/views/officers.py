"""The officers' pages: the list with due dates, one case, a household's cases, lodging on behalf."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.web import actor_of_request, requires
from core.reader import in_language
from grievances.actions import cases, moving
from grievances.forms.lodging import OnBehalfForm
from grievances.forms.officers import FilterForm
from grievances.models import Case
from grievances.queries import cases as reading
from grievances.queries import matching
from grievances.views import panels, shown
from grievances.views.acts import offered
from grievances.views.public import lodged_page

COLUMNS = [
    {"label": gettext_lazy("Reference")},
    {"label": gettext_lazy("About")},
    {"label": gettext_lazy("State")},
    {"label": gettext_lazy("Due")},
    {"label": gettext_lazy("Place")},
    {"label": gettext_lazy("Officer")},
]


@require_safe
@requires(Permission.GRIEVANCES_VIEW)
def case_list(request: HttpRequest) -> HttpResponse:
    """Open cases in the order of their due dates, those overdue first; others newest first."""
    actor, on = actor_of_request(request), timezone.localdate()
    form = FilterForm(request.GET)
    told = form.cleaned_data if form.is_valid() else {}
    wanted = reading.Filter(**told) if told else reading.Filter()
    page = reading.page_of(
        actor=actor,
        wanted=wanted,
        on=on,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    kept = {name: value for name, value in told.items() if value}
    context = {
        "page_title": _("Cases"),
        "form": form if any(kept.values()) else FilterForm(),
        "list_url": reverse("grievances:list"),
        "columns": COLUMNS,
        "rows": [shown.row(case, on) for case in page.cases],
        "next_url": f"?{urlencode({**kept, 'after': page.after})}" if page.after else "",
        "previous_url": f"?{urlencode({**kept, 'before': page.before})}" if page.before else "",
        "on_behalf_url": reverse("grievances:on_behalf") if actor.may(Permission.GRIEVANCES_HANDLE) else "",
    }
    return render(request, "grievances/list.html", context)


@require_safe
@requires(Permission.GRIEVANCES_VIEW)
def household(request: HttpRequest, household_id: int) -> HttpResponse:
    """One household's cases that the actor may see."""
    return render(request, "grievances/household.html", _of_household(request, household_id))


@require_safe
@requires(Permission.GRIEVANCES_VIEW)
def household_tab(request: HttpRequest, household_id: int) -> HttpResponse:
    """The same as a tab of the household's page."""
    return render(request, "grievances/_household.html", _of_household(request, household_id))


def _of_household(request: HttpRequest, household_id: int) -> dict[str, Any]:
    on = timezone.localdate()
    found = reading.of_household(actor=actor_of_request(request), household_id=household_id)
    return {
        "page_title": _("Cases of a household"),
        "columns": COLUMNS,
        "rows": [shown.row(case, on) for case in found],
    }


@never_cache
@require_safe
@requires(Permission.GRIEVANCES_VIEW)
def case_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Everything about one case. Seeing it is logged, the household's contributions as well."""
    actor, at = actor_of_request(request), timezone.now()
    case = found_or_404(actor, reference)
    audit.read(actor=actor, at=at, page="grievances.case", subject_type="case", subject_ids=[case.pk])
    interest = matching.has_interest(user_id=actor.user_id, household_id=case.household_id)
    context = {
        "page_title": in_language(case.category.labels),
        "caption": case.reference,
        "crumbs": [{"label": _("Cases"), "url": reverse("grievances:list")}, {"label": case.reference}],
        "case": case,
        "interest": interest,
        "summary": panels.summary(case, timezone.localdate(at)),
        "complainant": panels.complainant(case),
        "decision": panels.decision(case),
        "events": shown.events(case),
        "acts": [] if interest else offered(case, actor),
        "named": panels.named(case),
        **({} if interest else panels.household(case, actor, at)),
    }
    return render(request, "grievances/case.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.GRIEVANCES_HANDLE)
def on_behalf(request: HttpRequest) -> HttpResponse:
    """Write a case down for somebody who came, called or wrote; the answer is read out to them."""
    form = OnBehalfForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            lodged = cases.lodge(
                complaint=form.complaint(form.cleaned_data["channel"]),
                uuid=form.cleaned_data["one_shot"],
                actor=actor_of_request(request),
                at=timezone.now(),
            )
            return lodged_page(request, lodged)
        except (moving.TextMissing, moving.TextTooLong) as error:
            form.add_error("description", str(error))
    context: dict[str, Any] = {
        "page_title": _("Write down a case"),
        "form": form,
        "on_behalf": True,
        "crumbs": [{"label": _("Cases"), "url": reverse("grievances:list")}, {"label": _("Write down a case")}],
    }
    return render(request, "grievances/lodge.html", context, status=422 if request.method == "POST" else 200)


def found_or_404(actor: Actor, reference: str) -> Case:
    """Not there, elsewhere, and sensitive without being named on it: all the same page."""
    case = reading.case_for(actor=actor, reference=reference)
    if case is None:
        raise Http404
    return case
