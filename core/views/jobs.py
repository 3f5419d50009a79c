"""A job's progress: the whole page, and the fragment that the page fetches again."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.access.web import actor_of_request, requires
from core.jobs.progress import Progress, progress_of
from core.queries.jobs import job_for


@require_safe
@requires()
def page(request: HttpRequest, job_id: int) -> HttpResponse:
    """How far a job is; works without script by its link "show the latest figures"."""
    job = _progress(request, job_id)
    return render(request, "core/jobs/progress.html", {"page_title": job.label, "job": job})


@require_safe
@requires()
def fragment(request: HttpRequest, job_id: int) -> HttpResponse:
    """The same box alone."""
    return render(request, "core/jobs/_progress.html", {"job": _progress(request, job_id)})


def _progress(request: HttpRequest, job_id: int) -> Progress:
    job = job_for(actor=actor_of_request(request), job_id=job_id)
    if job is None:
        raise Http404
    return progress_of(
        job,
        at=timezone.now(),
        url=reverse("core:job_progress", args=[job_id]),
        page_url=reverse("core:job", args=[job_id]),
    )
