"""Surveys of registered households in an import that wait, or that a trial found: how much each would change, and one
beside the register."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from core import audit
from core.access.permissions import Permission
from core.queries.paging import page_of
from core.views.paging import key_asked, page_urls
from registry.models import ImportBatch, Submission, TrialUpdate
from registry.queries import imports, renewing
from registry.queries.said import translator
from registry.views import renewal
from registry.views.access import actor_of, needs

IMPORT = Permission.REGISTRY_IMPORT


def listed(request: HttpRequest, found: ImportBatch) -> dict[str, Any]:
    """Registered households that wait to be changed, of a trial those that would be: a page of them, and how much of
    each."""
    if not found.re_survey:
        return {}
    rows = _rows(request, found)
    page = page_of(rows, order=["id"], after=key_asked(request, "after"), before=key_asked(request, "before"))
    beside = _beside(request, found, page.rows)
    shown = [(row, beside[row.pk]) for row in page.rows if row.pk in beside]
    _log(request, "import", [one.household.household.pk for _row, one in shown])
    labels = [_("Household in the file"), _("In the register"), _("Changes")]
    labels += [_("What becomes of it")] if found.dry_run else []
    count = rows.count()
    return {
        "update_columns": [{"label": label} for label in labels],
        "updates": [_cells(found, row, one) for row, one in shown],
        "updates_title": _title(found, count),
        "updates_lead": _lead(found, count),
        # The list stands far down the page: who turns it over is not sent back to the top.
        **{name: f"{url}#updates" if url else "" for name, url in page_urls(request, page).items()},
    }


def _rows(request: HttpRequest, found: ImportBatch) -> QuerySet[Any]:
    rows = imports.tried if found.dry_run else imports.updates
    return rows(actor=actor_of(request), batch=found)


def _beside(request: HttpRequest, found: ImportBatch, rows: list[Any]) -> dict[int, renewing.Renewal]:
    if found.dry_run:
        return renewing.tried(actor=actor_of(request), trials=rows)
    return renewing.waiting(actor=actor_of(request), ids=[row.pk for row in rows])


def _cells(found: ImportBatch, row: Submission | TrialUpdate, one: renewing.Renewal) -> list[Any]:
    url = reverse("registry:import_update", args=[found.uuid, row.uuid])
    cells = [{"text": row.source_key, "url": url}, one.household.household.reference, renewal.in_short(one)]
    return [*cells, _becomes(row)] if isinstance(row, TrialUpdate) else cells


def _title(found: ImportBatch, count: int) -> str:
    if not found.dry_run:
        return _("Updates that wait for a person")
    text = ngettext("%(n)s registered household would change", "%(n)s registered households would change", count)
    return text % {"n": count}


def _lead(found: ImportBatch, count: int) -> str:
    """What is to be known before a trial's list is read; of an import nothing."""
    if not found.dry_run:
        return ""
    if count:
        return _(
            "This was a trial: nothing of it is written. Open a household to see what would change, field by field, "
            "beside what the register says now."
        )
    if found.counts.get("would_change"):
        return _(
            "The trial found registered households that would change. They live outside your areas, or the trial is "
            "too old: what it found is kept as long as the rows to correct. Try the files once more to see it."
        )
    return _("No registered household would change.") if found.status == ImportBatch.Status.DONE else ""


def _becomes(row: TrialUpdate) -> str:
    return _("Waits for a supervisor") if row.waits else _("Written at once")


@require_safe
@needs(IMPORT)
def update(request: HttpRequest, uuid: UUID, number: UUID) -> HttpResponse:
    """One survey that waits, or that was tried, beside the household that it tells of."""
    actor = actor_of(request)
    found = imports.batch(actor=actor, uuid=uuid)
    if found is None:
        raise Http404
    row = _rows(request, found).filter(uuid=number).first()
    one = _beside(request, found, [row]).get(row.pk) if row else None
    if row is None or one is None:
        raise Http404
    household = one.household.household
    _log(request, "import_update", [household.pk])
    context = {
        "page_title": _("Survey of %(reference)s") % {"reference": household.reference},
        "caption": found.households_file.name,
        "crumbs": [
            {"label": _("Imports"), "url": reverse("registry:imports")},
            {"label": found.households_file.name, "url": reverse("registry:import", args=[found.uuid])},
            {"label": row.source_key},
        ],
        "standing": _standing(row),
        "why": translator()(_why(row)),
        "renewal": renewal.shown(one),
    }
    return render(request, "registry/import_update.html", context)


def _standing(row: Submission | TrialUpdate) -> str:
    if isinstance(row, Submission):
        return _("It waits for a supervisor. Nothing of it is written yet.")
    if row.waits:
        return _("This was a trial: nothing of it is written. Brought in, it would wait for a supervisor.")
    return _("This was a trial: nothing of it is written. Brought in, it would be written at once.")


def _why(row: Submission | TrialUpdate) -> str:
    if isinstance(row, TrialUpdate):
        return row.why if row.waits else ""
    return imports.first_issues(submission_ids=[row.pk]).get(row.pk, "")


def _log(request: HttpRequest, page: str, households: list[int]) -> None:
    audit.read(actor=actor_of(request), at=timezone.now(), page=page, subject_type="household", subject_ids=households)
