"""Which questions of a version the next one no longer asks in the same way. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from registry.intake.vocabulary import Level
from registry.questionnaire.carrying import same_kind
from registry.questionnaire.version import Question, Questionnaire


class How(StrEnum):
    """What becomes of a question. Answers follow a renamed one; rules that name it do not."""

    GONE = "gone"
    RENAMED = "renamed"
    TYPE = "type"
    CHOICES = "choices"


@dataclass(frozen=True, slots=True)
class Loss:
    """A question of the earlier version, and what becomes of it: ``now`` is its new code, type or what is missing."""

    question: Question
    how: How
    now: str = ""

    @property
    def key(self) -> tuple[Level, str]:
        return self.question.level, self.question.code

    @property
    def keeps_answers(self) -> bool:
        """Whether answers are carried over, all of them."""
        return self.how is How.RENAMED


def losses(old: Questionnaire, new: Questionnaire, *, mapping: Mapping[str, Any]) -> tuple[Loss, ...]:
    """What ``new`` loses of ``old``, in the order of asking. ``mapping`` counts where it starts from ``old``."""
    renamed = (mapping.get("questions") or {}) if mapping.get("from") == old.code else {}
    found = []
    for question in old.questions:
        code = renamed.get(question.code, question.code)
        loss = _loss(question, new.by_code.get(code) if code else None)
        if loss is not None:
            found.append(loss)
    return tuple(found)


def _loss(question: Question, after: Question | None) -> Loss | None:
    if after is None or after.level is not question.level:
        return Loss(question, How.GONE)
    if not same_kind(question.type, after.type):
        return Loss(question, How.TYPE, after.type.value)
    if missing := question.codes - after.codes:
        labels = [choice.label.get("en", choice.code) for choice in question.choices if choice.code in missing]
        return Loss(question, How.CHOICES, ", ".join(labels))
    return Loss(question, How.RENAMED, after.code) if after.code != question.code else None


def newly_required(old: Questionnaire, new: Questionnaire, *, mapping: Mapping[str, Any]) -> tuple[Question, ...]:
    """Questions that must be answered now and that a file or form of ``old`` cannot answer, in the order of asking."""
    renamed = (mapping.get("questions") or {}) if mapping.get("from") == old.code else {}
    known = {renamed.get(question.code, question.code) for question in old.questions}
    return tuple(one for one in new.questions if one.code not in known and (one.required or one.required_when))
