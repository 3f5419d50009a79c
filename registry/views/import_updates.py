"""Surveys of registered households in an import that wait: how much each would change, and one beside the register."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import audit
from core.access.permissions import Permission
from registry.models import ImportBatch, Submission
from registry.queries import imports, renewing
from registry.queries.said import translator
from registry.views import renewal
from registry.views.access import actor_of, needs

IMPORT = Permission.REGISTRY_IMPORT
_SHOWN = 50


def listed(request: HttpRequest, found: ImportBatch, by_status: dict[str, int]) -> dict[str, Any]:
    """Surveys of registered households that wait: the first of them, with how much each would change."""
    if not found.re_survey or not by_status.get(Submission.Status.IN_REVIEW):
        return {}
    waiting = imports.submissions(actor=actor_of(request), batch=found, status=Submission.Status.IN_REVIEW)
    told = renewing.waiting(actor=actor_of(request), ids=[row.pk for row in waiting.rows[:_SHOWN]])
    audit.read(
        actor=actor_of(request),
        at=timezone.now(),
        page="import",
        subject_type="household",
        subject_ids=[one.household.household.pk for one in told.values()],
    )
    return {
        "update_columns": [
            {"label": _("Household in the file")},
            {"label": _("In the register")},
            {"label": _("Changes")},
        ],
        "updates": [
            [
                {
                    "text": one.submission.source_key,
                    "url": reverse("registry:import_update", args=[found.uuid, one.submission.uuid]),
                },
                one.household.household.reference,
                renewal.in_short(one),
            ]
            for one in told.values()
        ],
    }


@require_safe
@needs(IMPORT)
def update(request: HttpRequest, uuid: UUID, number: UUID) -> HttpResponse:
    """One survey that waits beside the household that it tells of."""
    actor = actor_of(request)
    found = imports.batch(actor=actor, uuid=uuid)
    if found is None:
        raise Http404
    row = imports.submission(actor=actor, batch=found, uuid=number)
    one = renewing.waiting(actor=actor, ids=[row.pk]).get(row.pk) if row else None
    if row is None or one is None:
        raise Http404
    household = one.household.household
    audit.read(
        actor=actor, at=timezone.now(), page="import_update", subject_type="household", subject_ids=[household.pk]
    )
    issues, said = imports.first_issues(submission_ids=[row.pk]), translator()
    context = {
        "page_title": _("Survey of %(reference)s") % {"reference": household.reference},
        "caption": found.households_file.name,
        "crumbs": [
            {"label": _("Imports"), "url": reverse("registry:imports")},
            {"label": found.households_file.name, "url": reverse("registry:import", args=[found.uuid])},
            {"label": row.source_key},
        ],
        "why": said(issues.get(row.pk, "")),
        "renewal": renewal.shown(one),
    }
    return render(request, "registry/import_update.html", context)
