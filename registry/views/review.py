"""Reviewing one submission: what was found, taking it and giving it back, and the three decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.views.errors import conflict
from registry.actions import submissions as act
from registry.forms import words
from registry.forms.reasons import DecisionForm
from registry.models import Review, Submission, SubmissionMember
from registry.queries import questionnaires, renewing, reviews, submissions
from registry.queries.beside import beside
from registry.queries.questionnaires import Section
from registry.queries.said import translator
from registry.views import photos, renewal, review_shown, shown
from registry.views.access import actor_of, needs
from registry.views.by_phone import phone_rows

REVIEW = Permission.REGISTRY_REVIEW
_pages = require_http_methods(["GET", "HEAD", "POST"])
_REFUSALS = (
    act.OwnSubmission,
    act.DeclaredInterestInTheWay,
    act.DuplicatesUndecided,
    act.FollowsRegistered,
    act.GaveThePhone,
    act.ReasonNeeded,
)
_FASTER = (act.NotInReview, act.HeldByAnother)


def log(request: HttpRequest, page: str, numbers: list[int]) -> None:
    """Note that these submissions were read."""
    audit.read(actor=actor_of(request), at=timezone.now(), page=page, subject_type="submission", subject_ids=numbers)


@require_safe
@needs(REVIEW)
def submission(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One submission: what was found, the persons beside those they resemble, all answers, and the decisions."""
    found = _found(request, uuid)
    actor, now = actor_of(request), timezone.now()
    log(request, "review", [found.pk])
    likenesses = submissions.likenesses(actor=actor, submission=found)
    members = submissions.members(submission=found)
    of_persons = questionnaires.sections(found.questionnaire, level="person")
    told = _told(found, members)
    pictures = photos.addresses(told, lambda one: reverse("registry:review_photo", args=[found.uuid, one]))
    waits = found.status == Submission.Status.IN_REVIEW
    own = found.submitted_by_id == actor.user_id
    held = reviews.held(submission=found, at=now) if waits else None
    others = held is not None and held.held_by_id != actor.user_id
    households = beside(actor=actor, submission=found, members=members, likenesses=likenesses)
    head, said = review_shown.head(members), translator()
    context = {
        "page_title": head,
        "caption": _("Registration to review") if waits else found.get_status_display(),
        "crumbs": [{"label": _("Review"), "url": reverse("registry:review")}, {"label": head}],
        "submission": found,
        "issues": [
            {
                "text": review_shown.issue_text(issue, members, said),
                "severity": issue.get_severity_display(),
                "tone": review_shown.TONES[issue.severity],
            }
            for issue in submissions.issues(submission=found)
        ],
        "comparisons": [review_shown.comparison(one) for one in likenesses],
        "households": [review_shown.household_beside(found, one) for one in households],
        "renewal": _renewal(actor, found),
        "summary": review_shown.summary(found),
        "members": [review_shown.member(one) for one in members],
        "phone": phone_rows(found),
        "groups": shown.answer_groups(
            questionnaires.sections(found.questionnaire, level="household"), found.answers, photos=pictures
        ),
        "persons": [
            {"name": str(one), "groups": shown.answer_groups(of_persons, one.answers, photos=pictures)}
            for one in members
            if one.answers
        ],
        "waits": waits,
        "own": own,
        "due": words.day(reviews.due_on(timezone.localdate(found.received_at))) if waits else "",
        "overdue": waits and reviews.due_on(timezone.localdate(found.received_at)) < timezone.localdate(now),
        "held": _holding(held),
        "held_by_another": others,
        "mine": held is not None and not others,
        "decisions": _decisions(found) if waits and not own and not others else [],
        "household_url": reverse("registry:household", args=[found.household.reference]) if found.household else "",
    }
    return render(request, "registry/review_submission.html", context)


def _renewal(actor: Actor, found: Submission) -> dict[str, Any] | None:
    one = renewing.waiting(actor=actor, ids=[found.pk]).get(found.pk)
    return renewal.shown(one) if one else None


def _told(found: Submission, members: list[SubmissionMember]) -> list[tuple[tuple[Section, ...], dict[str, Any]]]:
    """All answers of a submission with the sections that they belong to."""
    of_person = questionnaires.sections(found.questionnaire, level="person")
    of_household = questionnaires.sections(found.questionnaire, level="household")
    return [(of_household, found.answers), *((of_person, one.answers) for one in members)]


@require_safe
@needs(REVIEW)
def photo(request: HttpRequest, uuid: UUID, number: UUID) -> HttpResponseBase:
    """A photograph that this submission names."""
    found = _found(request, uuid)
    log(request, "review_photo", [found.pk])
    return photos.shown(str(number), _told(found, submissions.members(submission=found)))


def _holding(held: Review | None) -> dict[str, str] | None:
    if held is None or held.held_by is None or held.held_since is None or held.held_until is None:
        return None
    return {
        "name": held.held_by.full_name,
        "since": words.moment(held.held_since),
        "until": words.moment(held.held_until),
    }


def _found(request: HttpRequest, uuid: UUID) -> Submission:
    found = submissions.reviewable(actor=actor_of(request), uuid=uuid)
    if found is None:
        raise Http404
    return found


def _decisions(found: Submission) -> list[dict[str, str]]:
    return [
        {"label": _("Accept"), "url": reverse("registry:review_accept", args=[found.uuid]), "tone": ""},
        {
            "label": _("Return to the sender"),
            "url": reverse("registry:review_return", args=[found.uuid]),
            "tone": "govuk-button--secondary",
        },
        {
            "label": _("Reject"),
            "url": reverse("registry:review_reject", args=[found.uuid]),
            "tone": "govuk-button--warning",
        },
    ]


@require_POST
@needs(REVIEW)
def take(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Keep it from others for a while; with ``over``, take it from who looks at it."""
    found = _found(request, uuid)
    back = reverse("registry:review_submission", args=[uuid])
    try:
        act.take(submission_id=found.pk, actor=actor_of(request), at=timezone.now(), over="over" in request.POST)
    except _FASTER as error:
        return conflict(request, sentence=str(error), back_url=back)
    except _REFUSALS as error:
        messages.error(request, str(error))
    return redirect(back)


@require_POST
@needs(REVIEW)
def release(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Give it back to the queue."""
    found = _found(request, uuid)
    try:
        act.release(submission_id=found.pk, actor=actor_of(request), at=timezone.now())
    except _REFUSALS as error:
        messages.error(request, str(error))
    return redirect("registry:review")


@_pages
@needs(REVIEW)
def accept(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Enter it into the register; with possible duplicates, as somebody new."""
    found = _found(request, uuid)
    alike = found.candidates.exists()
    texts = {
        "page_title": _("Accept this registration?"),
        "question": _("The household and its persons enter the register."),
        "warning": _("You state that none of the possible duplicates is the same person.") if alike else "",
        "confirm_label": _("Accept as a new household") if alike else _("Accept"),
    }
    return _decide(
        request,
        found,
        texts,
        lambda reason: act.accept(
            submission_id=found.pk, actor=actor_of(request), at=timezone.now(), reason=reason, as_new=alike
        ),
        _("The household is in the register."),
    )


@_pages
@needs(REVIEW)
def send_back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Back to the sender, who corrects it."""
    found = _found(request, uuid)
    texts = {
        "page_title": _("Return this registration?"),
        "question": _("The sender reads your reason, corrects what you name, and sends it again."),
        "confirm_label": _("Return it"),
    }
    return _decide(
        request,
        found,
        texts,
        lambda reason: act.return_to_sender(
            submission_id=found.pk, actor=actor_of(request), at=timezone.now(), reason=reason
        ),
        _("It was returned to the sender."),
    )


@_pages
@needs(REVIEW)
def reject(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Out of the register for good."""
    found = _found(request, uuid)
    texts = {
        "page_title": _("Reject this registration?"),
        "question": _("It never enters the register: it tells of a household known already, or is untrue."),
        "confirm_label": _("Reject it"),
        "danger": True,
    }
    return _decide(
        request,
        found,
        texts,
        lambda reason: act.reject(submission_id=found.pk, actor=actor_of(request), at=timezone.now(), reason=reason),
        _("It was rejected."),
    )


def _decide(
    request: HttpRequest, found: Submission, texts: dict[str, Any], decide: Callable[[str], object], done: str
) -> HttpResponse:
    back = reverse("registry:review_submission", args=[found.uuid])
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            decide(form.cleaned_data["reason"])
        except _FASTER as error:
            return conflict(request, sentence=str(error), back_url=back)
        except _REFUSALS as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, done)
            return redirect("registry:review")
    context = texts | {"form": form, "cancel_url": back}
    return render(request, "core/confirm.html", context, status=422 if form.errors else 200)
