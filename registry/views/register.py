"""Registering a household by form: pages that keep a draft, in the order of an interview."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access.permissions import Permission
from core.forms.one_shot import one_shot_key
from registry.actions import submissions as act
from registry.forms import registration
from registry.forms.texts import Asked, TextsForm, fingerprint, note_other_window
from registry.forms.villages import VillageFilter
from registry.queries import places, questionnaires, reviews, submissions
from registry.queries.questionnaires import Section
from registry.views import uploads
from registry.views.access import actor_of, needs
from registry.views.steps import Draft, Texts, after, bases, steps

REGISTER = Permission.REGISTRY_REGISTER
_VILLAGES = 20  # so many at a time: more are a long way to scroll on a phone
pages = require_http_methods(["GET", "HEAD", "POST"])


@pages
@needs(REGISTER)
def start(request: HttpRequest) -> HttpResponse:
    """Begin a draft. The key of the button becomes the draft's address, so a double click begins one."""
    if request.method == "POST":
        uuid = one_shot_key(request)
        known = submissions.own(actor=actor_of(request), uuid=uuid)
        if known is None:
            household = {"interview_date": timezone.localdate().isoformat(), "interviewer": actor_of(request).name}
            payload = {"household": household, "members": []}
            act.save_draft(uuid=uuid, payload=payload, actor=actor_of(request), at=timezone.now())
        return redirect("registry:draft_village", uuid)
    notice = questionnaires.notice_in_force(on=timezone.localdate())
    context = {
        "page_title": _("Register a household"),
        "notice": questionnaires.in_words(notice.texts) if notice else "",
        "drafts": submissions.count_mine(actor=actor_of(request), status="draft"),
    }
    return render(request, "registry/start.html", context)


@require_safe
@needs(REGISTER)
def overview(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What is done and what is still to do."""
    draft = the_draft(request, uuid)
    context = frame(draft, title=_("This registration")) | {
        "steps": [
            {"title": step.title, "url": step.url, "text": _state(step), "tone": "good" if step.done else "neutral"}
            for step in steps(draft)
        ],
        "left": draft.left,
        "carried": draft.seen is not draft.submission.payload,
        "kept_until": draft.submission.received_at + timedelta(days=reviews.standard().draft_days),
        "print_url": draft.url("draft_print"),
        "check_url": draft.url("draft_check"),
        "discard_url": draft.url("draft_discard"),
    }
    return render(request, "registry/draft.html", context)


def _state(step: Any) -> str:
    if step.done:
        return _("Done")
    return _("Begun") if step.begun and step.key != "village" else _("To do")


@pages
@needs(REGISTER)
def village(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The village: a filter that works without script, and the villages that fit, of the officer's own area."""
    draft, actor = the_draft(request, uuid), actor_of(request)
    error = ""
    if request.method == "POST":
        area = places.village(actor=actor, permission=REGISTER, code=request.POST.get("area_code", ""))
        if area is not None:
            draft.household["area_code"] = area.code
            save(request, draft)
            return redirect(after(draft, "village"))
        error = _("Choose a village of the list.")
    councils = places.councils(actor=actor, permission=REGISTER)
    filters = VillageFilter(request.GET or None, councils=councils)
    wanted = filters.cleaned_data if filters.is_valid() else {}
    found = places.villages(
        actor=actor,
        permission=REGISTER,
        text=wanted.get("text", ""),
        council_id=wanted.get("council"),
        limit=_VILLAGES + 1,
    )
    above = places.parents(areas=found)
    chosen = places.by_code(code=draft.household.get("area_code", ""))
    context = frame(draft, title=_("Where does the household live?")) | {
        "filters": filters,
        "chosen": chosen,
        "more": len(found) > _VILLAGES,
        "error": error,
        "villages": [
            {"code": area.code, "name": area.name, "hint": f"{above.get(area.pk, '')}, {area.district.name}"}
            for area in found[:_VILLAGES]
            if area.district
        ],
        "address": draft.url("draft_village"),
    }
    return render(request, "registry/draft_village.html", context, status=422 if error else 200)


@pages
@needs(REGISTER)
def contact(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """How the dwelling is found."""
    draft = the_draft(request, uuid)
    return household_page(request, draft, "contact", _("Dwelling and telephone"), registration.contact())


@pages
@needs(REGISTER)
def interview(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The privacy notice to read out, and on what basis the data is held."""
    draft = the_draft(request, uuid)
    today = timezone.localdate()
    notice = questionnaires.notice_in_force(on=today)
    if request.method == "POST" and notice is not None:
        draft.household["privacy_notice"] = notice.version
    more = {
        "notice": questionnaires.in_words(notice.texts) if notice else "",
        "notice_version": notice.version if notice else "",
    }
    asked = registration.interview(bases())
    return household_page(
        request, draft, "interview", _("Privacy notice and interview"), asked, template="draft_interview", more=more
    )


@pages
@needs(REGISTER)
def section(request: HttpRequest, uuid: UUID, code: str) -> HttpResponse:
    """One section of the household's questions."""
    draft = the_draft(request, uuid)
    found = next((one for one in draft.sections("household") if one.code == code), None)
    if found is None:
        raise Http404
    if request.method == "POST":
        # What was just typed decides which questions are asked: a rule may turn on an answer of the same page.
        typed = {one.code: posted(request, one.code, one.type) for one in found.questions}
        seen = Draft(draft.submission, seen=draft.seen)
        seen.household |= typed
        asked = registration.questions(found, seen.values())
    else:
        seen = draft
        asked = registration.questions(found, draft.values())
    every = [one.code for one in found.questions]
    shown = fingerprint(draft.household, every)
    before = dict(draft.household)
    dropped = set(every) - {one.name for one in asked}
    for name in dropped if request.method == "POST" else ():
        draft.household.pop(name, None)
    more = {"refreshes": depends_on_itself(found)}
    if refreshed(request):
        address = uploads.address_of(draft)
        form = TextsForm(asked=asked, texts=seen.household, latest=timezone.localdate(), photo_address=address)
        context = frame(draft, title=found.label) | {"form": form, "groups": form.groups(), "shown": shown} | more
        return render(request, "registry/draft_page.html", context)
    return household_page(request, draft, code, found.label, asked, more=more, names=every, before=before)


@pages
@needs(REGISTER)
def payment(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """How the household would be paid, who else may collect, who consented."""
    draft = the_draft(request, uuid)
    asked = registration.payment(draft.members, by_consent=draft.by_consent)
    return household_page(request, draft, "payment", _("Payment, nominee and consent"), asked)


@pages
@needs(REGISTER)
def discard(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Give a draft up."""
    draft = the_draft(request, uuid)
    if request.method == "POST":
        act.discard(uuid=draft.uuid, actor=actor_of(request), at=timezone.now())
        return redirect("registry:mine")
    context = {
        "page_title": _("Give up this registration?"),
        "question": _("What was typed is removed. Nothing of it is in the register."),
        "confirm_label": _("Yes, remove the draft"),
        "danger": True,
        "cancel_url": draft.url("draft"),
    }
    return render(request, "core/confirm.html", context)


# -- what the pages share


def the_draft(request: HttpRequest, uuid: UUID) -> Draft:
    """The actor's own draft. Somebody else's, or one already sent, is not found."""
    found = submissions.draft(actor=actor_of(request), uuid=uuid)
    if found is None:
        raise Http404
    return Draft.in_force(found)


def save(request: HttpRequest, draft: Draft) -> None:
    """Keep what the draft holds now."""
    seen = dict(draft.seen)
    act.save_draft(uuid=draft.uuid, payload=draft.payload, actor=actor_of(request), at=timezone.now(), seen=seen)


def later(request: HttpRequest) -> bool:
    """Whether the second button was pressed: keep it as it is, complete or not."""
    return "later" in request.POST


def frame(draft: Draft, *, title: str) -> dict[str, Any]:
    """What all pages of a draft share."""
    reference = next((m for m in draft.members if m.get("relationship") == "reference"), None)
    name = f"{reference.get('given_names', '')} {reference.get('surname', '')}".strip() if reference else ""
    return {
        "page_title": title,
        "caption": name or _("New registration"),
        "overview_url": draft.url("draft"),
        "draft": draft,
    }


def household_page(
    request: HttpRequest,
    draft: Draft,
    key: str,
    title: str,
    asked: Sequence[Asked],
    *,
    template: str = "draft_page",
    more: dict[str, Any] | None = None,
    names: Sequence[str] = (),
    before: Texts | None = None,
) -> HttpResponse:
    """Show or keep one page of household columns.

    ``names`` are the columns of the page where more belong to it than are asked now; ``before`` what stood there.
    """
    today = timezone.localdate()
    before, names = before or dict(draft.household), names or [one.name for one in asked]
    sent = uploads.posted(request, draft, asked)
    form = TextsForm(
        sent.data,
        asked=asked,
        texts=draft.household,
        complete=not later(request),
        latest=today,
        photo_address=uploads.address_of(draft),
    )
    sent.note(form)
    note_other_window(form, shown=request.POST.get("shown", ""), texts=before, names=names)
    if request.method == "POST" and form.is_valid():
        draft.household |= form.texts
        save(request, draft)
        return redirect(draft.url("draft") if later(request) else after(draft, key))
    page = {"form": form, "groups": form.groups(), "shown": fingerprint(before, names)}
    context = frame(draft, title=title) | page | (more or {})
    return render(request, f"registry/{template}.html", context, status=422 if form.errors else 200)


def refreshed(request: HttpRequest) -> bool:
    """Whether only the fields are asked for anew, since an answer decides about others of the page. Keeps nothing."""
    return request.method == "POST" and "refresh" in request.POST


def depends_on_itself(*sections: Section) -> bool:
    """Whether an answer of the page decides whether another of it is asked."""
    codes = {question.code for section in sections for question in section.questions}
    rules = (
        rule
        for section in sections
        for question in section.questions
        for rule in (question.source.relevant_when, question.source.required_when)
        if rule is not None
    )
    return any(codes & set(rule.names) for rule in rules)


def posted(request: HttpRequest, name: str, kind: str) -> str:
    if kind == "choices":
        return ";".join(request.POST.getlist(name))
    if kind == "date":
        parts = [request.POST.get(f"{name}_{part}", "").strip() for part in ("year", "month", "day")]
        year, month, day = parts
        return f"{year}-{month:0>2}-{day:0>2}" if all(parts) else request.POST.get(name, "")
    return request.POST.get(name, "").strip()
