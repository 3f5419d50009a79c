"""Questionnaire versions as typed data: ``read(content)`` and ``Questionnaire``. Pure: no Django."""

from registry.questionnaire.version import (
    Check,
    Choice,
    Question,
    Questionnaire,
    QuestionnaireError,
    QuestionType,
    Section,
    digest_of,
    read,
    vocabulary,
)

__all__ = [
    "Check",
    "Choice",
    "Question",
    "QuestionType",
    "Questionnaire",
    "QuestionnaireError",
    "Section",
    "digest_of",
    "read",
    "vocabulary",
]
