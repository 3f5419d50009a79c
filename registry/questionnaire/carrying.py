"""Carrying answers of an earlier version into a later one, as the later one declares. Pure: no Django.

A version's ``mapping`` says what was renamed; what keeps its code needs no word:

    mapping:
      from: "2026.1"
      questions: {stove: cooker}                  # old code: new code; null: no longer asked
      choices: {lighting: {candles: candle}}      # under the NEW code; old choice: new choice; null: no answer

What the new version does not ask, or does not allow, is not carried; it stays with the old version's answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.intake.columns import SEVERAL_SEPARATOR
from registry.questionnaire.version import Questionnaire, QuestionType


@dataclass(frozen=True, slots=True)
class Carried:
    """``answers`` under the new version's codes; ``left`` are the old codes whose answers found no place."""

    answers: Mapping[str, Any]
    left: tuple[str, ...]


def carry(answers: Mapping[str, Any], *, mapping: Mapping[str, Any], to: Questionnaire) -> Carried:
    """Answers (as ``answers`` columns keep them) of one household or person, in the words of ``to``."""
    renamed: Mapping[str, str | None] = mapping.get("questions") or {}
    choices: Mapping[str, Mapping[str, str | None]] = mapping.get("choices") or {}
    carried: dict[str, Any] = {}
    left = []
    for code, value in answers.items():
        new = renamed.get(code, code)
        question = to.by_code.get(new) if new else None
        found = _value(value, choices.get(question.code) or {}, question.codes) if question else None
        if question is None or not _fits(found, question.type):
            left.append(code)
        else:
            carried[question.code] = found
    return Carried(carried, tuple(left))


@dataclass(frozen=True, slots=True)
class Step:
    """From one version to the next as the next one declares; without a mapping codes keep their meaning."""

    mapping: Mapping[str, Any]
    old: Questionnaire
    new: Questionnaire


def carry_along(answers: Mapping[str, Any], steps: Sequence[Step]) -> Carried:
    """Answers over several versions, one after the other. ``left`` names codes of whichever version lost them."""
    left: list[str] = []
    for step in steps:
        answers, lost = _of_a_kind(answers, step)
        left += lost
        found = carry(answers, mapping=step.mapping, to=step.new)
        answers, left = found.answers, [*left, *found.left]
    return Carried(answers, tuple(left))


def same_kind(old: QuestionType, new: QuestionType) -> bool:
    """Whether answers of the one type are answers of the other; a question that changed its type starts anew."""
    return old is new or (old, new) == (QuestionType.INTEGER, QuestionType.DECIMAL)


def _of_a_kind(answers: Mapping[str, Any], step: Step) -> tuple[dict[str, Any], list[str]]:
    renamed: Mapping[str, str | None] = step.mapping.get("questions") or {}
    kept, lost = {}, []
    for code, value in answers.items():
        old, new = step.old.by_code.get(code), step.new.by_code.get(renamed.get(code, code) or "")
        if old and new and (old.level is not new.level or not same_kind(old.type, new.type)):
            lost.append(code)
        else:
            kept[code] = value
    return kept, lost


def carry_texts(texts: Mapping[str, str], steps: Sequence[Step]) -> Carried:
    """As ``carry_along`` for texts by column, as a draft keeps them; the register's own columns stay as they are."""
    left: list[str] = []
    for step in steps:
        carried: dict[str, str] = {}
        renamed: Mapping[str, str | None] = step.mapping.get("questions") or {}
        choices: Mapping[str, Mapping[str, str | None]] = step.mapping.get("choices") or {}
        for code, text in texts.items():
            was = step.old.by_code.get(code)
            if was is None:
                carried[code] = text
                continue
            new = renamed.get(code, code)
            question = step.new.by_code.get(new) if new else None
            if question is None or question.level is not was.level or not same_kind(was.type, question.type):
                left.append(code)
                continue
            parts = text.split(SEVERAL_SEPARATOR) if question.type is QuestionType.CHOICES else [text]
            told = _value(parts, choices.get(question.code) or {}, question.codes) if question.codes else parts
            if told:
                carried[question.code] = SEVERAL_SEPARATOR.join(told)
            else:
                left.append(code)
        texts = carried
    return Carried(dict(texts), tuple(left))


def _value(value: Any, renamed: Mapping[str, str | None], allowed: frozenset[str]) -> Any:
    if not allowed:
        return value
    if isinstance(value, list):
        new = [renamed.get(str(one), str(one)) for one in value]
        return list(dict.fromkeys(one for one in new if one in allowed)) or None
    new_one = renamed.get(str(value), str(value))
    return new_one if new_one in allowed else None


_KINDS: Mapping[QuestionType, tuple[type, ...]] = {
    QuestionType.INTEGER: (int,),
    QuestionType.DECIMAL: (int, float),
    QuestionType.BOOLEAN: (bool,),
    QuestionType.CHOICES: (list,),
}


def _fits(value: Any, type_: QuestionType) -> bool:
    """Whether the value is of the new type; a question that changed its type starts anew."""
    if value is None or (isinstance(value, bool) and type_ is not QuestionType.BOOLEAN):
        return False
    return isinstance(value, _KINDS.get(type_, (str,)))


def mapping_sentences(content: Mapping[str, Any], base: Mapping[str, Any] | None = None) -> Iterator[str]:
    """What is wrong with a version's mapping; ``base`` is the content of the version that it starts from."""
    mapping = content.get("mapping") or {}
    if not mapping:
        return
    if not isinstance(mapping.get("from"), str) or not mapping["from"]:
        yield "The mapping does not say from which version."
    asked = {row.get("code"): row for row in content.get("questions") or ()}
    before = {row.get("code"): row for row in (base or {}).get("questions") or ()}
    targets: list[str] = []
    for old, new in (mapping.get("questions") or {}).items():
        if base is not None and old not in before:
            yield f"The mapping renames {old!r}, which the version {mapping['from']} does not ask."
        if new is not None and new not in asked:
            yield f"The mapping renames {old!r} to {new!r}, which this version does not ask."
        targets += [new] if new else []
    for new in sorted({code for code in targets if targets.count(code) > 1}):
        yield f"The mapping gives two answers to {new!r}."
    for new in targets:
        if new in before and (mapping.get("questions") or {}).get(new, new) == new:
            yield f"The mapping gives two answers to {new!r}: its own and another's."
    lists = content.get("choice_lists") or {}
    for code, renamed in (mapping.get("choices") or {}).items():
        raw = asked.get(code)
        if raw is None:
            yield f"The mapping renames choices of {code!r}, which this version does not ask."
            continue
        codes = {choice.get("code") for choice in lists.get(raw.get("choice_list"), raw.get("choices") or ())}
        for old, new in renamed.items():
            if new is not None and new not in codes:
                yield f"The mapping renames {old!r} of {code!r} to {new!r}, which is not among its choices."
