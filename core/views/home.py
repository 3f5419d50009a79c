"""The start page: what waits for this person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.access.web import actor_of_request, requires
from core.hooks import waiting_tasks
from core.queries.access import administrators
from core.queries.areas import areas_of


@require_safe
@requires()
def home(request: HttpRequest) -> HttpResponse:
    """Each package's lines of work for this actor; urgent ones first, otherwise in the packages' order."""
    actor = actor_of_request(request)
    tasks = [task for function in waiting_tasks.functions for task in function(actor)]
    tasks.sort(key=lambda task: (not (task.urgent and task.count), not task.count))
    context = {
        "page_title": _("Welcome, %(name)s") % {"name": actor.name},
        "tasks": tasks,
        "areas": ", ".join(area.name for area in areas_of(actor=actor)),
        "whom_to_ask": [] if actor.roles else administrators(on=timezone.localdate()),
        "without_role": not actor.roles,
    }
    return render(request, "core/home.html", context)
