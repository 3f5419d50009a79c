"""What each page of a registration asks: columns in the words of an interview, and the questionnaire's questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.pack import about
from registry.forms import relevance, words
from registry.forms.texts import Asked
from registry.intake import columns, identity
from registry.intake.cells import reader_of, reader_of_question, whole
from registry.queries.questionnaires import Question, Section, in_words

Texts = Mapping[str, str]
_HOUSEHOLD = {column.name: column for column in columns.CORE_HOUSEHOLD_COLUMNS}
_PERSON = {column.name: column for column in columns.CORE_PERSON_COLUMNS}


def _read(column: columns.Column) -> Any:
    return reader_of(column, identity.formats(about()))


def _household(name: str, kind: str, label: str, **more: Any) -> Asked:
    return Asked(name, kind, label, read=_read(_HOUSEHOLD[name]), **more)


def _person(name: str, kind: str, label: str, **more: Any) -> Asked:
    return Asked(name, kind, label, read=_read(_PERSON[name]), **more)


def _options(labels: Mapping[str, words.Text]) -> tuple[tuple[str, str], ...]:
    return tuple((code, str(label)) for code, label in labels.items())


def contact() -> list[Asked]:
    """How the dwelling is found and the household reached."""
    formats = identity.formats(about())
    return [
        _household("address", "text", _("How is the dwelling found?"), hint=_("For example: behind the clinic")),
        _household("phone", "text", _("Telephone that reaches the household"), hint=formats.phone.hint),
        _household("legacy_number", "text", _("Number in an earlier register")),
    ]


def interview(bases: Sequence[Mapping[str, Any]]) -> list[Asked]:
    """When the interview is held, and on what legal basis the data is held."""
    choices = tuple((base["code"], in_words(base["label"])) for base in bases) or _options(words.BASES)
    return [
        _household("interview_date", "date", _("Day of the interview"), required=True),
        _household("interviewer", "text", _("Who asks the questions?")),
        _household(
            "paper_form",
            "text",
            _("Serial number of the paper form"),
            hint=_("Only where a paper form was filled in, as printed: PF-00000123-X"),
        ),
        _household(
            "own_or_relative",
            "choice",
            _("Are you, or is a relative of yours, a member of this household?"),
            choices=_options(words.OWN_OR_RELATIVE),
            hint=_("If so, somebody else decides about it. It is no obstacle to being registered."),
            required=True,
        ),
        _household("legal_basis", "choice", _("Why may this data be held?"), choices=choices, required=True),
        _household(
            "consent",
            "choice",
            _("If by consent: does the household agree?"),
            choices=_options(words.YES_NO),
            hint=_("Who agreed is asked after the members are known."),
        ),
    ]


def payment(members: Sequence[Texts], *, by_consent: bool) -> list[Asked]:
    """How the household would be paid, who else may collect, and who consented."""
    persons = tuple((member.get("person_no", ""), _name(member)) for member in members)
    formats = identity.formats(about())
    account, nominee, consent = (
        _("How the household would be paid"),
        _("Somebody outside who may collect"),
        _("Consent"),
    )
    asked = []
    if by_consent:
        asked.append(
            _household(
                "consent_given_by",
                "choice",
                _("Who agreed that this data is held?"),
                choices=persons,
                required=True,
                group=consent,
            )
        )
    return [
        *asked,
        _household("account_kind", "choice", _("Paid by"), choices=_options(words.ACCOUNTS), group=account),
        _household("account_provider", "text", _("Bank or mobile money provider"), group=account),
        _household("account_number", "text", _("Account or wallet number"), group=account),
        _household("account_holder_no", "choice", _("Whose account is it?"), choices=persons, group=account),
        _household("nominee_given_names", "text", _("Given names"), group=nominee),
        _household("nominee_surname", "text", _("Surname"), group=nominee),
        _household("nominee_national_id", "text", _("National ID"), hint=formats.national_id.hint, group=nominee),
        _household("nominee_phone", "text", _("Telephone"), hint=formats.phone.hint, group=nominee),
    ]


def member(others: Sequence[Texts]) -> list[Asked]:
    """Who a person is, and what to the household."""
    return [*_identity(), *_number(), *_belonging(others), *_family(), *_papers()]


def _identity() -> list[Asked]:
    name, birth = _("Name"), _("Birth")
    return [
        _person(
            "given_names", "text", _("Given names"), required=True, group=name, missing=_("Enter the given names.")
        ),
        _person("surname", "text", _("Surname"), required=True, group=name, missing=_("Enter the surname.")),
        _person("known_as", "text", _("Name in daily use, if other (optional)"), group=name),
        _person("birth_surname", "text", _("Surname at birth, if other (optional)"), group=name),
        _person("sex", "choice", _("Sex"), choices=_options(words.SEXES), required=True, group=name),
        Asked(
            "birth_date",
            "partial_date",
            _("Date of birth"),
            hint=_("As much as is known: the year alone will do."),
            required=True,
            group=birth,
            missing=_("Enter at least the year of birth."),
        ),
        Asked(
            "birth_date_precision",
            "tick",
            _("The year is estimated"),
            ticked="estimated",
            group=birth,
            hint=_("Worked out from an event or from another person's age."),
        ),
        _person("birth_evidence", "choice", _("What was the date taken from?"), choices=_evidence(), group=birth),
    ]


def _evidence() -> tuple[tuple[str, str], ...]:
    given = {one["code"]: in_words(one["label"]) for one in about().get("identity_evidence", [])}
    return tuple((code, given.get(code) or str(label)) for code, label in words.EVIDENCE.items())


def _belonging(others: Sequence[Texts]) -> list[Asked]:
    group = _("Place in the household")
    carers = tuple((other.get("person_no", ""), _name(other)) for other in others)
    asked = [
        _person(
            "relationship",
            "choice",
            _("What is this person to the reference person?"),
            choices=_options(words.RELATIONSHIPS),
            required=True,
            group=group,
        ),
        _person(
            "membership",
            "choice",
            _("Does this person count here?"),
            choices=_options(words.MEMBERSHIPS),
            required=True,
            group=group,
        ),
        _person(
            "residence",
            "choice",
            _("Where does this person live?"),
            choices=_options(words.RESIDENCES),
            required=True,
            group=group,
        ),
    ]
    if carers:
        hint = _("For a child. Leave open for an adult.")
        asked.append(
            _person("caregiver_no", "choice", _("Who cares for this child?"), choices=carers, hint=hint, group=group)
        )
    return asked


def _number() -> list[Asked]:
    told = about()["national_id"]
    hint = _("%(form)s. No number is no obstacle: leave it empty and an interim number is given.")
    return [
        _person(
            "national_id",
            "text",
            in_words(told["label"]),
            group=_("Number"),
            hint=hint % {"form": in_words(told["mask_hint"])},
        )
    ]


def _papers() -> list[Asked]:
    group = _("Nationality and other papers")
    kinds = tuple((one["code"], in_words(one["label"])) for one in about().get("other_ids", []))
    return [
        _person("nationality", "text", _("Nationality"), hint=_country_hint(), group=group),
        _person("residence_status", "choice", _("By what right here?"), choices=_options(words.RIGHTS), group=group),
        _person("other_id_kind", "choice", _("Another document (optional)"), choices=kinds, group=group),
        _person("other_id_number", "text", _("Its number"), group=group),
        _person("other_id_country", "text", _("Country that issued it"), hint=_country_hint(), group=group),
        _person("other_id_expires_on", "date", _("Valid until"), group=group),
    ]


def _country_hint() -> str:
    pack = about()
    told = {"code": pack["iso_3166_1"]["alpha_3"], "country": in_words(pack["name"])}
    return _("Three letters: %(code)s for %(country)s") % told


def _family() -> list[Asked]:
    group = _("Family")
    return [
        _person("marital_status", "choice", _("Marital status"), choices=_options(words.MARITAL), group=group),
        _person("mother_status", "choice", _("Is the mother alive?"), choices=_options(words.LIFE), group=group),
        _person("father_status", "choice", _("Is the father alive?"), choices=_options(words.LIFE), group=group),
    ]


def _name(member: Texts) -> str:
    return f"{member.get('given_names', '')} {member.get('surname', '')}".strip() or _("Person without a name")


def questions(section: Section, values: relevance.Values, *, titled: bool = False) -> list[Asked]:
    """The questions of a section that are relevant now; ``titled`` puts them under the section's heading."""
    return [
        _asked(question, required=relevance.is_required(question.source, values), group=section.label if titled else "")
        for question in section.questions
        if relevance.is_relevant(question.source, values)
    ]


def questions_named(codes: Sequence[str], known: Mapping[str, Question]) -> list[Asked]:
    """These questions and counted facts of a household, in this order, whatever their rules of relevance."""
    counted = {
        "size": _("How many people live in this household?"),
        "children_0_17": _("How many of them are under 18?"),
    }
    people = whole(Decimal(0), Decimal(60))
    return [
        Asked(code, "number", counted[code], required=True, read=people)
        if code in counted
        else _asked(known[code], required=known[code].source.required, group="")
        for code in codes
        if code in counted or code in known
    ]


def person_again(codes: Sequence[str], known: Mapping[str, Question]) -> list[Asked]:
    """Who somebody is, and these columns and questions about them: nobody who lives there is known here beforehand."""
    core = {one.name: one for one in (*_identity(), *_number(), *_belonging(()))}
    who = ("given_names", "surname", "national_id", "birth_date")
    asked = [core[name] for name in (*who, *(code for code in codes if code in core and code not in who))]
    asked += [_asked(known[code], required=False, group="") for code in codes if code in known]
    # What is said of a missing number where somebody registers (an interim one is given) does not hold here.
    return [replace(one, group="", hint="" if one.name == "national_id" else one.hint) for one in asked]


def _asked(question: Question, *, required: bool, group: str) -> Asked:
    kinds = {"integer": "number", "decimal": "number"}
    kinds |= {same: same for same in ("choice", "choices", "date", "point", "photo")}
    if question.type == "boolean":
        choices = _options(words.YES_NO)
        return Asked(question.code, "choice", question.label, question.hint, choices, required, group=group)
    hints = {
        "choices": _("Tick all that apply."),
        "point": _("Degrees north and east, for example -29.310 27.480."),
        "photo": _("JPEG or PNG, 15 MB at most. Place and time that the camera wrote into it are not kept."),
    }
    hint = question.hint or hints.get(question.type, "")
    return Asked(
        question.code,
        kinds.get(question.type, "text"),
        question.label,
        hint,
        question.choices,
        required,
        reader_of_question(question.source),
        group=group,
    )


#: Columns by the page that asks them, for links from an issue to its field.
HOUSEHOLD_PAGES: dict[str, tuple[str, ...]] = {
    "draft_contact": ("address", "phone", "legacy_number", "latitude", "longitude"),
    "draft_interview": (
        "interview_date",
        "interviewer",
        "paper_form",
        "own_or_relative",
        "privacy_notice",
        "legal_basis",
        "consent",
    ),
    "draft_payment": (
        "consent_given_by",
        "account_kind",
        "account_provider",
        "account_number",
        "account_holder_no",
        "nominee_given_names",
        "nominee_surname",
        "nominee_national_id",
        "nominee_phone",
    ),
}
MEMBER_COLUMNS = frozenset(_PERSON)
