"""One version of the questionnaire as typed data: questions, checks, and the words that its rules may use.

Pure: no Django. Whatever is wrong with a version is found when it is read, not when a household arrives.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any

from core.rules import Rule, RuleError, Symbol, Type, Vocabulary, parse
from registry.intake.issues import Severity
from registry.intake.vocabulary import CORE_NAMES, CoreName, Level, NameType


class QuestionnaireError(Exception):
    """This questionnaire version contradicts itself or uses what the rules language has not."""


class QuestionType(StrEnum):
    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"
    DATE = "date"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"
    POINT = "point"
    PHOTO = "photo"


_RULE_TYPES = {
    QuestionType.INTEGER: Type.INTEGER,
    QuestionType.DECIMAL: Type.DECIMAL,
    QuestionType.TEXT: Type.TEXT,
    QuestionType.DATE: Type.DATE,
    QuestionType.BOOLEAN: Type.BOOLEAN,
    QuestionType.CHOICE: Type.CHOICE,
    QuestionType.CHOICES: Type.CHOICES,
}


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    level: Level
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One question. ``relevant`` and ``required_when`` are rules; without a rule it is always relevant."""

    code: str
    level: Level
    section: str
    type: QuestionType
    label: Mapping[str, str]
    hint: Mapping[str, str]
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    mask: str = ""
    required: bool = False
    required_when: Rule | None = None
    relevant_when: Rule | None = None
    place: bool = False

    @property
    def tells_place(self) -> bool:
        """Whether the answer tells where somebody lives, so that it goes where a protected address goes."""
        return self.place or self.type is QuestionType.POINT

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(choice.code for choice in self.choices)

    def text(self, language: str = "en") -> str:
        return self.label.get(language) or self.label["en"]


@dataclass(frozen=True, slots=True)
class Check:
    """A rule that holds when the record is in order; it fires where the rule is false, not where undetermined."""

    code: str
    level: Level
    severity: Severity
    must: Rule
    message: Mapping[str, str]
    path: str


# Not a dataclass with slots: the vocabularies are computed once, when first asked for.
@dataclass(frozen=True)
class Questionnaire:
    code: str
    sections: tuple[Section, ...]
    questions: tuple[Question, ...]
    checks: tuple[Check, ...]

    def __hash__(self) -> int:
        return hash(self.code)  # what is compiled of a version is remembered under it

    def of(self, level: Level) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.level == level)

    @cached_property
    def by_code(self) -> dict[str, Question]:
        return {question.code: question for question in self.questions}

    def vocabulary(self, level: Level) -> Vocabulary:
        """The words that rules of this level may use; person rules may use all."""
        return vocabulary(self.questions, level)


def vocabulary(questions: tuple[Question, ...], level: Level) -> Vocabulary:
    """Core names and question codes as the rules language wants them."""
    wanted = (Level.HOUSEHOLD,) if level is Level.HOUSEHOLD else (Level.HOUSEHOLD, Level.PERSON)
    symbols = {name.name: _core_symbol(name) for name in CORE_NAMES if name.level in wanted}
    for question in questions:
        if question.level in wanted and question.type in _RULE_TYPES:
            coded = question.type in (QuestionType.CHOICE, QuestionType.CHOICES)
            symbols[question.code] = Symbol(
                type=_RULE_TYPES[question.type],
                choices=question.codes if coded else None,
                label=question.text(),
                choice_labels={choice.code: choice.label.get("en", choice.code) for choice in question.choices},
            )
    return Vocabulary(symbols)


def _core_symbol(name: CoreName) -> Symbol:
    if name.choices is not None:
        return Symbol(type=Type.CHOICE, choices=frozenset(name.choices), label=name.meaning)
    kinds = {NameType.INTEGER: Type.INTEGER, NameType.BOOLEAN: Type.BOOLEAN, NameType.TEXT: Type.TEXT}
    return Symbol(type=kinds[name.type], label=name.meaning)


#: Checks that hold for every questionnaire, since the register's own constraints stand on them. A version may say
#: them in its own words under the same code, and no more gently.
CORE_CHECKS: tuple[dict[str, Any], ...] = (
    {
        "code": "reference_one",
        "level": "household",
        "severity": "error",
        "must": "reference_persons <= 1",
        "message": {"en": "A household has one reference person; this one names more than one."},
        "path": "relationship",
    },
    {
        "code": "reference_none",
        "level": "household",
        "severity": "warning",
        "must": "reference_persons >= 1",
        "message": {"en": "Nobody is named as the reference person."},
        "path": "relationship",
    },
    {
        "code": "reference_child",
        "level": "household",
        "severity": "warning",
        "must": "reference_age >= 16",
        "message": {"en": "The reference person is a child."},
        "path": "birth_date",
    },
    {
        "code": "reference_absent",
        "level": "household",
        "severity": "warning",
        "must": "reference_present",
        "message": {"en": "The reference person does not live here now."},
        "path": "residence",
    },
    {
        "code": "names_repeated",
        "level": "household",
        "severity": "warning",
        "must": "repeated_names = 0",
        "message": {"en": "Two members of this household bear the same name. Is one of them listed twice?"},
        "path": "given_names",
    },
    {
        "code": "age_possible",
        "level": "person",
        "severity": "error",
        "must": "age between 0 and 120",
        "message": {"en": "The age that follows from the birth date is not between 0 and 120."},
        "path": "birth_date",
    },
    {
        "code": "reference_counts",
        "level": "person",
        "severity": "error",
        "must": "relationship <> 'reference' or membership = 'member'",
        "message": {"en": "The reference person must be a member of this household."},
        "path": "membership",
    },
)


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def read(content: Mapping[str, Any]) -> Questionnaire:
    """The version that ``content`` describes (the shape of docs/questionnaire.md); the last few are remembered.

    Raises:
        QuestionnaireError: a code stands twice, a choice list is missing, or a rule is refused.
    """
    return _read(_Content(content, digest_of(content)))


class _Content:
    """A version's content as a key: two of the same digest are the same."""

    def __init__(self, content: Mapping[str, Any], digest: str) -> None:
        self.content, self.digest = content, digest

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Content) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


@lru_cache(maxsize=8)
def _read(key: _Content) -> Questionnaire:
    content = key.content
    lists = content.get("choice_lists") or {}
    plain = tuple(_question(raw, lists) for raw in content.get("questions") or ())
    _once("question", [question.code for question in plain])
    words = {level: vocabulary(plain, level) for level in Level}
    questions = tuple(
        _with_rules(question, raw, words) for question, raw in zip(plain, content["questions"], strict=True)
    )
    checks = tuple(_check(raw, words) for raw in _merged(content.get("checks") or []))
    _once("check", [check.code for check in checks])
    sections = tuple(Section(raw["code"], Level(raw["level"]), raw["label"]) for raw in content.get("sections") or ())
    return Questionnaire(code=str(content["version"]), sections=sections, questions=questions, checks=checks)


def _merged(own: list[dict[str, Any]]) -> list[dict[str, Any]]:
    by_code = {raw["code"]: raw for raw in own}
    core = [raw for raw in CORE_CHECKS if raw["code"] not in by_code]
    for raw in CORE_CHECKS:
        said = by_code.get(raw["code"])
        if said and raw["severity"] == "error" and (said["severity"], said["must"]) != ("error", raw["must"]):
            raise QuestionnaireError(f"The check {raw['code']!r} is the register's own and may only be worded anew.")
    return [*core, *own]


def _once(what: str, codes: list[str]) -> None:
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise QuestionnaireError(f"The {what} {twice[0]!r} stands twice.")


def _question(raw: Mapping[str, Any], lists: Mapping[str, Any]) -> Question:
    choices = raw.get("choices") or ()
    if name := raw.get("choice_list"):
        if name not in lists:
            raise QuestionnaireError(
                f"The question {raw['code']!r} names the choice list {name!r}, which is not there."
            )
        choices = lists[name]
    type_ = QuestionType(raw["type"])
    if type_ in (QuestionType.CHOICE, QuestionType.CHOICES) and not choices:
        raise QuestionnaireError(f"The question {raw['code']!r} has no choices.")
    return Question(
        code=raw["code"],
        level=Level(raw["level"]),
        section=raw.get("section", ""),
        type=type_,
        label=raw["label"],
        hint=raw.get("hint") or {},
        choices=tuple(Choice(item["code"], item["label"]) for item in choices),
        unit=raw.get("unit", ""),
        minimum=None if raw.get("min") is None else Decimal(str(raw["min"])),
        maximum=None if raw.get("max") is None else Decimal(str(raw["max"])),
        mask=raw.get("mask", ""),
        required=bool(raw.get("required")),
        place=bool(raw.get("place")),
    )


def _with_rules(question: Question, raw: Mapping[str, Any], by_level: Mapping[Level, Vocabulary]) -> Question:
    if not (raw.get("required_when") or raw.get("relevant_when")):
        return question
    words = by_level[question.level]
    where = f"question {question.code!r}"
    return replace(
        question,
        required_when=_rule(raw.get("required_when"), words, where),
        relevant_when=_rule(raw.get("relevant_when"), words, where),
    )


def _check(raw: Mapping[str, Any], by_level: Mapping[Level, Vocabulary]) -> Check:
    level = Level(raw["level"])
    rule = _rule(raw["must"], by_level[level], f"check {raw['code']!r}")
    assert rule is not None
    return Check(raw["code"], level, Severity(raw["severity"]), rule, raw["message"], raw.get("path", ""))


def _rule(source: str | None, words: Vocabulary, where: str) -> Rule | None:
    if not source:
        return None
    try:
        return parse(source, vocabulary=words, expects=Type.BOOLEAN)
    except RuleError as error:
        raise QuestionnaireError(f"The rule of {where} is refused: {error}") from error
