"""Files of households: bringing them in, and what became of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import audit
from core.access.permissions import Permission
from core.jobs.progress import Progress, progress_of
from core.templatetags.furniture import figure
from core.views.errors import conflict
from registry.actions import corrected
from registry.actions import imports as act
from registry.forms import words
from registry.forms.imports import ImportForm
from registry.models import ImportBatch, Submission
from registry.queries import imports
from registry.queries.said import translator
from registry.views import import_updates
from registry.views.access import actor_of, needs

IMPORT = Permission.REGISTRY_IMPORT
_TONES = {"received": "waiting", "checking": "progress", "done": "good", "failed": "bad"}
_ISSUES_SHOWN = 50


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
                _files(row),
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
    """Choose a workbook or two files; the same bytes sent again are the same import."""
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        households, persons = form.cleaned_data["households"], form.cleaned_data["persons"]
        batch = act.receive(
            households=_bytes(households),
            persons=_bytes(persons) if persons else None,
            households_name=households.name,
            persons_name=persons.name if persons else households.name,
            **form.choices,
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
    said = translator()
    context = {
        "page_title": _("Import: check only") if found.dry_run else _("Import"),
        "caption": _files(found),
        "crumbs": [{"label": _("Imports"), "url": reverse("registry:imports")}, {"label": found.households_file.name}],
        "batch": found,
        "state": _state(found),
        "tone": _TONES[found.status],
        "job": _progress(found, finished_here=True),
        "figures": [
            {
                "key": Submission.Status(status).label,
                "value": figure(number),
                "action_url": f"{listing}?status={status}",
                "action_label": _("List"),
            }
            for status, number in by_status.items()
        ],
        "failed": found.status == ImportBatch.Status.FAILED,
        "failure": _("Not everything is in order, and all or nothing was asked for. Nothing was entered.")
        if found.all_or_nothing and found.counts.get("refused")
        else _("The files could not be read. Nothing was entered."),
        "copy": _copy(found, by_status),
        **import_updates.listed(request, found),
        "issue_columns": [{"label": _("Where")}, {"label": _("What")}],
        "issues": [[_where(issue), said(issue.get("message", ""))] for issue in found.issues[:_ISSUES_SHOWN]],
        "issues_more": max(0, len(found.issues) - _ISSUES_SHOWN),
    }
    return render(request, "registry/import.html", context)


def _files(found: ImportBatch) -> str:
    names = [found.households_file.name, *([] if found.is_workbook else [found.persons_file.name])]
    return ", ".join(names)


_TO_CORRECT = (Submission.Status.REFUSED, Submission.Status.IN_REVIEW, Submission.Status.RETURNED)


def _copy(found: ImportBatch, by_status: dict[str, int]) -> dict[str, Any] | None:
    """What the page says of the rows to correct: where they are fetched, until when, and whether they can be made."""
    entered = found.status == ImportBatch.Status.DONE and not found.dry_run
    waits = any(by_status.get(status) for status in _TO_CORRECT) or found.counts.get("rows_without_household")
    kept = found.corrected_file
    there = kept is not None and corrected.stored_copy(found, today=timezone.localdate()) is not None
    if not there and not (entered and waits):
        return None
    return {
        "url": reverse("registry:import_corrected", args=[found.uuid]) if there else "",
        "name": kept.name if kept and there else "",
        "made": words.day(kept.created_at.date()) if kept and there else "",
        "until": words.day(kept.retain_until) if kept and kept.retain_until and there else "",
        "make_url": reverse("registry:import_correct", args=[found.uuid]) if entered and waits else "",
    }


@require_POST
@needs(IMPORT)
def correct(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Make the file of rows to correct, from what stands there now."""
    found = _found(request, uuid)
    page = reverse("registry:import", args=[found.uuid])
    try:
        corrected.ask(batch_id=found.pk, actor=actor_of(request), at=timezone.now())
    except (corrected.NotFinished, corrected.NothingToCorrect) as error:
        return conflict(request, sentence=_(str(error)), back_url=page)
    messages.success(request, _("The file of rows to correct is being made. Look at this page again in a moment."))
    return redirect(page)


@require_safe
@needs(IMPORT)
def corrected_copy(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The rows to correct, as a download; the read is in the log before the file leaves."""
    found = _found(request, uuid)
    path = corrected.stored_copy(found, today=timezone.localdate())
    if path is None or found.corrected_file is None:
        raise Http404
    audit.read(
        actor=actor_of(request),
        at=timezone.now(),
        page="import_corrected",
        subject_type="import_batch",
        subject_ids=[found.pk],
    )
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=found.corrected_file.name,
        content_type=found.corrected_file.media_type,
    )


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
    issues, said = imports.first_issues(submission_ids=numbers), translator()
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
                said(issues.get(row.pk, "")),
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
