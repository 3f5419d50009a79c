"""The steps of one registration: their order, addresses and what is still to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.pack import about
from registry.forms import registration, relevance
from registry.forms.texts import Asked
from registry.intake import carrying
from registry.models import Submission
from registry.queries import questionnaires
from registry.queries.carrying import way
from registry.queries.questionnaires import Section

Texts = dict[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the overview; ``missing`` counts required answers that are not there yet."""

    key: str
    title: str
    url: str
    missing: int
    begun: bool

    @property
    def done(self) -> bool:
        return self.begun and not self.missing


class Draft:
    """A draft as its pages see it: texts of the household and of each member, and what follows from them."""

    def __init__(self, submission: Submission, *, seen: Mapping[str, Any] | None = None) -> None:
        self.submission = submission
        self.uuid = submission.uuid
        self.seen = submission.payload if seen is None else seen
        payload: Mapping[str, Any] = submission.payload or {}
        self.household: Texts = dict(payload.get("household") or {})
        self.members: list[Texts] = [dict(member) for member in payload.get("members") or []]
        self.left: tuple[str, ...] = ()
        """Questions of an earlier version whose answers found no place in the one in force."""

    @classmethod
    def in_force(cls, submission: Submission) -> Draft:
        """The draft in the words of the questionnaire in force, which may have changed since it was begun.

        Nothing is kept of that until a page is saved.
        """
        version = questionnaires.published()
        steps = way(old=submission.questionnaire, new=version)
        if not steps:
            return cls(submission)
        seen = submission.payload
        carried = carrying.carried(seen, steps)
        old = submission.questionnaire
        labels = {
            code: one.label
            for level in ("household", "person")
            for code, one in questionnaires.questions(old, level=level).items()
        }
        submission.payload, submission.questionnaire = carried.payload, version
        draft = cls(submission, seen=seen)
        draft.left = tuple(labels.get(code, code) for code in carried.left)
        return draft

    @property
    def payload(self) -> dict[str, Any]:
        """What is kept: blanks are left out."""
        return {"household": _told(self.household), "members": [_told(member) for member in self.members]}

    @property
    def interviewed_on(self) -> date | None:
        return relevance.interview_day(self.household.get("interview_date", ""))

    def values(self) -> relevance.Values:
        """What household rules see."""
        version = questionnaires.content(self.submission.questionnaire)
        return relevance.household_values(version, self.household, self.members)

    def values_of(self, member: Texts) -> relevance.Values:
        """What person rules see of one member."""
        version = questionnaires.content(self.submission.questionnaire)
        on = self.interviewed_on or timezone.localdate(self.submission.received_at)
        return relevance.person_values(version, self.values(), member, on)

    def sections(self, level: str) -> tuple[Section, ...]:
        return questionnaires.sections(self.submission.questionnaire, level=level)

    def member(self, number: str) -> Texts | None:
        return next((member for member in self.members if member.get("person_no") == number), None)

    def next_number(self) -> str:
        """A number that no member has, not even one removed before the last."""
        used = [int(number) for member in self.members if (number := member.get("person_no", "")).isdigit()]
        return str(max(used, default=0) + 1)

    @property
    def by_consent(self) -> bool:
        return self.household.get("legal_basis") == "consent"

    def url(self, name: str, *more: object) -> str:
        return reverse(f"registry:{name}", args=[self.uuid, *more])


def _told(texts: Texts) -> Texts:
    return {name: text for name, text in texts.items() if text}


def bases() -> Sequence[Mapping[str, Any]]:
    """The legal bases that the country pack allows."""
    found: Sequence[Mapping[str, Any]] = about().get("data_protection", {}).get("legal_bases", [])
    return found


def member_questions(draft: Draft, member: Texts) -> list[Asked]:
    """All questions that are to be asked about one member now, under their sections' headings."""
    values = draft.values_of(member)
    return [
        asked for section in draft.sections("person") for asked in registration.questions(section, values, titled=True)
    ]


def steps(draft: Draft) -> list[Step]:
    """Every step in the order of an interview."""
    household, values = draft.household, draft.values()
    found = [
        Step("village", _("Village"), draft.url("draft_village"), int(not household.get("area_code")), True),
        _step("contact", _("Dwelling and telephone"), draft.url("draft_contact"), registration.contact(), household),
        _step(
            "interview",
            _("Privacy notice and interview"),
            draft.url("draft_interview"),
            registration.interview(bases()),
            household,
        ),
        _members_step(draft),
    ]
    for section in draft.sections("household"):
        url = draft.url("draft_section", section.code)
        found.append(_step(section.code, section.label, url, registration.questions(section, values), household))
    asked = registration.payment(draft.members, by_consent=draft.by_consent)
    found.append(_step("payment", _("Payment, nominee and consent"), draft.url("draft_payment"), asked, household))
    return found


def _members_step(draft: Draft) -> Step:
    missing = 0 if draft.members else 1
    for member in draft.members:
        missing += _missing(registration.member([]), member)
        if member.get("membership") != "linked":
            missing += _missing(member_questions(draft, member), member)
    return Step("members", _("Members"), draft.url("draft_members"), missing, bool(draft.members))


def _step(key: str, title: str, url: str, asked: Sequence[Asked], texts: Texts) -> Step:
    begun = any(texts.get(one.name) for one in asked) or not asked
    return Step(key, title, url, _missing(asked, texts), begun)


def _missing(asked: Sequence[Asked], texts: Texts) -> int:
    return sum(1 for one in asked if one.required and not texts.get(one.name))


def after(draft: Draft, key: str) -> str:
    """Where "Save and continue" leads from a step."""
    order = [(step.key, step.url) for step in steps(draft)]
    keys = [name for name, _url in order]
    place = keys.index(key) + 1 if key in keys else len(order)
    return order[place][1] if place < len(order) else draft.url("draft_check")


def anchor(draft: Draft, path: str) -> str:
    """The field that an issue's path names, as an address: ``persons/2/birth_date`` leads to that person's page."""
    kind, _slash, rest = path.partition("/")
    if kind == "persons":
        position, _slash, column = rest.partition("/")
        if not position.isdigit() or not 1 <= int(position) <= len(draft.members):
            return draft.url("draft_members")
        number = draft.members[int(position) - 1].get("person_no", "")
        own = column in registration.MEMBER_COLUMNS
        return f"{draft.url('draft_member' if own else 'draft_member_answers', number)}#id_{column}"
    column = rest or path
    for section in draft.sections("household"):
        if any(question.code == column for question in section.questions):
            return f"{draft.url('draft_section', section.code)}#id_{column}"
    if column == "area_code":
        return draft.url("draft_village")
    if column in registration.MEMBER_COLUMNS or column == "household_no":
        return draft.url("draft_members")
    for name, columns in registration.HOUSEHOLD_PAGES.items():
        if column in columns:
            return f"{draft.url(name)}#id_{column}"
    return draft.url("draft")
