"""Which questions are to be asked, given what was answered so far. Pure: no database, no clock.

Where a rule is undetermined the question counts as relevant and as not required (docs/questionnaire.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from core.rules import UNDETERMINED, Rule, RuleError, evaluate
from registry.intake import ages, names
from registry.intake.cells import Unreadable, day, partial_date, reader_of_question
from registry.intake.columns import PRECISIONS_BY_LENGTH
from registry.intake.vocabulary import Level
from registry.questionnaire import Question, Questionnaire, QuestionType

Values = dict[str, Any]
Texts = Mapping[str, str]
_COUNTING = ("usual", "temporarily_absent")
_PLAIN = (
    "relationship",
    "membership",
    "sex",
    "nationality",
    "residence_status",
    "residence",
    "marital_status",
    "mother_status",
    "father_status",
)


def is_relevant(question: Question, values: Values) -> bool:
    """Whether the question is asked."""
    return question.relevant_when is None or _holds(question.relevant_when, values, undetermined=True)


def is_required(question: Question, values: Values) -> bool:
    """Whether it must be answered, if asked."""
    when = question.required_when
    return question.required or (when is not None and _holds(when, values, undetermined=False))


def fails(rule: Rule, values: Values) -> bool:
    """Whether a check speaks: its rule is false, and not merely undetermined."""
    return not _holds(rule, values, undetermined=True)


def _holds(rule: Any, values: Values, *, undetermined: bool) -> bool:
    try:
        found = evaluate(rule, values=values)
    except RuleError:
        return undetermined
    return undetermined if found is UNDETERMINED else bool(found)


def household_values(version: Questionnaire, household: Texts, members: Sequence[Texts]) -> Values:
    """What household rules may use: the household's answers and what follows from its members."""
    interview = interview_day(household.get("interview_date", ""))
    persons = [_own(member, interview) for member in members]
    counting = [person for person in persons if person["counts"]]
    known = [person["age"] for person in counting if person["age"] is not None]
    heads = [person for person in persons if person.get("relationship") == "reference"]
    head = heads[0] if len(heads) == 1 else None
    bearers = [tuple(sorted(names.tokens(f"{m.get('given_names', '')} {m.get('surname', '')}"))) for m in members]
    values: Values = {
        "size": len(counting),
        "children_0_17": sum(age < 18 for age in known),
        "adults_18_59": sum(18 <= age < 60 for age in known),
        "elders_60_plus": sum(age >= 60 for age in known),
        "reference_persons": len(heads),
        "reference_age": head["age"] if head else None,
        "reference_present": head.get("residence") == "usual" if head else None,
        "reference_sex": head.get("sex") if head else None,
        "spouses": sum(one["relationship"] == "spouse" and one["membership"] == "member" for one in persons),
        "namesakes_in_village": None,  # known to the database alone
        "oldest_age": max(known, default=None),
        "repeated_names": sum(bearers.count(name) > 1 for name in bearers),
    }
    return values | _answers(version, Level.HOUSEHOLD, household)


def person_values(version: Questionnaire, household: Values, member: Texts, interview: date | None) -> Values:
    """What person rules may use about one member, besides the household's values."""
    own = _own(member, interview)
    head = household.get("reference_age")
    own["reference_age_gap"] = head - own["age"] if head is not None and own["age"] is not None else None
    return household | own | _answers(version, Level.PERSON, member)


def _own(member: Texts, interview: date | None) -> Values:
    values: Values = {name: member.get(name) or None for name in _PLAIN}
    values["age"], values["birth_date_precision"] = _age(member, interview)
    values["has_national_id"] = bool(member.get("national_id"))
    values["counts"] = member.get("membership") == "member" and member.get("residence") in _COUNTING
    return values


def _age(member: Texts, interview: date | None) -> tuple[int | None, str | None]:
    try:
        born, length = partial_date(member.get("birth_date", ""))
    except Unreadable:
        return None, None
    precision = member.get("birth_date_precision") or str(PRECISIONS_BY_LENGTH[length][0])
    if interview is None or born > interview:
        return None, precision
    return ages.age(born, precision, interview), precision


def interview_day(text: str) -> date | None:
    try:
        return day(text)
    except Unreadable:
        return None


def _answers(version: Questionnaire, level: Level, texts: Texts) -> Values:
    values: Values = {}
    for question in version.of(level):
        text = (texts.get(question.code) or "").strip()
        if not text:
            continue
        try:
            values[question.code] = _typed(question, reader_of_question(question)(text))
        except Unreadable:
            continue
    return values


def _typed(question: Question, value: Any) -> Any:
    match question.type:
        case QuestionType.DECIMAL:
            return Decimal(str(value))
        case QuestionType.DATE:
            return date.fromisoformat(value)
        case QuestionType.CHOICES:
            return frozenset(value)
        case _:
            return value
