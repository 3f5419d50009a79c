"""Assessment runs: the list, starting one, its page, publishing and discarding."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access.permissions import Permission
from core.access.scoping import district_ids
from core.access.web import actor_of_request, requires
from core.jobs.progress import progress_of
from core.models import Area
from core.rules import RuleError, explain
from core.templatetags.furniture import figure
from core.views.errors import conflict
from core.views.reads import saw_households
from eligibility.actions import runs as actions
from eligibility.forms.assessments import FindingsFilter, PublishForm, ReasonForm, StartForm, today_form
from eligibility.models import AssessmentRun
from eligibility.queries import programmes as programmes_
from eligibility.queries import rules as rules_
from eligibility.queries import runs as runs_
from eligibility.views.words import (
    OUTCOME_TONES,
    RUN_TONES,
    columns,
    crumbs,
    day,
    doubt_words,
    number,
    page_of,
    reason_words,
)
from registry.forms.words import place
from registry.queries import fieldwork

_CONFLICTS = (
    actions.IllegalMove,
    actions.SameOfficer,
    actions.RunChanged,
    actions.Superseded,
    actions.ProgrammeNotOpen,
)
_REFUSALS = (
    actions.ProgrammeNotOpen,
    actions.DayInTheFuture,
    actions.InterviewsInDoubt,
    rules_.NoRules,
    rules_.NoQuestionnaire,
    RuleError,
)


@require_safe
@requires(Permission.ELIGIBILITY_VIEW)
def runs(request: HttpRequest) -> HttpResponse:
    """Newest first; ``?programme=`` shows one programme's."""
    actor, code = actor_of_request(request), request.GET.get("programme", "")
    found = runs_.runs(actor=actor, programme_code=code or None)[:100]
    rows = [
        [
            {
                "text": _("%(programme)s, %(day)s") % {"programme": run.programme.name, "day": day(run.as_of)},
                "url": reverse("eligibility:run", args=[run.pk]),
            },
            {"text": run.get_status_display(), "tone": RUN_TONES[run.status]},
            run.prepared_by.full_name if run.prepared_by else "",
            run.published_by.full_name if run.published_by else "",
            day(timezone.localtime(run.created_at)),
        ]
        for run in found
    ]
    context = {
        "page_title": _("Assessments"),
        "columns": columns(_("Assessment"), _("State"), _("Prepared by"), _("Published by"), _("Started")),
        "rows": rows,
        "starts": [
            {"label": item.name, "url": reverse("eligibility:run_start", args=[item.code])}
            for item in programmes_.programmes().filter(status="open")
            if actor.may_for_programme(Permission.ELIGIBILITY_RUN, item.code)
        ],
    }
    return render(request, "eligibility/runs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ELIGIBILITY_RUN)
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for the day, then queue the assessment."""
    actor, now = actor_of_request(request), timezone.now()
    programme = programmes_.programme(code=code)
    if programme is None:
        raise Http404
    actor.require_for_programme(Permission.ELIGIBILITY_RUN, code)
    doubts = fieldwork.doubts()
    form = (
        StartForm(request.POST, in_doubt=bool(doubts))
        if request.method == "POST"
        else today_form(timezone.localdate(now), in_doubt=bool(doubts))
    )
    if request.method == "POST" and form.is_valid():
        try:
            run = actions.start(
                programme_code=code,
                as_of=form.cleaned_data["as_of"],
                actor=actor,
                at=now,
                reason=form.cleaned_data.get("reason", ""),
                one_shot=form.cleaned_data["one_shot"],
            )
        except _REFUSALS as error:
            form.add_error("as_of", str(error))
        else:
            return redirect("eligibility:run", run.pk)
    context = {
        "page_title": _("Start an assessment for %(programme)s") % {"programme": programme.name},
        "question": _("Everybody whom the programme might serve is assessed. Another person publishes the findings."),
        "warning": doubt_words(doubts),
        "form": form,
        "confirm_label": _("Start the assessment"),
        "cancel_url": reverse("eligibility:programme", args=[code]),
    }
    return render(request, "core/confirm.html", context, status=422 if form.errors else 200)


def _run(request: HttpRequest, run_id: int) -> AssessmentRun:
    found = runs_.run(actor=actor_of_request(request), run_id=run_id)
    if found is None:
        raise Http404
    return found


@require_safe
@requires(Permission.ELIGIBILITY_VIEW)
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """One run: progress, counts by district and outcome, digest, and what may be done with it."""
    found, actor = _run(request, run_id), actor_of_request(request)
    counts = runs_.counts_by_district(actor=actor, run=found)
    numeric = [_("Eligible"), _("Not eligible"), _("Not assessable"), _("All")]
    context = {
        "page_title": _("Assessment for %(programme)s") % {"programme": found.programme.name},
        "caption": _("as of %(day)s") % {"day": day(found.as_of)},
        "crumbs": crumbs((_("Assessments"), reverse("eligibility:runs")), (day(found.as_of), "")),
        "summary": _summary(found, whole=district_ids(actor, Permission.ELIGIBILITY_VIEW) is None),
        "job": _progress(found),
        "columns": columns(_("District"), *numeric, numeric=numeric),
        "rows": [[c.name, c.eligible, c.not_eligible, c.not_assessable, c.assessed] for c in counts],
        "total": [
            _("Together"),
            *(sum(getattr(c, name) for c in counts) for name in (*runs_.OUTCOMES, "assessed")),
        ],
        "findings_url": reverse("eligibility:findings", args=[run_id]) if found.digest else "",
        **_buttons(found, request),
    }
    return render(request, "eligibility/run.html", context)


def _summary(run: AssessmentRun, *, whole: bool) -> list[dict[str, Any]]:
    """``whole``: the reader sees the whole country, so that countrywide numbers may be shown."""
    lines: list[dict[str, Any]] = [
        {"key": _("State"), "value": run.get_status_display(), "tone": RUN_TONES[run.status]},
        {
            "key": _("Programme"),
            "value": run.programme.name,
            "url": reverse("eligibility:programme", args=[run.programme.code]),
        },
        {"key": _("Prepared by"), "value": run.prepared_by.full_name if run.prepared_by else _("The system")},
    ]
    if run.formula:
        lines.append(
            {
                "key": _("Formula"),
                "value": f"{run.formula.label}, {run.formula.version}",
                "url": reverse("eligibility:formula", args=[run.formula.code, run.formula.version]),
            }
        )
    if run.published_by:
        lines.append({"key": _("Published by"), "value": run.published_by.full_name})
        if whole:
            lines.append({"key": _("Newly proposed"), "value": figure(run.counts.get("proposed", 0))})
    if run.reason:
        lines.append({"key": _("Reason"), "value": run.reason})
    if whole and "outside_age" in run.counts:
        lines.append({"key": _("Persons set aside by age alone"), "value": figure(run.counts["outside_age"])})
    if run.error:
        lines.append({"key": _("What went wrong"), "value": run.error})
    if run.digest:
        lines.append({"key": _("Seal of the findings"), "value": run.digest})
    return lines


def _progress(run: AssessmentRun) -> object | None:
    if run.job is None or run.status != AssessmentRun.Status.QUEUED:
        return None
    return progress_of(
        run.job,
        at=timezone.now(),
        url=reverse("core:job_progress", args=[run.job_id]),
        page_url=reverse("eligibility:run", args=[run.pk]),
        result_url=reverse("eligibility:run", args=[run.pk]),
    )


def _buttons(run: AssessmentRun, request: HttpRequest) -> dict[str, str]:
    """Addresses of what this person may do; where publishing is not theirs, a sentence why."""
    actor, code = actor_of_request(request), run.programme.code
    if run.status != AssessmentRun.Status.COMPUTED:
        return {}
    may_publish = actor.may_for_programme(Permission.ELIGIBILITY_PUBLISH, code)
    prepared = run.prepared_by_id == actor.user_id
    may_discard = may_publish or actor.may_for_programme(Permission.ELIGIBILITY_RUN, code)
    return {
        "publish_url": reverse("eligibility:run_publish", args=[run.pk]) if may_publish and not prepared else "",
        "why_not": _("You prepared this assessment, so another person publishes it.")
        if may_publish and prepared
        else "",
        "discard_url": reverse("eligibility:run_discard", args=[run.pk]) if may_discard else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ELIGIBILITY_PUBLISH)
def publish(request: HttpRequest, run_id: int) -> HttpResponse:
    """Say what publishing does; then publish what was seen."""
    found, actor = _run(request, run_id), actor_of_request(request)
    actor.require_for_programme(Permission.ELIGIBILITY_PUBLISH, found.programme.code)
    back = reverse("eligibility:run", args=[run_id])
    form = PublishForm(request.POST) if request.method == "POST" else PublishForm(initial={"seen_digest": found.digest})
    if request.method == "POST" and form.is_valid():
        try:
            done = actions.publish(
                run_id=run_id, seen_digest=form.cleaned_data["seen_digest"], actor=actor, at=timezone.now()
            )
        except _CONFLICTS as error:
            return conflict(request, sentence=str(error), back_url=back)
        messages.success(request, _("Published. %(n)s newly proposed.") % {"n": done.counts["proposed"]})
        return redirect(back)
    context = {
        "page_title": _("Publish this assessment"),
        "question": _("%(n)s were found eligible. Those not yet on the list of %(programme)s are proposed for it.")
        % {"n": found.counts.get("outcomes", {}).get("eligible", 0), "programme": found.programme.name},
        "warning": doubt_words(fieldwork.doubts()),
        "form": form,
        "confirm_label": _("Publish"),
        "cancel_url": back,
    }
    return render(request, "core/confirm.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ELIGIBILITY_RUN, Permission.ELIGIBILITY_PUBLISH)
def discard(request: HttpRequest, run_id: int) -> HttpResponse:
    found, back = _run(request, run_id), reverse("eligibility:run", args=[run_id])
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.discard(
                run_id=run_id,
                reason=form.cleaned_data["reason"],
                actor=actor_of_request(request),
                at=timezone.now(),
            )
        except _CONFLICTS as error:
            return conflict(request, sentence=str(error), back_url=back)
        return redirect(back)
    context = {
        "page_title": _("Discard this assessment"),
        "question": _("The findings of %(day)s stay readable, and are never published.") % {"day": day(found.as_of)},
        "form": form,
        "danger": True,
        "confirm_label": _("Discard"),
        "cancel_url": back,
    }
    return render(request, "core/confirm.html", context, status=422 if form.errors else 200)


@require_safe
@requires(Permission.ELIGIBILITY_VIEW)
def findings(request: HttpRequest, run_id: int) -> HttpResponse:
    """Who was found what, in the places that the actor sees; page by page."""
    found, actor = _run(request, run_id), actor_of_request(request)
    plan = rules_.plan_of(found.rules, as_of=found.as_of)
    criteria = [explain(part, vocabulary=plan.vocabulary) for part in plan.criteria.parts]
    listed = runs_.findings(
        actor=actor,
        run=found,
        outcome=request.GET.get("outcome", ""),
        district_id=number(request.GET.get("district", "")),
    )
    page = page_of(listed, request)
    saw_households(request, "eligibility:findings", [row.household_id for row in page.rows])
    rows = [
        [
            {
                "text": f"{row.household.reference} · {row.person}" if row.person else row.household.reference,
                "url": reverse("eligibility:why", args=[row.household.reference]) + f"?run={run_id}",
            },
            place(None if row.household.is_protected else row.area, row.district) or row.district.name,
            "" if row.score is None or plan.formula is None else str(plan.formula.points(row.score)),
            {"text": row.get_outcome_display(), "tone": OUTCOME_TONES[row.outcome]},
            reason_words(row.reasons, criteria),
        ]
        for row in page.rows
    ]
    districts = list(Area.objects.filter(level=Area.Level.DISTRICT).order_by("path"))
    address = reverse("eligibility:findings", args=[run_id])
    context = {
        "page_title": _("Findings"),
        "caption": found.programme.name,
        "crumbs": crumbs(
            (_("Assessments"), reverse("eligibility:runs")),
            (day(found.as_of), reverse("eligibility:run", args=[run_id])),
            (_("Findings"), ""),
        ),
        "form": FindingsFilter(request.GET if request.GET else None, districts=districts),
        "clear_url": address,
        "columns": columns(_("Household"), _("Place"), _("Score"), _("Outcome"), _("Why"), numeric=[_("Score")]),
        "rows": rows,
        "next_url": page.next_url,
    }
    return render(request, "eligibility/findings.html", context)
