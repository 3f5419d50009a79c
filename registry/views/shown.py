"""Rows of the registry as the lines that templates show: labels, values, masks, links."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core.access.actor import Actor
from core.access.permissions import Permission
from registry.forms import words
from registry.intake import ages
from registry.models import Household, Membership, Nominee, PaymentAccount, Person
from registry.queries import recertification, visits
from registry.queries.households import Link
from registry.queries.masking import masked
from registry.queries.questionnaires import Question, Section

Row = dict[str, Any]


def hidden(
    *, household: Household, field: str, label: str, number: str | None, may_show: bool, person: Person | None = None
) -> Row:
    """A masked number for ``_masked.html``, with the address that shows it to those who may see it."""
    key = f"{field}-{person.reference}" if person else field
    where = [household.reference, person.reference, field] if person else [household.reference, field]
    name = "registry:show_of_member" if person else "registry:show"
    return {
        "key": key.lower(),
        "label": f"{label} ({person})" if person else label,
        "value": masked(number),
        "url": reverse(name, args=where) if may_show and number else "",
    }


def may_unmask(actor: Actor, household: Household) -> bool:
    """Whether the actor may ask for the numbers of this household in full."""
    return actor.may_in(Permission.REGISTRY_UNMASK, area_path=household.area.path)


def household_rows(
    household: Household, *, actor: Actor, today: date, registered_by: str, past: bool = False
) -> list[Row]:
    """The household's own lines; ``past``: as it was once, when nobody is sent there any more."""
    may_show = may_unmask(actor, household)
    rows: list[Row] = [
        {
            "key": _("Status"),
            "value": household.get_status_display(),
            "tone": words.HOUSEHOLD_TONES.get(household.status, "neutral"),
        },
        *_place_rows(household, may_show=may_show),
        {
            "key": _("Last seen"),
            "value": f"{words.ago(household.interviewed_on, today)} ({words.day(household.interviewed_on)})",
        },
        *([] if past else _seen_again(household, today)),
        {
            "key": _("Registered"),
            "value": " ".join(
                part
                for part in (
                    words.day(household.registered_at.date()),
                    _("by %(name)s") % {"name": registered_by} if registered_by else "",
                )
                if part
            ),
        },
        {"key": _("Privacy notice read out"), "value": household.privacy_notice.version},
        {"key": _("Why the data may be held"), "value": _basis(household)},
    ]
    phone: Row = {"key": _("Telephone"), "value": ""}
    if household.phone:
        phone["masked"] = hidden(
            household=household, field="phone", label=_("Telephone"), number=household.phone, may_show=may_show
        )
    rows.insert(3, phone)
    if household.legacy_number:
        rows.append({"key": _("Number in an earlier register"), "value": household.legacy_number})
    return rows


def _place_rows(household: Household, *, may_show: bool) -> list[Row]:
    if not household.is_protected:
        return [
            {"key": _("Village"), "value": words.place(household.area, household.district)},
            {"key": _("How to find the dwelling"), "value": household.address},
        ]
    line = hidden(household=household, field="whereabouts", label=_("Address"), number=" ", may_show=may_show)
    return [
        {"key": _("District"), "value": household.district.name},
        {"key": _("Address"), "masked": line | {"value": words.hidden()}},
    ]


def _seen_again(household: Household, today: date) -> list[Row]:
    """When it is to be seen again, and who is sent there."""
    if household.status != Household.Status.ACTIVE:
        return []
    term = recertification.term_of(household, on=today)
    row: Row = {"key": _("To be seen again"), "value": words.due(term.due_on, term.because, today)}
    if term.due_on < today:
        row["tone"] = "bad"
    visit = visits.open_of([household.pk]).get(household.pk)
    if visit is None:
        return [row]
    told = {"name": visit.assigned_to.full_name, "day": words.day(visit.visit_by)}
    return [row, {"key": _("Visit"), "value": _("%(name)s is to go by %(day)s") % told}]


def _basis(household: Household) -> str:
    basis = words.word(words.BASES, household.legal_basis)
    if household.consent and household.consent_given_by:
        return _("%(basis)s, given by %(name)s") % {"basis": basis, "name": household.consent_given_by}
    return basis


def member_rows(household: Household, members: list[Membership], links: list[Link], *, actor: Actor) -> list[Row]:
    """One line a member: masked number, age on the day of the interview, other households."""
    may_show = may_unmask(actor, household)
    by_person: dict[int, list[Link]] = {}
    for link in links:
        by_person.setdefault(link.person_id, []).append(link)
    return [
        {
            "reference": row.person.reference,
            "anchor": f"person-{row.person.reference.lower()}",
            "name": str(row.person),
            "is_reference": row.is_reference,
            "relationship": words.word(words.RELATIONSHIPS, row.relationship),
            "sex": words.word(words.SEXES, row.person.sex),
            "birth": words.birth(row.person.birth_date, row.person.birth_date_precision),
            "age": ages.age(row.person.birth_date, row.person.birth_date_precision, household.interviewed_on),
            "died_on": row.person.died_on,
            "residence": words.word(words.RESIDENCES, row.residence),
            "counts": row.counts,
            "caregiver": str(row.caregiver) if row.caregiver else "",
            "number": number(household, row.person, may_show=may_show),
            "interim": row.person.interim_number if not row.person.national_id else "",
            "links": by_person.get(row.person_id, []),
        }
        for row in members
    ]


def number(household: Household, person: Person, *, may_show: bool) -> Row | None:
    """The person's national ID, masked; nothing where there is none."""
    if not person.national_id:
        return None
    return hidden(
        household=household,
        field="national_id",
        label=_("National ID"),
        number=person.national_id,
        may_show=may_show,
        person=person,
    )


def account_rows(
    household: Household, account: PaymentAccount | None, nominee: Nominee | None, *, actor: Actor
) -> list[Row]:
    """How the household is paid and who else may collect, numbers masked."""
    may_show = may_unmask(actor, household)
    rows: list[Row] = [{"key": _("Paid by"), "value": words.word(words.ACCOUNTS, account.kind if account else "")}]
    if account and account.provider:
        rows.append({"key": _("Provider"), "value": account.provider})
    if account and account.number:
        shown = hidden(
            household=household, field="account", label=_("Account number"), number=account.number, may_show=may_show
        )
        rows.append({"key": _("Account number"), "masked": shown})
    if account and account.holder:
        rows.append({"key": _("Account holder"), "value": str(account.holder)})
    if nominee is None:
        return [*rows, {"key": _("Nominee"), "value": _("Nobody else may collect")}]
    rows.append({"key": _("Nominee"), "value": str(nominee)})
    for field, label, value in (
        ("nominee_national_id", _("Nominee's national ID"), nominee.national_id),
        ("nominee_phone", _("Nominee's telephone"), nominee.phone),
    ):
        if value:
            shown = hidden(household=household, field=field, label=label, number=value, may_show=may_show)
            rows.append({"key": label, "masked": shown})
    return rows


def answer_groups(
    sections: tuple[Section, ...], answers: dict[str, Any], *, photos: Mapping[str, str] | None = None
) -> list[Row]:
    """Answers by section; a question without an answer is left out where no other of its section has one.

    ``photos`` gives the address of each photograph that can be shown; without it they are only named.
    """
    groups = []
    for section in sections:
        rows = [
            _answer(question, answers.get(question.code), photos)
            for question in section.questions
            if question.code in answers or question.source.required
        ]
        if any(row["value"] for row in rows):
            groups.append({"title": section.label, "rows": rows})
    return groups


def _answer(question: Question, value: Any, photos: Mapping[str, str] | None) -> Row:
    row: Row = {"key": question.label, "value": words.answer(question, value)}
    if question.type == "photo" and value and photos is not None:
        url = photos.get(str(value))
        if url is None:
            row["value"] = _("A photograph came that cannot be shown")
        else:
            row["photo"] = url
    return row


def particulars(person: Person) -> list[Row]:
    """What else is known about a person, besides the line in the table."""
    rows: list[Row] = [
        {"key": _("Person's reference"), "value": person.reference},
        {"key": _("Interim number"), "value": person.interim_number},
        {"key": _("Birth date taken from"), "value": words.word(words.EVIDENCE, person.birth_evidence)},
        {"key": _("Marital status"), "value": words.word(words.MARITAL, person.marital_status)},
        {"key": _("Nationality"), "value": person.nationality},
        {"key": _("By what right here"), "value": words.word(words.RIGHTS, person.residence_status)},
        {"key": _("Mother"), "value": words.word(words.LIFE, person.mother_status)},
        {"key": _("Father"), "value": words.word(words.LIFE, person.father_status)},
        {"key": _("Died"), "value": words.day(person.died_on)},
    ]
    return [row for row in rows if row["value"]]


def question_label(questions: dict[str, Question], code: str) -> str:
    """The question's words, or its code where this version does not ask it."""
    return questions[code].label if code in questions else code
