"""Files of households: bringing them in, and what became of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import audit
from core.access.permissions import Permission
from core.jobs.progress import Progress, progress_of
from registry.actions import imports as act
from registry.forms import words
from registry.forms.imports import ImportForm
from registry.models import ImportBatch, Submission
from registry.queries import imports
from registry.views.access import actor_of, needs

IMPORT = Permission.REGISTRY_IMPORT
_TONES = {"received": "waiting", "checking": "progress", "done": "good", "failed": "bad"}
_ISSUES_SHOWN = 200


@require_safe
@needs(IMPORT)
def batches(request: HttpRequest) -> HttpResponse:
    """Imports, newest first."""
    page = imports.batches(actor=actor_of(request), before=request.GET.get("before", ""))
    context = {
        "page_title": _("Imports of files"),
        "columns": [{"label": _("When")}, {"label": _("Files")}, {"label": _("By")}, {"label": _("State")}],
        "rows": [
            [
                {"text": words.day(row.created_at.date()), "url": reverse("registry:import", args=[row.uuid])},
                f"{row.households_file.name}, {row.persons_file.name}",
                row.created_by.full_name if row.created_by else "",
                {"text": _state(row), "tone": _TONES[row.status]},
            ]
            for row in page.rows
        ],
        "next_url": f"{reverse('registry:imports')}?before={page.next_key}" if page.next_key else "",
    }
    return render(request, "registry/imports.html", context)


def _state(row: ImportBatch) -> str:
    return (
        _("%(state)s (check only)") % {"state": row.get_status_display()} if row.dry_run else row.get_status_display()
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(IMPORT)
def upload(request: HttpRequest) -> HttpResponse:
    """Choose two files; the same bytes sent again are the same import."""
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        households, persons = form.cleaned_data["households"], form.cleaned_data["persons"]
        batch = act.receive(
            households=_bytes(households),
            persons=_bytes(persons),
            households_name=households.name,
            persons_name=persons.name,
            dry_run=form.dry_run,
            actor=actor_of(request),
            at=at,
        )
        if batch.created_at < at:
            messages.warning(request, _("These same files were brought in before. This is what became of them."))
            if imports.batch(actor=actor_of(request), uuid=batch.uuid) is None:
                return redirect("registry:imports")
        return redirect("registry:import", batch.uuid)
    context = {"page_title": _("Import files of households"), "form": form, "cancel_url": reverse("registry:imports")}
    return render(request, "registry/import_new.html", context, status=422 if form.errors else 200)


def _bytes(file: UploadedFile) -> bytes | Path:
    if isinstance(file, TemporaryUploadedFile):
        return Path(file.temporary_file_path())
    return bytes(file.read())


@require_safe
@needs(IMPORT)
def batch(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """How far it is, how many of each outcome, and what was wrong, with file, row and column."""
    found = _found(request, uuid)
    by_status = imports.counts_by_status(batch=found)
    listing = reverse("registry:import_households", args=[found.uuid])
    context = {
        "page_title": _("Import: check only") if found.dry_run else _("Import"),
        "caption": f"{found.households_file.name}, {found.persons_file.name}",
        "crumbs": [{"label": _("Imports"), "url": reverse("registry:imports")}, {"label": found.households_file.name}],
        "batch": found,
        "state": _state(found),
        "tone": _TONES[found.status],
        "job": _progress(found, finished_here=True),
        "figures": [
            {
                "key": Submission.Status(status).label,
                "value": str(number),
                "action_url": f"{listing}?status={status}",
                "action_label": _("List"),
            }
            for status, number in by_status.items()
        ],
        "failed": found.status == ImportBatch.Status.FAILED,
        "issue_columns": [{"label": _("Where")}, {"label": _("What")}],
        "issues": [[_where(issue), issue.get("message", "")] for issue in found.issues[:_ISSUES_SHOWN]],
        "issues_more": max(0, len(found.issues) - _ISSUES_SHOWN),
    }
    return render(request, "registry/import.html", context)


@require_safe
@needs(IMPORT)
def progress(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The progress alone, as the page fetches it again; when it is over it leads to what became of the files."""
    job = _progress(_found(request, uuid), finished_here=False)
    if job is None:
        raise Http404
    return render(request, "core/jobs/_progress.html", {"job": job})


def _progress(found: ImportBatch, *, finished_here: bool) -> Progress | None:
    if found.job is None:
        return None
    page = reverse("registry:import", args=[found.uuid])
    return progress_of(
        found.job,
        at=timezone.now(),
        url=reverse("registry:import_progress", args=[found.uuid]),
        page_url=page,
        result_url="" if finished_here else page,
        result_label=_("See what became of it"),
    )


def _where(issue: dict[str, Any]) -> str:
    return str(issue.get("location") or _("The files"))


@require_safe
@needs(IMPORT)
def submissions_of(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The households of an import in one state, in the order of the file."""
    found = _found(request, uuid)
    status = request.GET.get("status", "")
    page = imports.submissions(actor=actor_of(request), batch=found, status=status, after=request.GET.get("after", ""))
    numbers = [row.pk for row in page.rows]
    audit.read(
        actor=actor_of(request), at=timezone.now(), page="import", subject_type="submission", subject_ids=numbers
    )
    issues = imports.first_issues(submission_ids=numbers)
    address = reverse("registry:import_households", args=[found.uuid])
    context = {
        "page_title": _("Households of the import"),
        "caption": found.households_file.name,
        "crumbs": [
            {"label": _("Imports"), "url": reverse("registry:imports")},
            {"label": found.households_file.name, "url": reverse("registry:import", args=[found.uuid])},
            {"label": _("Households")},
        ],
        "columns": [
            {"label": _("Household in the file")},
            {"label": _("Village")},
            {"label": _("State")},
            {"label": _("Why")},
        ],
        "rows": [
            [
                {"text": row.source_key, "url": reverse("registry:household", args=[row.household.reference])}
                if row.household
                else row.source_key,
                row.area.name if row.area else "",
                {"text": row.get_status_display(), "tone": words.SUBMISSION_TONES.get(row.status, "neutral")},
                issues.get(row.pk, ""),
            ]
            for row in page.rows
        ],
        "next_url": f"{address}?status={status}&after={page.next_key}" if page.next_key else "",
    }
    return render(request, "registry/import_households.html", context)


def _found(request: HttpRequest, uuid: UUID) -> ImportBatch:
    found = imports.batch(actor=actor_of(request), uuid=uuid)
    if found is None:
        raise Http404
    return found
