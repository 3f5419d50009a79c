"""The figures page, what each figure means, and the button that counts anew."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.access.permissions import Permission
from core.access.web import actor_of_request, requires
from core.forms.one_shot import OneShotMissing, one_shot_key
from reporting import presenting
from reporting.actions import figures as counting
from reporting.charts import svg
from reporting.forms import SelectionForm
from reporting.indicators import listed
from reporting.queries import figures, scope
from reporting.queries.tables import tables


@require_safe
@requires(Permission.REPORTING_VIEW)
def dashboard(request: HttpRequest) -> HttpResponse:
    """Every figure of the actor's places, as of the last count, with charts and the tables that say the same."""
    actor, snapshot = actor_of_request(request), figures.newest()
    form = SelectionForm(request.GET or None, actor=actor)
    selection = form.selection()
    shown = tables(actor=actor, snapshot=snapshot, selection=selection) if snapshot else []
    svg.warm()
    context = {
        "page_title": _("Figures"),
        "caption": presenting.name_of(selection),
        "form": form,
        "dashboard_url": reverse("reporting:dashboard"),
        "snapshot": snapshot,
        "under_way": figures.under_way(),
        "tables": [presenting.table(one) for one in shown],
        "tasks": presenting.headlines(shown),
        "charts": presenting.charts(selection) if snapshot and scope.districts(actor) else [],
        "downloads": presenting.downloads(selection) if snapshot and actor.may(Permission.REPORTING_EXPORT) else [],
    }
    return render(request, "reporting/dashboard.html", context)


@require_safe
@requires(Permission.REPORTING_VIEW)
def meanings(request: HttpRequest) -> HttpResponse:
    """What each figure means, where it comes from, and how it can be broken down."""
    context = {
        "page_title": _("What the figures mean"),
        "crumbs": [
            {"label": _("Figures"), "url": reverse("reporting:dashboard")},
            {"label": _("What the figures mean")},
        ],
        "indicators": [
            {"title": i.title, "code": i.code, "definition": i.definition, "rows": presenting.meaning(i)}
            for i in listed()
        ],
    }
    return render(request, "reporting/meanings.html", context)


@require_POST
@requires(Permission.REPORTING_VIEW)
def refresh(request: HttpRequest) -> HttpResponse:
    """Have the figures counted anew; a second click changes nothing."""
    try:
        key = one_shot_key(request)
    except OneShotMissing as error:
        messages.error(request, str(error))
        return redirect("reporting:dashboard")
    counting.refresh(actor=actor_of_request(request), at=timezone.now(), one_shot=key)
    messages.success(request, _("The figures are being counted. Load this page again in a moment."))
    return redirect("reporting:dashboard")
