"""SQL fragments under the names of rules, for answers kept in jsonb. Pure: makes text only.

The one place that says how a question's answer is read out of ``answers``; intake, assessment and reports share it.
"""

from __future__ import annotations

from collections.abc import Mapping

from registry.intake.vocabulary import Level
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
