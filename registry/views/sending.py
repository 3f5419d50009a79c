"""The end of a registration: check the answers, send them once, and read what became of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from core import audit
from core.forms.one_shot import one_shot_key
from registry.actions import submissions as act
from registry.forms import registration, words
from registry.forms.texts import Asked
from registry.intake.hiding import is_hidden
from registry.intake.issues import Issue, Severity
from registry.models import Submission, SubmissionIssue
from registry.queries import places, submissions
from registry.queries.paging import Page
from registry.queries.said import translator
from registry.views.access import actor_of, needs
from registry.views.register import REGISTER, frame, pages, the_draft
from registry.views.steps import Draft, anchor, bases, member_questions, steps

_STATUS = Submission.Status


@pages
@needs(REGISTER)
def check(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """All answers with links to change them. Sending checks them first: what is in order goes at once; what must be
    corrected, and what a supervisor will look at, is listed with links to its field."""
    if _sent(request, uuid):
        return redirect("registry:submission", uuid)  # the second of two clicks, or "back": what became of the first
    draft = the_draft(request, uuid)
    found: list[Issue] = []
    if request.method == "POST":
        one_shot_key(request)
        found = act.submit_if_clean(uuid=uuid, actor=actor_of(request), at=timezone.now())
        if not found:
            return redirect("registry:submission", uuid)
    said = translator()
    lines = [(issue.severity, _issue(draft, issue, said)) for issue in found]
    context = frame(draft, title=_("Check the answers before sending")) | {
        "errors": [line for severity, line in lines if severity == Severity.ERROR],
        "warnings": [line for severity, line in lines if severity != Severity.ERROR],
        "unfinished": [step for step in steps(draft) if step.missing],
        "blocks": blocks(draft),
        "persons": [person_block(draft, member) for member in draft.members],
        "submit_url": draft.url("draft_submit"),
    }
    return render(request, "registry/draft_check.html", context, status=422 if context["errors"] else 200)


def _sent(request: HttpRequest, uuid: UUID) -> bool:
    """Whether this draft of the actor's own has been sent already."""
    known = submissions.own(actor=actor_of(request), uuid=uuid)
    return known is not None and known.status not in (_STATUS.DRAFT, _STATUS.DISCARDED)


def _issue(draft: Draft, issue: Issue | SubmissionIssue, said: Callable[[str], str]) -> dict[str, str]:
    kind, _slash, rest = issue.path.partition("/")
    position = rest.partition("/")[0]
    who = ""
    if kind == "persons" and position.isdigit() and 1 <= int(position) <= len(draft.members):
        member = draft.members[int(position) - 1]
        who = f"{member.get('given_names', '')} {member.get('surname', '')}".strip()
    label = _labels(draft).get(issue.path.rpartition("/")[2], "")
    about = ", ".join(part for part in (who, label) if part)
    joint = " " if about.endswith("?") else ": "
    message = said(issue.message)
    return {"text": f"{about}{joint}{message}" if about else message, "url": anchor(draft, issue.path)}


def _labels(draft: Draft) -> dict[str, str]:
    """What each column is called on its page."""
    asked: list[Asked] = [
        *registration.contact(),
        *registration.interview(bases()),
        *registration.payment(draft.members, by_consent=True),
        *registration.member(draft.members),
    ]
    labels = {one.name: one.label for one in asked}
    for level in ("household", "person"):
        labels |= {q.code: q.label for section in draft.sections(level) for q in section.questions}
    return labels | {"area_code": _("Village")}


def _rows(asked: list[Asked], texts: dict[str, str], url: str) -> list[dict[str, str]]:
    return [
        {
            "key": one.label,
            "value": _value(one, texts.get(one.name, "")),
            "action_url": f"{url}#id_{one.name}",
            "column": one.name,
        }
        for one in asked
        if texts.get(one.name) or one.required
    ]


def _value(one: Asked, text: str) -> str:
    labels = dict(one.choices)
    if one.kind == "choices":
        return ", ".join(labels.get(code, code) for code in text.split(";") if code)
    if one.kind == "tick":
        return _("Yes") if text == one.ticked else ""
    if one.kind == "date" and text:
        return words.iso_day(text)
    if one.kind == "partial_date" and text:
        return words.told_birth(text)
    if one.kind == "photo" and text:
        return _("Photograph")
    if one.kind == "point" and text:
        return words.measured(text)
    return labels.get(text, text)


def blocks(draft: Draft) -> list[dict[str, Any]]:
    """The household's answers page by page, each with links to change them."""
    area = places.by_code(code=draft.household.get("area_code", ""))
    village = {
        "key": _("Village"),
        "value": words.place(area, area.district if area else None),
        "action_url": draft.url("draft_village"),
    }
    household, values = draft.household, draft.values()
    told = [
        {
            "title": _("Place and interview"),
            "rows": [
                village,
                *_rows(registration.contact(), household, draft.url("draft_contact")),
                *_rows(registration.interview(bases()), household, draft.url("draft_interview")),
            ],
        }
    ]
    for section in draft.sections("household"):
        asked = registration.questions(section, values)
        told.append({"title": section.label, "rows": _rows(asked, household, draft.url("draft_section", section.code))})
    asked = registration.payment(draft.members, by_consent=draft.by_consent)
    told.append(
        {"title": _("Payment, nominee and consent"), "rows": _rows(asked, household, draft.url("draft_payment"))}
    )
    return [block for block in told if block["rows"]]


def person_block(draft: Draft, member: dict[str, str]) -> dict[str, Any]:
    number = member.get("person_no", "")
    others = [one for one in draft.members if one is not member]
    rows = _rows(registration.member(others), member, draft.url("draft_member", number))
    if not member.get("national_id"):
        rows.append(
            {
                "key": _("National ID"),
                "value": _("None: an interim number will be given"),
                "action_url": f"{draft.url('draft_member', number)}#id_national_id",
            }
        )
    if member.get("membership") != "linked":
        rows += _rows(member_questions(draft, member), member, draft.url("draft_member_answers", number))
    name = f"{member.get('given_names', '')} {member.get('surname', '')}".strip()
    return {"name": name, "title": name, "rows": rows}


@require_POST
@needs(REGISTER)
def submit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Send the draft. The key of the page must be the draft's own; a repeat shows what became of the first."""
    one_shot_key(request)
    known = submissions.own(actor=actor_of(request), uuid=uuid)
    if known is None or known.status == _STATUS.DISCARDED:
        raise Http404
    act.submit_draft(uuid=uuid, actor=actor_of(request), at=timezone.now())
    return redirect("registry:submission", uuid)


@require_safe
@needs(REGISTER)
def outcome(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What became of one's own submission: accepted, with somebody else for review, returned, refused, rejected."""
    found = submissions.own(actor=actor_of(request), uuid=uuid)
    if found is None or found.status == _STATUS.DISCARDED:
        raise Http404
    if found.status == _STATUS.DRAFT:
        return redirect("registry:draft", uuid)
    audit.read(
        actor=actor_of(request),
        at=timezone.now(),
        page="submission",
        subject_type="submission",
        subject_ids=[found.pk],
    )
    draft = Draft(found)
    issues, said = submissions.issues(submission=found), translator()
    context: dict[str, Any] = {
        "submission": found,
        "issues": [_issue(draft, issue, said)["text"] for issue in issues],
        "members": [f"{m.get('given_names', '')} {m.get('surname', '')}".strip() for m in draft.members],
        "decided_by": found.decided_by.full_name if found.decided_by else "",
        "paper_url": "" if found.household or is_hidden(found) else reverse("registry:draft_print", args=[uuid]),
        "can_correct": found.status in (_STATUS.RETURNED, _STATUS.REFUSED) and not is_hidden(found),
        "next_steps": [
            {"label": _("Register another household"), "url": reverse("registry:start")},
            {"label": _("My registrations"), "url": reverse("registry:mine")},
        ],
    } | _told(found)
    return render(request, "registry/submission.html", context)


def _told(found: Submission) -> dict[str, Any]:
    """The heading and sentences of each outcome."""
    if found.status == _STATUS.ACCEPTED and found.household:
        reference = found.household.reference
        return {
            "page_title": _("The household is registered"),
            "reference": reference,
            "household_url": reverse("registry:household", args=[reference]),
            "print_url": reverse("registry:household_print", args=[reference]),
        }
    return {
        _STATUS.IN_REVIEW: {
            "page_title": _("Sent to your supervisor"),
            "text": _("Nothing is lost and nothing has to be done again. Somebody else looks at what is listed here."),
        },
        _STATUS.RETURNED: {
            "page_title": _("Returned to you"),
            "text": _("Correct what is asked for and send it again."),
        },
        _STATUS.REJECTED: {
            "page_title": _("Not registered"),
            "text": _("Your supervisor decided that this does not enter the register."),
        },
        _STATUS.REFUSED: {
            "page_title": _("Not registered: something must be corrected"),
            "text": _("Nothing was entered. Correct what is listed here and send it again."),
        },
    }.get(_STATUS(found.status), {"page_title": _("Received"), "text": _("It is being checked.")})


@require_POST
@needs(REGISTER)
def correct(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A new draft with what was told in a returned or refused one. The key makes a repeat find the same draft."""
    actor = actor_of(request)
    found = submissions.own(actor=actor, uuid=uuid)
    if found is None or found.status not in (_STATUS.RETURNED, _STATUS.REFUSED) or is_hidden(found):
        raise Http404
    key = one_shot_key(request)
    if submissions.own(actor=actor, uuid=key) is None:
        payload = Draft.in_force(found).payload
        act.save_draft(uuid=key, payload=payload, actor=actor, at=timezone.now(), corrects=found.uuid)
    return redirect("registry:draft", key)


@require_safe
@needs(REGISTER)
def mine(request: HttpRequest) -> HttpResponse:
    """One's own drafts and submissions, returned ones first with their reason."""
    actor = actor_of(request)
    sent = [_STATUS.ACCEPTED, _STATUS.IN_REVIEW, _STATUS.REJECTED, _STATUS.RECEIVED]
    before = request.GET.get("before", "")
    page: Page[Submission] = submissions.mine(actor=actor, statuses=sent, before=before)
    back = submissions.mine(actor=actor, statuses=[_STATUS.RETURNED, _STATUS.REFUSED], size=50).rows
    drafts = submissions.mine(actor=actor, statuses=[_STATUS.DRAFT], size=50).rows
    context = {
        "page_title": _("My registrations"),
        "returned": [_line(row) for row in back],
        "drafts": [_line(row) for row in drafts],
        "sent": [_line(row) for row in page.rows],
        "next_url": f"{reverse('registry:mine')}?before={page.next_key}" if page.next_key else "",
        "first": not before,
    }
    return render(request, "registry/mine.html", context)


def _line(row: Submission) -> dict[str, Any]:
    payload = row.payload or {}
    members = payload.get("members") or []
    head = next((one for one in members if one.get("relationship") == "reference"), members[0] if members else {})
    name = f"{head.get('given_names', '')} {head.get('surname', '')}".strip() or _("Nobody entered yet")
    draft = row.status == _STATUS.DRAFT
    return {
        "name": name,
        "url": reverse("registry:draft" if draft else "registry:submission", args=[row.uuid]),
        "persons": ngettext("%(n)s person", "%(n)s persons", len(members)) % {"n": len(members)},
        "place": row.area.name if row.area else "",
        "on": row.received_at,
        "status": row.get_status_display(),
        "tone": words.SUBMISSION_TONES.get(row.status, "neutral"),
        "reference": row.household.reference if row.household else "",
        "reason": row.decision_reason,
    }
