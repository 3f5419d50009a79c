"""The questionnaire and the privacy notice in force, in the words that pages show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection

from core.access.actor import Actor
from core.access.permissions import Permission
from core.reader import in_language, language
from registry import questionnaire as reading
from registry.models import PrivacyNotice, QuestionnaireVersion


class NoQuestionnaire(Exception):
    """No questionnaire is published yet, so nobody can be registered: ask the administrator for the country pack."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question as a page asks and shows it; ``choices`` are code and label, in their order; ``source`` holds the
    rules and limits."""

    source: reading.Question
    label: str
    hint: str
    choices: tuple[tuple[str, str], ...]

    @property
    def code(self) -> str:
        return self.source.code

    @property
    def type(self) -> str:
        return self.source.type.value

    @property
    def unit(self) -> str:
        return self.source.unit


@dataclass(frozen=True, slots=True)
class Section:
    """Questions asked under one heading."""

    code: str
    level: str
    label: str
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class _Content:
    """A version's data under its digest: equal digests are equal contents, so reading is done once."""

    digest: str
    data: Mapping[str, Any] = field(compare=False)


def published() -> QuestionnaireVersion:
    """The version in force.

    Raises:
        NoQuestionnaire: there is none.
    """
    found = QuestionnaireVersion.objects.filter(status=QuestionnaireVersion.Status.PUBLISHED).first()
    if found is None:
        raise NoQuestionnaire(NoQuestionnaire.__doc__)
    return found


def versions(*, actor: Actor) -> list[QuestionnaireVersion]:
    """The versions that the actor may see, newest first: drafts only for who makes or publishes them."""
    found = QuestionnaireVersion.objects.select_related("edited_by", "published_by").order_by("-pk")
    return list(found if sees_drafts(actor) else found.exclude(status=QuestionnaireVersion.Status.DRAFT))


def version(*, actor: Actor, code: str) -> QuestionnaireVersion | None:
    """A version by its code, if the actor may see it."""
    return next((one for one in versions(actor=actor) if one.code == code), None)


def sees_drafts(actor: Actor) -> bool:
    """Whether the actor makes or publishes drafts."""
    return any(
        actor.may_for_programme(permission, "")
        for permission in (Permission.REGISTRY_MANAGE_QUESTIONNAIRE, Permission.REGISTRY_PUBLISH_QUESTIONNAIRE)
    )


def notice_in_force(*, on: date) -> PrivacyNotice | None:
    """The privacy notice that is read out on a day."""
    begun = PrivacyNotice.objects.filter(status=PrivacyNotice.Status.PUBLISHED, in_force_from__lte=on)
    return begun.order_by("-in_force_from", "-id").first()


def notice(*, version: str) -> PrivacyNotice | None:
    """A privacy notice that was published, by its version."""
    found = PrivacyNotice.objects.filter(version=version, status=PrivacyNotice.Status.PUBLISHED)
    return found.first() if version else None


def in_words(texts: object) -> str:
    """A text for each language as one text: in the reader's language, else in English, else the first there is."""
    return str(in_language(texts) if isinstance(texts, Mapping) else texts or "")


def place_codes() -> frozenset[str]:
    """Questions of any version whose answers tell where somebody lives: points, and those marked. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT q->>'code' FROM registry_questionnaireversion v"
            " CROSS JOIN jsonb_array_elements(v.content->'questions') q"
            " WHERE q->>'type' = 'point' OR q->'place' = 'true' ORDER BY 1"
        )
        return frozenset(code for (code,) in cursor.fetchall())


def content(version: QuestionnaireVersion) -> reading.Questionnaire:
    """The version as typed data, with its rules."""
    return _content(_Content(version.digest, version.content))


def sections(version: QuestionnaireVersion, *, level: str) -> tuple[Section, ...]:
    """The sections of a level (``household``, ``person``) with their questions, in the order of asking."""
    found = _sections(_Content(version.digest, version.content), language())
    return tuple(section for section in found if section.level == level)


def questions(version: QuestionnaireVersion, *, level: str) -> dict[str, Question]:
    """The questions of a level by code, in the order of asking."""
    return {question.code: question for section in sections(version, level=level) for question in section.questions}


@lru_cache(maxsize=32)
def _content(content: _Content) -> reading.Questionnaire:
    return reading.read(content.data)


@lru_cache(maxsize=32)
def _sections(content: _Content, language: str) -> tuple[Section, ...]:
    version = _content(content)
    asked = [_question(one) for one in version.questions]
    return tuple(
        Section(
            code=one.code,
            level=one.level.value,
            label=in_words(one.label),
            questions=tuple(question for question in asked if question.source.section == one.code),
        )
        for one in version.sections
    )


def _question(one: reading.Question) -> Question:
    return Question(
        source=one,
        label=in_words(one.label),
        hint=in_words(one.hint),
        choices=tuple((choice.code, in_words(choice.label)) for choice in one.choices),
    )
