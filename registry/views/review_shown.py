"""A submission as a reviewer reads it: what was found, beside whom it resembles, all that was told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from registry.forms import words
from registry.models import Submission, SubmissionMember
from registry.queries import questionnaires, submissions
from registry.queries.beside import Beside, Pair
from registry.queries.masking import masked, masked_name

TONES = {"error": "bad", "duplicate": "waiting", "warning": "waiting"}


def head(members: list[SubmissionMember]) -> str:
    head = next((one for one in members if one.relationship == "reference"), members[0] if members else None)
    return str(head) if head else _("Household without members")


def issue_text(issue: Any, members: list[SubmissionMember], said: Callable[[str], str]) -> str:
    """What was found, about whom, in the reader's language (``registry.queries.said``)."""
    kind, _slash, rest = issue.path.partition("/")
    position = rest.partition("/")[0]
    if kind == "persons" and position.isdigit():
        name = next((str(one) for one in members if one.position == int(position)), "")
        return f"{name}: {said(issue.message)}" if name else said(issue.message)
    return said(issue.message)


def summary(found: Submission) -> list[dict[str, str]]:
    place = words.place(found.area, found.district)
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


def member(one: SubmissionMember) -> list[Any]:
    return [
        str(one),
        words.word(words.RELATIONSHIPS, one.relationship),
        words.word(words.SEXES, one.sex),
        words.birth(one.birth_date, one.birth_date_precision),
        masked(one.national_id) or _("None"),
    ]


def comparison(one: submissions.Likeness) -> dict[str, Any]:
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
        known = _lines(one.person, words.place(household.area, household.district))
        relationship = words.word(words.RELATIONSHIPS, one.membership.relationship)
    elif one.other is not None:
        place = one.other.submission
        known = _lines(one.other, words.place(place.area, place.district))
        relationship = words.word(words.RELATIONSHIPS, one.other.relationship)
        frame["waiting"] = place.get_status_display()
    else:
        return frame
    home = told.submission
    mine = _lines(told, words.place(home.area, home.district))
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


def household_beside(found: Submission, one: Beside) -> dict[str, Any]:
    """A known household beside what was told: its members in pairs, and the answers that are not the same."""
    known = one.household
    place = words.place(found.area, found.district)
    lines = [
        _line(_("Village"), place, words.place(known.area, known.district)),
        _line(_("How to find the dwelling"), found.address, known.address),
        _line(_("Telephone"), masked(found.phone), masked(known.phone), same=found.phone == known.phone),
        _line(_("Interview"), words.day(found.interviewed_on), words.day(known.interviewed_on)),
    ]
    of_told = questionnaires.questions(found.questionnaire, level="household")
    of_known = questionnaires.questions(known.questionnaire, level="household")
    same = 0
    for code, question in of_told.items():
        was = of_known.get(code)
        told = words.answer(question, found.answers.get(code))
        before = words.answer(was, known.answers.get(code)) if was else ""
        same += bool(told) and told == before
        if told != before:
            lines.append(_line(question.label, told, before))
    return {
        "title": known.reference,
        "url": reverse("registry:household", args=[known.reference]),
        "lines": [line for line in lines if line["told"] or line["known"]],
        "same": same,
        "persons": [_pair(pair) for pair in one.pairs],
    }


def _line(label: str, told: str, known: str, *, same: bool | None = None) -> dict[str, Any]:
    alike = told == known if same is None else same
    return {
        "label": label,
        "told": told,
        "known": known,
        "same": bool(told) and alike,
        "differs": bool(told) and bool(known) and not alike,
    }


def _pair(pair: Pair) -> dict[str, Any]:
    told, known = pair.told, pair.known
    line = {
        "label": str(told or (known.person if known else "")),
        "told": _in_short(told, told.relationship) if told else "",
        "known": _in_short(known.person, known.relationship) if known else "",
    }
    if told is None:
        return line | {"text": _("Not told of now"), "tone": "bad"}
    if known is None:
        return line | {"text": _("New"), "tone": "neutral"}
    if line["told"] == line["known"]:
        return line | {"text": _("Same"), "tone": "waiting"}
    return line | {"text": _("Differs"), "tone": "progress"}


def _in_short(person: Any, relationship: str) -> str:
    parts = (
        str(person),
        words.word(words.RELATIONSHIPS, relationship),
        words.word(words.SEXES, person.sex),
        words.birth(person.birth_date, person.birth_date_precision),
        masked(person.national_id),
    )
    return ", ".join(part for part in parts if part)
