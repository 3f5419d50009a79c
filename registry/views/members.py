"""Members of a draft, one by one: who they are, then what is asked about them."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.pack import about
from registry.forms import registration, relevance, words
from registry.forms.texts import TextsForm, fingerprint, note_other_window
from registry.views import uploads
from registry.views.access import needs
from registry.views.register import (
    REGISTER,
    depends_on_itself,
    frame,
    later,
    pages,
    posted,
    refreshed,
    save,
    the_draft,
)
from registry.views.steps import Draft, Texts, after, member_questions


@require_safe
@needs(REGISTER)
def members(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Everybody told so far."""
    draft = the_draft(request, uuid)
    context = frame(draft, title=_("Who belongs to the household?")) | {
        "members": [_line(draft, member) for member in draft.members],
        "add_url": draft.url("draft_member_add"),
        "next_url": after(draft, "members"),
    }
    return render(request, "registry/draft_members.html", context)


def _line(draft: Draft, member: Texts) -> dict[str, object]:
    number = member.get("person_no", "")
    asked = [] if member.get("membership") == "linked" else member_questions(draft, member)
    missing = sum(1 for one in asked if one.required and not member.get(one.name))
    values = draft.values_of(member)
    return {
        "name": f"{member.get('given_names', '')} {member.get('surname', '')}".strip(),
        "relationship": words.word(words.RELATIONSHIPS, member.get("relationship")),
        "age": "" if values.get("age") is None else values["age"],
        "has_id": bool(member.get("national_id")),
        "missing": missing,
        "asked": bool(asked),
        "url": draft.url("draft_member", number),
        "answers_url": draft.url("draft_member_answers", number),
        "remove_url": draft.url("draft_member_remove", number),
    }


@pages
@needs(REGISTER)
def add(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Another member. The number waits in the page, so that a double click adds one person."""
    draft = the_draft(request, uuid)
    number = draft.next_number()
    if request.method == "POST":
        given = request.POST.get("person_no", "")
        number = given if given.isdigit() and len(given) < 5 else number
    member: Texts = draft.member(number) or {
        "person_no": number,
        "membership": "member",
        "residence": "usual",
        "relationship": "" if draft.members else "reference",
        "nationality": about()["iso_3166_1"]["alpha_3"],
        "surname": draft.members[0].get("surname", "") if draft.members else "",
    }
    return _identity(request, draft, member, _("Add a member"))


@pages
@needs(REGISTER)
def edit(request: HttpRequest, uuid: UUID, number: str) -> HttpResponse:
    """Who a member is."""
    draft, member = _found(request, uuid, number)
    return _identity(request, draft, member, _("Change a member"))


def _identity(request: HttpRequest, draft: Draft, member: Texts, title: str) -> HttpResponse:
    others = [one for one in draft.members if one.get("person_no") != member["person_no"]]
    form = TextsForm(
        request.POST if request.method == "POST" else None,
        asked=registration.member(others),
        texts=member,
        complete=not later(request),
        latest=draft.interviewed_on,
    )
    names = [one.name for one in form.asked]
    note_other_window(form, shown=request.POST.get("shown", ""), texts=member, names=names)
    if request.method == "POST" and form.is_valid():
        member = member | form.texts
        _put(draft, member)
        save(request, draft)
        if later(request):
            return redirect(draft.url("draft_members"))
        asked = member.get("membership") != "linked" and member_questions(draft, member)
        return redirect(draft.url("draft_member_answers", member["person_no"]) if asked else draft.url("draft_members"))
    context = frame(draft, title=title) | {
        "form": form,
        "groups": form.groups(),
        "person_no": member["person_no"],
        "shown": fingerprint(member, names),
        "back_url": draft.url("draft_members"),
    }
    return render(request, "registry/draft_member.html", context, status=422 if form.errors else 200)


def _put(draft: Draft, member: Texts) -> None:
    for place, known in enumerate(draft.members):
        if known.get("person_no") == member["person_no"]:
            draft.members[place] = member
            break
    else:
        draft.members.append(member)
    _drop_what_is_not_asked(draft, member)


def _drop_what_is_not_asked(draft: Draft, member: Texts) -> None:
    """An answer that is not to be asked any more (the age was mended) does not stay behind."""
    values = draft.values_of(member)
    linked = member.get("membership") == "linked"
    for section in draft.sections("person"):
        for question in section.questions:
            if linked or not relevance.is_relevant(question.source, values):
                member.pop(question.code, None)


@pages
@needs(REGISTER)
def answers(request: HttpRequest, uuid: UUID, number: str) -> HttpResponse:
    """What is asked about a member, by age and earlier answers."""
    draft, member = _found(request, uuid, number)
    every = [question for section in draft.sections("person") for question in section.questions]
    seen = dict(member)
    if request.method == "POST":
        # What was just typed decides which questions are asked: a rule may turn on an answer of the same page.
        seen |= {one.code: posted(request, one.code, one.type) for one in every}
    asked = member_questions(draft, seen)
    codes = [one.code for one in every]
    name = f"{member.get('given_names', '')} {member.get('surname', '')}".strip()
    context = frame(draft, title=_("Questions about %(name)s") % {"name": name}) | {
        "shown": fingerprint(member, codes),
        "refreshes": depends_on_itself(*draft.sections("person")),
        "back_url": draft.url("draft_member", number),
    }
    if refreshed(request):
        form = TextsForm(asked=asked, texts=seen, latest=draft.interviewed_on, photo_address=uploads.address_of(draft))
        return render(request, "registry/draft_answers.html", context | {"form": form, "groups": form.groups()})
    sent = uploads.posted(request, draft, asked)
    form = TextsForm(
        sent.data,
        asked=asked,
        texts=member,
        complete=not later(request),
        latest=draft.interviewed_on,
        photo_address=uploads.address_of(draft),
    )
    sent.note(form)
    note_other_window(form, shown=request.POST.get("shown", ""), texts=member, names=codes)
    if request.method == "POST" and form.is_valid():
        kept = {name: text for name, text in member.items() if name not in {one.code for one in every}}
        _put(draft, kept | form.texts)
        save(request, draft)
        return redirect(draft.url("draft_member_add" if "another" in request.POST else "draft_members"))
    context |= {"form": form, "groups": form.groups()}
    return render(request, "registry/draft_answers.html", context, status=422 if form.errors else 200)


@pages
@needs(REGISTER)
def remove(request: HttpRequest, uuid: UUID, number: str) -> HttpResponse:
    """Take a member out of the draft."""
    draft, member = _found(request, uuid, number)
    if request.method == "POST":
        draft.members = [one for one in draft.members if one.get("person_no") != number]
        for one in draft.members:
            if one.get("caregiver_no") == number:
                one.pop("caregiver_no")
        for column in ("consent_given_by", "account_holder_no"):
            if draft.household.get(column) == number:
                draft.household.pop(column)
        save(request, draft)
        return redirect(draft.url("draft_members"))
    name = f"{member.get('given_names', '')} {member.get('surname', '')}".strip()
    context = {
        "page_title": _("Remove %(name)s?") % {"name": name},
        "question": _("The person and all answers about the person are taken out of this registration."),
        "confirm_label": _("Yes, remove"),
        "danger": True,
        "cancel_url": draft.url("draft_members"),
    }
    return render(request, "core/confirm.html", context)


def _found(request: HttpRequest, uuid: UUID, number: str) -> tuple[Draft, Texts]:
    draft = the_draft(request, uuid)
    member = draft.member(number)
    if member is None:
        raise Http404
    return draft, member
