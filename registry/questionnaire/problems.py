"""Everything that is wrong with a version, in sentences addressed to where it stands. Pure: no Django.

``registry.questionnaire.read`` stops at the first trouble; here a person who edits a draft sees all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from core.rules import RuleError, Type, Vocabulary, explain, parse
from core.rules.vocabulary import FUNCTIONS, KEYWORDS, NAME
from registry.intake.columns import (
    CORE_HOUSEHOLD_COLUMNS,
    CORE_PERSON_COLUMNS,
    FILE_HOUSEHOLD_COLUMNS,
    FILE_PERSON_COLUMNS,
)
from registry.intake.vocabulary import CORE_NAMES, Level
from registry.questionnaire.carrying import mapping_sentences
from registry.questionnaire.version import (
    Question,
    QuestionnaireError,
    QuestionType,
    _question,
    read,
    vocabulary,
)

VERSION_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z")
CHOICE_CODE = re.compile(r"[A-Za-z0-9_-]{1,63}\Z")
_COLUMNS = frozenset(
    column.name
    for column in (
        *CORE_HOUSEHOLD_COLUMNS,
        *CORE_PERSON_COLUMNS,
        *FILE_HOUSEHOLD_COLUMNS,
        *FILE_PERSON_COLUMNS,
    )
)
_OWN = frozenset(name.name for name in CORE_NAMES) | _COLUMNS
_NUMBERS = ("integer", "decimal")
_CODED = ("choice", "choices")
SEVERITIES = ("error", "warning")
# Forms for devices read it as the answer of another question; here words are the same for everybody.
_REFERENCE = "${"
_NO_REFERENCE = "These words hold ${, which would name another question's answer. Write them without."


@dataclass(frozen=True, slots=True)
class Problem:
    """One trouble. ``kind`` is version, section, question, check or mapping; ``field`` the key that it stands under."""

    kind: str
    code: str
    field: str
    sentence: str


def problems(content: Mapping[str, Any]) -> tuple[Problem, ...]:
    """All troubles of a version, in the order of its parts; none means that it can be published."""
    found = [*_version(content), *_sections(content)]
    for raw in content.get("questions") or ():
        found += question_problems(content, raw)
    for raw in content.get("checks") or ():
        found += check_problems(content, raw)
    found += _mapping(content)
    if not found:
        try:
            read(content)
        except (QuestionnaireError, KeyError, ValueError) as error:
            found.append(Problem("version", "", "", str(error)))
    return tuple(found)


def words_of(content: Mapping[str, Any], level: Level) -> Vocabulary:
    """The words that rules of a level may use; questions that cannot be read are left out."""
    return vocabulary(tuple(_readable(content)), level)


def rule_sentence(source: str, words: Vocabulary) -> str:
    """What is wrong with a condition, or nothing."""
    try:
        parse(source, vocabulary=words, expects=Type.BOOLEAN)
    except RuleError as error:
        return str(error)
    return ""


def in_words(source: str, words: Vocabulary) -> str:
    """A condition in plain words; one that is refused stands as it was written, with the reason."""
    try:
        return explain(parse(source, vocabulary=words, expects=Type.BOOLEAN), vocabulary=words)
    except RuleError as error:
        return f"{source} — {error}"


def question_problems(content: Mapping[str, Any], raw: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with one question of ``content``."""
    code = str(raw.get("code", ""))
    told = [Problem("question", code, field, sentence) for field, sentence in _question_sentences(content, raw)]
    level = raw.get("level")
    if level in tuple(Level):
        words = words_of(content, Level(level))
        for field in ("relevant_when", "required_when"):
            if raw.get(field) and (sentence := rule_sentence(str(raw[field]), words)):
                told.append(Problem("question", code, field, sentence))
            elif raw.get(field) and code in parse(str(raw[field]), vocabulary=words, expects=Type.BOOLEAN).names:
                told.append(Problem("question", code, field, "The rule asks for the answer of its own question."))
    return told


def _question_sentences(content: Mapping[str, Any], raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    code, type_ = str(raw.get("code", "")), raw.get("type")
    yield from (("code", sentence) for sentence in [code_sentence(code)] if sentence)
    if [row.get("code") for row in content.get("questions") or ()].count(code) > 1:
        yield "code", f"The code {code!r} stands for two questions."
    if raw.get("level") not in tuple(Level):
        yield "level", "A question is about the household or about a person."
    section = next((row for row in content.get("sections") or () if row.get("code") == raw.get("section")), None)
    if section is None:
        yield "section", f"There is no section {raw.get('section', '')!r}."
    elif section.get("level") != raw.get("level"):
        yield "section", f"The section {section['code']!r} is not asked at this level."
    if type_ not in tuple(QuestionType):
        yield "type", f"{type_!r} is not a type of question."
    if not (raw.get("label") or {}).get("en"):
        yield "label", "The question has no words in English."
    for field in ("label", "hint"):
        if _refers(raw.get(field)):
            yield field, _NO_REFERENCE
    if type_ in _CODED:
        yield from _choices(content, raw)
    elif raw.get("choices") or raw.get("choice_list"):
        yield "choices", "Only questions with choices have a list of them."
    yield from _limits(raw)


def code_sentence(code: str) -> str:
    """What is wrong with a question's code, or nothing."""
    if not NAME.match(code):
        return "A code begins with a letter and holds only a to z, 0 to 9 and _ (at most 63 characters)."
    if code in KEYWORDS or code in FUNCTIONS:
        return f"{code!r} is a word of the rules language."
    if code in _OWN or code.startswith("registry_"):  # the form of phones has names of its own that begin so
        return f"{code!r} is a name of the register itself."
    return ""


def _choices(content: Mapping[str, Any], raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    named = raw.get("choice_list")
    lists = content.get("choice_lists") or {}
    if named and named not in lists:
        yield "choices", f"There is no choice list {named!r}."
        return
    choices = lists[named] if named else raw.get("choices") or []
    if not choices:
        yield "choices", "The question has no choices."
    codes = [str(choice.get("code", "")) for choice in choices]
    for code in dict.fromkeys(codes):
        if not CHOICE_CODE.match(code):
            yield "choices", f"The choice {code!r} may hold only letters, digits, _ and - (at most 63)."
        if codes.count(code) > 1:
            yield "choices", f"The choice {code!r} stands twice."
    for choice in choices:
        if not (choice.get("label") or {}).get("en"):
            yield "choices", f"The choice {choice.get('code', '')!r} has no words in English."
        if _refers(choice.get("label")):
            yield "choices", f"The choice {choice.get('code', '')!r}: {_NO_REFERENCE}"


def _refers(words: Mapping[str, str] | None) -> bool:
    return any(_REFERENCE in text for text in (words or {}).values())


def _limits(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    limits: dict[str, Decimal] = {}
    for field in ("min", "max"):
        if raw.get(field) is None:
            continue
        if raw.get("type") not in _NUMBERS:
            yield field, "Only numbers have a least and a greatest value."
            return
        try:
            limits[field] = Decimal(str(raw[field]))
        except InvalidOperation:
            yield field, "This is not a number."
    if len(limits) == 2 and limits["min"] > limits["max"]:
        yield "max", "The greatest value is less than the least."
    if raw.get("mask"):
        if raw.get("type") != "text":
            yield "mask", "Only texts have a mask."
        try:
            re.compile(str(raw["mask"]))
        except re.error as error:
            yield "mask", f"This mask is not a regular expression: {error}."
    if raw.get("place") not in (None, True, False):
        yield "place", "Whether an answer tells a place is yes or no."


def check_problems(content: Mapping[str, Any], raw: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with one check of ``content``."""
    code = str(raw.get("code", ""))
    told: list[tuple[str, str]] = []
    if not NAME.match(code):
        told.append(("code", "A code begins with a letter and holds only a to z, 0 to 9 and _."))
    if [row.get("code") for row in content.get("checks") or ()].count(code) > 1:
        told.append(("code", f"The code {code!r} stands for two checks."))
    if raw.get("severity") not in SEVERITIES:
        told.append(("severity", "A check gives an error or a warning."))
    if not (raw.get("message") or {}).get("en"):
        told.append(("message", "The check has no message in English."))
    if _refers(raw.get("message")):
        told.append(("message", _NO_REFERENCE))
    if raw.get("level") not in tuple(Level):
        told.append(("level", "A check is about the household or about a person."))
    elif sentence := rule_sentence(str(raw.get("must") or ""), words_of(content, Level(raw["level"]))):
        told.append(("must", sentence))
    asked = {row.get("code") for row in content.get("questions") or ()}
    if raw.get("path") and raw["path"] not in asked | _COLUMNS:
        told.append(("path", f"{raw['path']!r} is neither a question nor a column of the register."))
    return [Problem("check", code, field, sentence) for field, sentence in told]


def _version(content: Mapping[str, Any]) -> list[Problem]:
    if VERSION_CODE.match(str(content.get("version", ""))):
        return []
    sentence = "The version's code holds letters, digits, dots and hyphens (at most 40)."
    return [Problem("version", str(content.get("version", "")), "version", sentence)]


def _sections(content: Mapping[str, Any]) -> list[Problem]:
    found = []
    codes = [str(row.get("code", "")) for row in content.get("sections") or ()]
    for row in content.get("sections") or ():
        code = str(row.get("code", ""))
        for field, wrong, sentence in (
            ("code", not NAME.match(code), "A code begins with a letter and holds only a to z, 0 to 9 and _."),
            ("code", codes.count(code) > 1, f"The code {code!r} stands for two sections."),
            ("level", row.get("level") not in tuple(Level), "A section is about the household or about a person."),
            ("label", not (row.get("label") or {}).get("en"), "The section has no heading in English."),
            ("label", _refers(row.get("label")), _NO_REFERENCE),
        ):
            if wrong:
                found.append(Problem("section", code, field, sentence))
    return found


def _mapping(content: Mapping[str, Any]) -> list[Problem]:
    return [Problem("mapping", "", "mapping", sentence) for sentence in mapping_sentences(content)]


def _readable(content: Mapping[str, Any]) -> Iterator[Question]:
    lists, seen = content.get("choice_lists") or {}, set()
    for raw in content.get("questions") or ():
        try:
            question = _question(raw, lists)
        except (QuestionnaireError, KeyError, ValueError, InvalidOperation, TypeError):
            continue
        if question.code not in seen and not code_sentence(question.code) and "en" in question.label:
            seen.add(question.code)
            yield question
