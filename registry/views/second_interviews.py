"""Second interviews as who holds them sees them: where to go, and what to ask. The first answers are shown nowhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access.permissions import Permission
from core.queries.paging import page_of
from core.views.errors import conflict
from core.views.paging import key_asked, page_urls
from registry.actions.fieldwork import comparing
from registry.actions.reviews import DeclaredInterestInTheWay, ReasonNeeded
from registry.actions.visits import DayImpossible
from registry.fieldwork.members import Member, of_kept, paired
from registry.fieldwork.terms import COUNTED, MEMBER, PERSON, compared_of, members_of
from registry.forms import words
from registry.forms.fieldwork import HeldForm, PersonForm
from registry.forms.registration import person_again, questions_named
from registry.models import Reinterview
from registry.queries import device_forms, fieldwork, households, questionnaires
from registry.views.access import actor_of, needs
from registry.views.samples import labels_of, saw

MOST_PEOPLE = 60
REGISTER, REVIEW = Permission.REGISTRY_REGISTER, Permission.REGISTRY_REVIEW


@require_safe
@needs(REGISTER)
def mine(request: HttpRequest) -> HttpResponse:
    """Where I am to hold a second interview, by day."""
    actor, today = actor_of(request), timezone.localdate()
    page = page_of(
        fieldwork.mine(actor=actor),
        order=["do_by", "id"],
        after=key_asked(request, "after"),
        before=key_asked(request, "before"),
    )
    saw(request, "second_interviews", page.rows)
    heads = households.heads(household_ids=[row.submission.household_id or 0 for row in page.rows])
    labels = [_("By"), _("Household"), _("Village"), _("How to find the dwelling")]
    context = {
        "page_title": _("Second interviews that I am to hold"),
        "columns": [{"label": label} for label in labels],
        "rows": [_row(row, heads, today) for row in page.rows],
        **page_urls(request, page),
    }
    return render(request, "registry/second_interviews.html", context)


def _row(row: Reinterview, heads: dict[int, str], today: Any) -> list[Any]:
    household = row.submission.household
    day = words.day(row.do_by)
    late = row.do_by is not None and row.do_by < today
    name = f"{heads.get(household.pk, '–')}, {household.reference}" if household else "–"
    place, dwelling = _where(row)
    return [
        {"text": _("%(day)s, overdue") % {"day": day}, "tone": "bad"} if late else day,
        {"text": name, "url": reverse("registry:second_interview", args=[row.uuid])},
        place,
        dwelling,
    ]


def _where(row: Reinterview) -> tuple[str, str]:
    """Village and dwelling, of a household whose address is protected neither."""
    household = row.submission.household
    if household is None or household.is_protected:
        return words.hidden(), words.hidden()
    return words.place(row.area, row.district), household.address


@require_http_methods(["GET", "HEAD", "POST"])
@needs(REGISTER, REVIEW)
def one(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One second interview: its form for who was sent; afterwards which answers agree, for supervisors."""
    row = fieldwork.reinterview(actor=actor_of(request), uuid=uuid)
    if row is None:
        raise Http404
    saw(request, "second_interview", [row])
    actor, today = actor_of(request), timezone.localdate()
    held_by_me = row.assigned_to_id == actor.user_id and row.status == Reinterview.Status.ASSIGNED
    reviews = actor.may_in(REVIEW, area_path=row.area.path) and row.first_by_id != actor.user_id
    form, people = _forms(request, row, today) if held_by_me else (None, [])
    sent = request.method == "POST" and "another" not in request.POST
    if request.method == "POST" and form is None:
        return conflict(request, sentence=_(str(comparing.AlreadyDone.__doc__)), back_url=request.path)
    if form is not None and sent and _all_valid(form, people):
        answer = _enter(request, row, form, people)
        if answer is not None:
            return answer
    assigned = row.status == Reinterview.Status.ASSIGNED
    wrong = sent and form is not None
    context = {
        "page_title": _("Second interview"),
        "caption": row.submission.household.reference if row.submission.household else "",
        "crumbs": _crumbs(row, supervisor=reviews and not held_by_me),
        "summary": _summary(row, supervisor=reviews),
        "form": form,
        "answers": [form[one.name] for one in form.asked] if form else [],
        "people": people,
        "take_back_url": reverse("registry:second_interview_take_back", args=[uuid]) if reviews and assigned else "",
        **(_compared(row) if reviews and not held_by_me else {}),
    }
    return render(request, "registry/second_interview.html", context, status=422 if wrong else 200)


def _forms(request: HttpRequest, row: Reinterview, today: date) -> tuple[HeldForm, list[PersonForm]]:
    """What is asked of the household, and of everybody who lives there: so many as the page asked for, at least one."""
    terms, version = row.finding.sample.terms, row.submission.questionnaire
    members = members_of(terms)
    # Where everybody is named nobody counts them beside.
    codes = [one.code for one in compared_of(terms) if not (members and one.code in COUNTED)]
    data = request.POST if request.method == "POST" else None
    complete = "another" not in request.POST
    form = HeldForm(
        data,
        asked=questions_named(codes, questionnaires.questions(version, level="household")),
        since=row.submission.interviewed_on or today,
        today=today,
        complete=complete,
    )
    asked = person_again([one.code for one in members], questionnaires.questions(version, level="person"))
    told = request.POST.get("people", "")
    count = min(int(told), MOST_PEOPLE) if told.isdecimal() and len(told) < 4 else 1
    numbers = range(1, max(count, 1) + (not complete) + 1) if members else ()
    return form, [PersonForm(data, asked=asked, number=number, complete=complete, latest=today) for number in numbers]


def _all_valid(form: HeldForm, people: list[PersonForm]) -> bool:
    """Whether the household's part can be sent, and the people's where the household answered."""
    asked = form["outcome"].data == Reinterview.Outcome.ANSWERED
    return all([form.is_valid(), *(one.is_valid() for one in people if asked)])


def _enter(request: HttpRequest, row: Reinterview, form: HeldForm, people: list[PersonForm]) -> HttpResponse | None:
    told = form.cleaned_data
    try:
        comparing.enter(
            reinterview_id=row.pk,
            outcome=told["outcome"],
            held_on=told["held_on"],
            answers=form.answers(),
            remark=told["remark"].strip(),
            members=[
                one.told for one in people if told["outcome"] == Reinterview.Outcome.ANSWERED and not one.is_blank
            ],
            actor=actor_of(request),
            at=timezone.now(),
        )
    except comparing.AlreadyDone as error:
        return conflict(request, sentence=_(str(error)), back_url=request.path)
    except (DayImpossible, DeclaredInterestInTheWay, ReasonNeeded, comparing.NotYours, comparing.NobodyNamed) as error:
        form.add_error(None, _(str(error)))
        return None
    messages.success(request, _("The second interview is sent."))
    return redirect("registry:second_interviews")


def _crumbs(row: Reinterview, *, supervisor: bool) -> list[dict[str, str]]:
    if supervisor:
        sample = row.finding.sample
        back = reverse("registry:sample_interviewer", args=[sample.uuid, row.finding_id])
        return [
            {"label": _("Second interviews"), "url": reverse("registry:samples")},
            {"label": row.first_by.full_name, "url": back},
            {"label": _("Household")},
        ]
    return [
        {"label": _("Second interviews"), "url": reverse("registry:second_interviews")},
        {"label": _("Household")},
    ]


def _summary(row: Reinterview, *, supervisor: bool) -> list[dict[str, Any]]:
    household = row.submission.household
    place, dwelling = _where(row)
    heads = households.heads(household_ids=[household.pk]) if household else {}
    rows: list[dict[str, Any]] = [
        {"key": _("Household"), "value": heads.get(household.pk, "–") if household else "–"},
        {"key": _("Village"), "value": place},
        {"key": _("How to find the dwelling"), "value": dwelling},
        {"key": _("Who goes"), "value": row.assigned_to.full_name if row.assigned_to else _("Nobody goes yet")},
    ]
    if row.do_by:
        rows.append({"key": _("By"), "value": words.day(row.do_by)})
    if row.outcome:
        rows.append({"key": _("What was found"), "value": row.get_outcome_display()})
        rows.append({"key": _("Held on"), "value": words.day(row.held_on)})
    if row.remark:
        rows.append({"key": _("Remark"), "value": row.remark})
    if supervisor:
        for form in device_forms.set_aside_about(reinterview=row):
            url = reverse("registry:field_form", args=[form.uuid])
            rows.append({"key": _("Form of a phone that was set aside"), "value": _(form.error), "url": url})
        rows.append({"key": _("First interview by"), "value": row.first_by.full_name})
        rows.append({"key": _("First interview on"), "value": words.day(row.submission.interviewed_on)})
    return rows


def _compared(row: Reinterview) -> dict[str, Any]:
    """Both answers side by side, for a supervisor."""
    if row.outcome != Reinterview.Outcome.ANSWERED:
        return {}
    found = fieldwork.differences(reinterview=row)
    before = fieldwork.first_members(submission=row.submission)
    first = fieldwork.first_answers(submission=row.submission, members=before)
    pairs = list(paired(before, of_kept(row.members)))
    labels = labels_of([one.code for one in found])
    said = _sayer(row)

    def line(one: Any) -> list[Any]:
        agree = {"text": _("Yes"), "tone": "good"} if one.agrees else {"text": _("No"), "tone": "bad"}
        if not one.member:
            return [
                labels[one.code],
                said(one.code, first.get(one.code)),
                said(one.code, row.answers.get(one.code)),
                agree,
            ]
        both = pairs[one.member - 1]
        name = next(who.name for who in both if who)
        if one.code == MEMBER:
            return [name, *(_("Named") if who else _("Not named") for who in both), agree]
        code = one.code.removeprefix(PERSON)
        return [f"{name}: {labels[one.code]}", *(said(one.code, _fact(who, code)) for who in both), agree]

    return {
        "columns": [{"label": label} for label in (_("Asked again"), _("First"), _("Second"), _("Agree"))],
        "rows": [line(one) for one in found],
    }


def _sayer(row: Reinterview) -> Callable[[str, Any], str]:
    """How a value is said in words, by the code of its comparison."""
    known = fieldwork.questions_compared(version=row.submission.questionnaire)
    home = row.submission.household
    places = questionnaires.place_codes() if home is not None and home.is_protected else frozenset()
    columns = {f"{PERSON}sex": words.SEXES, f"{PERSON}relationship": words.RELATIONSHIPS}

    def said(code: str, value: Any) -> str:
        if code.removeprefix(PERSON) in places:
            return words.hidden()
        if code in known:
            return words.answer(known[code], value)
        return words.word(columns[code], value) if code in columns and value else words.plain(value)

    return said


def _fact(who: Member | None, code: str) -> Any:
    if who is None:
        return None
    return words.birth(who.birth_date, who.precision) if code == "birth_date" else who.facts.get(code)
