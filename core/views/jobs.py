"""Jobs: their list, one job's progress (the whole page, and the fragment that it fetches again), retry and cancel."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.access.web import actor_of_request, requires
from core.forms.logs import FindJobs
from core.jobs import queue
from core.jobs.progress import Progress, progress_of
from core.models import Job
from core.queries import jobs as queries
from core.queries.audit import VERIFY
from core.queries.paging import page_of
from core.views.paging import key_asked, page_urls
from core.views.wording import JOB_TONES


@require_safe
@requires()
def jobs(request: HttpRequest) -> HttpResponse:
    """The jobs that this person may see: their own, or all for those who see the state of jobs."""
    form = FindJobs(request.GET or None)
    asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    page = page_of(
        queries.jobs(actor=actor_of_request(request), status=asked.get("status", ""), mine=bool(asked.get("mine"))),
        order=["-id"],
        after=key_asked(request, "after"),
        before=key_asked(request, "before"),
    )
    context = {
        "page_title": _("Jobs"),
        "form": form,
        "filtered": any(asked.values()),
        "list_url": request.path,
        "columns": [
            {"label": _("Job")},
            {"label": _("State")},
            {"label": _("How far"), "numeric": True},
            {"label": _("Started by")},
            {"label": _("Asked for")},
            {"label": _("Error")},
        ],
        "rows": [_row(job) for job in page.rows],
        **page_urls(request, page),
    }
    return render(request, "core/jobs/list.html", context)


def _row(job: Job) -> list[Any]:
    return [
        {"text": job.label or job.kind, "url": reverse("core:job", args=[job.pk])},
        {"text": job.get_status_display(), "tone": JOB_TONES[job.status]},
        f"{job.percent} %",
        job.actor.full_name if job.actor else _("The system"),
        date_format(timezone.localtime(job.created_at), "j F Y, H:i"),
        job.error if job.status == Job.Status.FAILED else "",
    ]


@require_safe
@requires()
def page(request: HttpRequest, job_id: int) -> HttpResponse:
    """How far a job is; works without script by its link "show the latest figures"."""
    return _page(request, _job(request, job_id))


def _page(request: HttpRequest, job: Job, *, refusal: str = "", status: int = 200) -> HttpResponse:
    may = queue.may_manage(job=job, actor=actor_of_request(request))
    context = {
        "page_title": job.label or job.kind,
        "crumbs": [{"label": _("Jobs"), "url": reverse("core:jobs")}, {"label": job.label or job.kind}],
        "job": _progress(job),
        "retry_url": reverse("core:job_retry", args=[job.pk]) if may and job.status == Job.Status.FAILED else "",
        "cancel_url": reverse("core:job_cancel", args=[job.pk]) if may and job.status == Job.Status.QUEUED else "",
        "refusal": refusal,
    }
    return render(request, "core/jobs/progress.html", context, status=status)


@require_safe
@requires()
def fragment(request: HttpRequest, job_id: int) -> HttpResponse:
    """The same box alone."""
    return render(request, "core/jobs/_progress.html", {"job": _progress(_job(request, job_id))})


@require_POST
@requires()
def retry(request: HttpRequest, job_id: int) -> HttpResponse:
    """Let a failed job go on where it stopped."""
    job = _job(request, job_id)
    try:
        queue.retry(job_id=job.pk, actor=actor_of_request(request), at=timezone.now())
    except queue.NotAgain as refusal:
        return _page(request, _job(request, job_id), refusal=str(refusal), status=409)
    messages.success(request, _("The job waits for a worker and goes on where it stopped."))
    return redirect("core:job", job.pk)


@require_POST
@requires()
def cancel(request: HttpRequest, job_id: int) -> HttpResponse:
    """Take a waiting job out of the queue."""
    job = _job(request, job_id)
    try:
        queue.cancel(job_id=job.pk, actor=actor_of_request(request), at=timezone.now())
    except queue.NotWaiting as refusal:
        return _page(request, _job(request, job_id), refusal=str(refusal), status=409)
    messages.success(request, _("The job is cancelled."))
    return redirect("core:job", job.pk)


def _job(request: HttpRequest, job_id: int) -> Job:
    job = queries.job_for(actor=actor_of_request(request), job_id=job_id)
    if job is None:
        raise Http404
    return job


def _progress(job: Job) -> Progress:
    return progress_of(
        job,
        at=timezone.now(),
        url=reverse("core:job_progress", args=[job.pk]),
        page_url=reverse("core:job", args=[job.pk]),
        result_url=reverse("core:audit_seals") if job.kind == VERIFY else "",
    )
