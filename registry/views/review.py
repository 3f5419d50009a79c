"""Review: what waits for a supervisor, one submission beside those it resembles, and the three decisions."""

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
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from core import audit
from core.access.permissions import Permission
from core.views.errors import conflict
from registry.actions import submissions as act
from registry.forms import words
from registry.forms.reasons import DecisionForm
from registry.models import Submission, SubmissionMember
from registry.queries import questionnaires, submissions
from registry.queries.masking import masked, masked_name
from registry.queries.questionnaires import Section
from registry.views import photos, shown
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


@require_safe
@needs(REVIEW)
def queue(request: HttpRequest) -> HttpResponse:
    """What waits, oldest first, with why."""
    page = submissions.queue(actor=actor_of(request), after=request.GET.get("after", ""))
    address = reverse("registry:review")
    context = {
        "page_title": _("Registrations that wait for review"),
        "columns": [
            {"label": _("Waits since")},
            {"label": _("Household")},
            {"label": _("Village")},
            {"label": _("Why")},
            {"label": _("Sent by")},
        ],
        "rows": [
            [
                {
                    "text": words.day(row.submission.received_at.date()),
                    "url": reverse("registry:review_submission", args=[row.submission.uuid]),
                },
                row.head or _("No reference person"),
                f"{row.submission.area.name}, {row.submission.district.name}"
                if row.submission.area and row.submission.district
                else "",
                _why(row),
                row.submission.submitted_by.full_name if row.submission.submitted_by else "",
            ]
            for row in page.rows
        ],
        "next_url": f"{address}?after={page.next_key}" if page.next_key else "",
    }
    numbers = [row.submission.pk for row in page.rows]
    _log(request, "review_queue", numbers)
    return render(request, "registry/review.html", context)


def _why(row: submissions.Waiting) -> str:
    told = []
    if row.duplicates:
        told.append(
            ngettext("%(n)s person may be known already", "%(n)s persons may be known already", row.duplicates)
            % {"n": row.duplicates}
        )
    if row.warnings:
        told.append(ngettext("%(n)s unusual answer", "%(n)s unusual answers", row.warnings) % {"n": row.warnings})
    return ", ".join(told)


def _log(request: HttpRequest, page: str, numbers: list[int]) -> None:
    audit.read(actor=actor_of(request), at=timezone.now(), page=page, subject_type="submission", subject_ids=numbers)


@require_safe
@needs(REVIEW)
def submission(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One submission: what was found, the persons beside those they resemble, all answers, and the decisions."""
    found = _found(request, uuid)
    actor = actor_of(request)
    _log(request, "review", [found.pk])
    likenesses = submissions.likenesses(actor=actor, submission=found)
    members = submissions.members(submission=found)
    sections = questionnaires.sections(found.questionnaire, level="household")
    of_persons = questionnaires.sections(found.questionnaire, level="person")
    told = _told(found, members)
    pictures = photos.addresses(told, lambda one: reverse("registry:review_photo", args=[found.uuid, one]))
    waits = found.status == Submission.Status.IN_REVIEW
    own = found.submitted_by_id == actor.user_id
    context = {
        "page_title": _head(members),
        "caption": _("Registration to review") if waits else found.get_status_display(),
        "crumbs": [{"label": _("Review"), "url": reverse("registry:review")}, {"label": _head(members)}],
        "submission": found,
        "issues": [
            {"text": _issue(issue, members), "severity": issue.get_severity_display(), "tone": _TONES[issue.severity]}
            for issue in submissions.issues(submission=found)
        ],
        "comparisons": [_comparison(one) for one in likenesses],
        "summary": _summary(found),
        "members": [_member(one) for one in members],
        "phone": phone_rows(found),
        "groups": shown.answer_groups(sections, found.answers, photos=pictures),
        "persons": [
            {"name": str(one), "groups": shown.answer_groups(of_persons, one.answers, photos=pictures)}
            for one in members
            if one.answers
        ],
        "waits": waits,
        "own": own,
        "decisions": _decisions(found) if waits and not own else [],
        "household_url": reverse("registry:household", args=[found.household.reference]) if found.household else "",
    }
    return render(request, "registry/review_submission.html", context)


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
    _log(request, "review_photo", [found.pk])
    return photos.shown(str(number), _told(found, submissions.members(submission=found)))


_TONES = {"error": "bad", "duplicate": "waiting", "warning": "waiting"}


def _found(request: HttpRequest, uuid: UUID) -> Submission:
    found = submissions.reviewable(actor=actor_of(request), uuid=uuid)
    if found is None:
        raise Http404
    return found


def _head(members: list[SubmissionMember]) -> str:
    head = next((one for one in members if one.relationship == "reference"), members[0] if members else None)
    return str(head) if head else _("Household without members")


def _issue(issue: Any, members: list[SubmissionMember]) -> str:
    kind, _slash, rest = issue.path.partition("/")
    position = rest.partition("/")[0]
    if kind == "persons" and position.isdigit():
        name = next((str(one) for one in members if one.position == int(position)), "")
        return f"{name}: {issue.message}" if name else str(issue.message)
    return str(issue.message)


def _summary(found: Submission) -> list[dict[str, str]]:
    place = f"{found.area.name}, {found.district.name}" if found.area and found.district else ""
    anew = found.renews.reference if found.renews else ""
    return [
        *([_renewed(anew)] if anew else []),
        {"key": _("Village"), "value": place},
        {"key": _("How to find the dwelling"), "value": found.address},
        {"key": _("Telephone"), "value": masked(found.phone)},
        {"key": _("Interview"), "value": words.day(found.interviewed_on)},
        {"key": _("Came by"), "value": found.get_door_display()},
        {"key": _("Sent by"), "value": found.submitted_by.full_name if found.submitted_by else ""},
        {"key": _("Why the data may be held"), "value": words.word(words.BASES, found.legal_basis)},
        {"key": _("Paid by"), "value": words.word(words.ACCOUNTS, found.account_kind)},
        {"key": _("Account number"), "value": masked(found.account_number)},
    ]


def _renewed(reference: str) -> dict[str, str]:
    """What says that accepting it brings a registered household up to date, instead of entering another one."""
    return {
        "key": _("Tells anew of"),
        "value": reference,
        "action_url": reverse("registry:household", args=[reference]),
        "action_label": _("See it as it is registered"),
    }


def _member(one: SubmissionMember) -> list[Any]:
    return [
        str(one),
        words.word(words.RELATIONSHIPS, one.relationship),
        words.word(words.SEXES, one.sex),
        words.birth(one.birth_date, one.birth_date_precision),
        masked(one.national_id) or _("None"),
    ]


def _comparison(one: submissions.Likeness) -> dict[str, Any]:
    """A person as told beside the one known; outside the actor's areas only masked name, district, reference."""
    told = one.member
    frame = {
        "title": str(told),
        "why": _rule(one),
        "inside": one.inside,
        "district": one.district,
        "reference": one.reference,
        "masked_name": masked_name(one.name),
        "url": "",
    }
    if one.person is not None and one.membership is not None:
        household = one.membership.household
        frame["url"] = reverse("registry:household", args=[household.reference])
        frame["link"] = household.reference
        known = _lines(one.person, f"{household.area.name}, {household.district.name}")
        relationship = words.word(words.RELATIONSHIPS, one.membership.relationship)
    elif one.other is not None:
        place = one.other.submission
        known = _lines(one.other, f"{place.area.name}, {place.district.name}" if place.area and place.district else "")
        relationship = words.word(words.RELATIONSHIPS, one.other.relationship)
        frame["waiting"] = place.get_status_display()
    else:
        return frame
    home = told.submission
    mine = _lines(told, f"{home.area.name}, {home.district.name}" if home.area and home.district else "")
    mine[_("To the reference person")] = words.word(words.RELATIONSHIPS, told.relationship)
    known[_("To the reference person")] = relationship
    frame["lines"] = [
        {
            "label": label,
            "told": value,
            "known": known[label],
            "same": bool(value) and value == known[label],
            "differs": bool(value) and bool(known[label]) and value != known[label],
        }
        for label, value in mine.items()
    ]
    return frame


def _lines(person: Any, place: str) -> dict[str, str]:
    return {
        _("Given names"): person.given_names,
        _("Surname"): person.surname,
        _("Sex"): words.word(words.SEXES, person.sex),
        _("Born"): words.birth(person.birth_date, person.birth_date_precision),
        _("National ID"): masked(person.national_id),
        _("Village"): place,
    }


def _rule(one: submissions.Likeness) -> str:
    known = {
        "national_id": _("The same national ID"),
        "name_date": _("The same names and date of birth"),
    }
    return known.get(one.rule) or one.rule.replace("_", " ").capitalize()


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
        except act.NotInReview as error:
            return conflict(request, sentence=str(error), back_url=back)
        except _REFUSALS as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, done)
            return redirect("registry:review")
    context = texts | {"form": form, "cancel_url": back}
    return render(request, "core/confirm.html", context, status=422 if form.errors else 200)
