"""SQL fragments under the names of rules, for answers kept in jsonb. Pure: makes text only.

The one place that says how a question's answer is read out of ``answers``; intake, assessment and reports share it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from registry.intake.vocabulary import Level
from registry.questionnaire.carrying import Step, same_kind
from registry.questionnaire.version import Question, Questionnaire, QuestionType


def answer(question: Question, answers: str) -> str:
    """SQL of the answer to ``question`` inside the jsonb column ``answers``, in the type that rules expect."""
    text = f"({answers} ->> '{question.code}')"
    match question.type:
        case QuestionType.INTEGER | QuestionType.DECIMAL:
            return f"{text}::numeric"
        case QuestionType.BOOLEAN:
            return f"{text}::boolean"
        case QuestionType.DATE:
            return f"{text}::date"
        case QuestionType.CHOICES:
            return (
                f"(CASE WHEN {answers} ? '{question.code}' THEN ARRAY(SELECT jsonb_array_elements_text("
                f"{answers} -> '{question.code}')) END)"
            )
        case _:
            return text


def carried(answers: str, version: str, ways: Mapping[int, Sequence[Step]], level: Level) -> str:
    """SQL of the answers in the words of the version in force, whatever version they were given to.

    ``answers`` is SQL of the jsonb column, ``version`` of the number of its version; ``ways`` leads from each earlier
    version to the one in force (``carrying.carry_along`` says the same slowly). Where nothing was renamed, the column
    itself.
    """
    cases = []
    for number, steps in sorted(ways.items()):
        found = answers
        for step in steps:
            found = _step(found, step, level)
        if found != answers:
            cases.append(f"WHEN {int(number)} THEN {found}")
    return f"(CASE {version} {' '.join(cases)} ELSE {answers} END)" if cases else answers


def _step(answers: str, step: Step, level: Level) -> str:
    """The answers one version on: what is the same stays, the rest is taken out and put in under its new name."""
    renamed: Mapping[str, str | None] = step.mapping.get("questions") or {}
    choices: Mapping[str, Mapping[str, str | None]] = step.mapping.get("choices") or {}
    gone: list[str] = []
    put: list[str] = []
    for old in step.old.of(level):
        new = step.new.by_code.get(renamed.get(old.code, old.code) or "")
        told = (choices.get(new.code) or {}) if new else {}
        if new and new.code == old.code and new.type is old.type and not told and old.codes <= new.codes:
            continue
        gone.append(quoted(old.code))
        if new and new.level is level and same_kind(old.type, new.type):
            put.append(f"{quoted(new.code)}, {_choice(answers, old.code, new, told)}")
    if not gone:
        return answers
    found = f"({answers} - ARRAY[{', '.join(gone)}]::text[])"
    for at in range(0, len(put), 40):  # a function takes a hundred arguments at most
        found += f" || jsonb_strip_nulls(jsonb_build_object({', '.join(put[at : at + 40])}))"
    return f"({found})"


def _choice(answers: str, code: str, new: Question, told: Mapping[str, str | None]) -> str:
    value = f"({answers} -> {quoted(code)})"
    if not new.codes:
        return value
    allowed = f"ARRAY[{', '.join(quoted(one) for one in sorted(new.codes))}]::text[]"
    whens = " ".join(f"WHEN {quoted(was)} THEN {quoted(now) if now else 'NULL'}" for was, now in sorted(told.items()))
    if new.type is not QuestionType.CHOICES:
        text = f"({answers} ->> {quoted(code)})"
        now = f"(CASE {text} {whens} ELSE {text} END)" if whens else text
        return f"(CASE WHEN {now} = ANY({allowed}) THEN to_jsonb({now}) END)"
    now = f"(CASE one {whens} ELSE one END)" if whens else "one"
    return (
        "(SELECT jsonb_agg(now ORDER BY place) FROM (SELECT now, min(place) AS place FROM ("
        f"SELECT {now} AS now, place FROM jsonb_array_elements_text("
        f"CASE WHEN jsonb_typeof({value}) = 'array' THEN {value} END) WITH ORDINALITY AS told(one, place)"
        f") renamed WHERE now = ANY({allowed}) GROUP BY now) kept)"
    )


def quoted(text: str) -> str:
    """A text as an SQL literal. Codes are letters, digits and underscores; a doubled quote is for whatever is not."""
    return "'" + text.replace("'", "''") + "'"


def columns(
    questionnaire: Questionnaire, *, household: str, person: str = "", household_answers: str, person_answers: str = ""
) -> Mapping[str, str]:
    """A column for each name that rules may use.

    ``household`` and ``person`` are aliases of relations whose columns bear the core names of
    ``registry.intake.vocabulary``; the answers are SQL of their jsonb columns.
    """
    from registry.intake.vocabulary import HOUSEHOLD_NAMES, PERSON_NAMES

    found = {name.name: f'{household}."{name.name}"' for name in HOUSEHOLD_NAMES}
    for question in questionnaire.of(Level.HOUSEHOLD):
        found[question.code] = answer(question, household_answers)
    if person:
        found |= {name.name: f'{person}."{name.name}"' for name in PERSON_NAMES}
        for question in questionnaire.of(Level.PERSON):
            found[question.code] = answer(question, person_answers)
    return found
