"""The data dictionary of a version: one line for each column that an answer may stand in. Pure: no Django."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.rules import Rule, explain
from registry.intake.columns import (
    CORE_HOUSEHOLD_COLUMNS,
    CORE_PERSON_COLUMNS,
    NO,
    YES,
    Column,
    ColumnType,
    Required,
)
from registry.intake.vocabulary import Level
from registry.questionnaire.version import Question, Questionnaire, QuestionType

HEADER = ("code", "level", "section", "label", "type", "values", "unit", "least", "greatest", "mask", "required",
          "asked_when", "source")  # fmt: skip
_FORMS: Mapping[ColumnType, str] = {
    ColumnType.DATE: "YYYY-MM-DD",
    ColumnType.PARTIAL_DATE: "YYYY-MM-DD, YYYY-MM or YYYY",
    ColumnType.YES_NO: f"{YES}; {NO}",
    ColumnType.COUNTRY: "ISO 3166-1 alpha-3",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One column in words. ``choices`` are codes with their labels; ``source`` is register or questionnaire."""

    code: str
    level: Level
    section: str
    label: str
    type: str
    choices: tuple[tuple[str, str], ...]
    form: str = ""
    unit: str = ""
    least: str = ""
    greatest: str = ""
    mask: str = ""
    required: str = ""
    asked_when: str = ""
    source: str = "questionnaire"

    @property
    def values(self) -> str:
        """What may stand there, in one text."""
        return "; ".join(f"{code}: {label}" if label else code for code, label in self.choices) or self.form

    def row(self) -> tuple[str, ...]:
        """In the order of ``HEADER``."""
        return (
            self.code, str(self.level), self.section, self.label, self.type, self.values, self.unit, self.least,
            self.greatest, self.mask, self.required, self.asked_when, self.source,
        )  # fmt: skip


def entries(version: Questionnaire, language: str = "en") -> tuple[Entry, ...]:
    """Every column of the version, the register's own first, at each level."""
    return tuple(_entries(version, language))


def _entries(version: Questionnaire, language: str) -> Iterator[Entry]:
    headings = {section.code: section.label.get(language) or section.label["en"] for section in version.sections}
    for level, columns in ((Level.HOUSEHOLD, CORE_HOUSEHOLD_COLUMNS), (Level.PERSON, CORE_PERSON_COLUMNS)):
        for column in columns:
            yield _core(column, level)
        for question in version.of(level):
            yield _asked(version, question, headings.get(question.section, ""), language)


def _core(column: Column, level: Level) -> Entry:
    required = {Required.ALWAYS: "always", Required.MEMBERS: "members", Required.NEVER: ""}[column.required]
    choices = tuple((str(code), "") for code in column.choices or ())
    form = _FORMS.get(column.type, f"up to {column.max_length} characters" if column.max_length else "")
    return Entry(
        column.name, level, "", column.meaning, str(column.type), choices, form, required=required, source="register"
    )


def _asked(version: Questionnaire, question: Question, heading: str, language: str) -> Entry:
    words = version.vocabulary(question.level)

    def told(rule: Rule | None) -> str:
        return explain(rule, vocabulary=words) if rule else ""

    forms = {QuestionType.BOOLEAN: f"{YES}; {NO}", QuestionType.DATE: "YYYY-MM-DD"}
    return Entry(
        code=question.code,
        level=question.level,
        section=heading,
        label=question.text(language),
        type=str(question.type),
        choices=tuple((one.code, one.label.get(language) or one.label["en"]) for one in question.choices),
        form=forms.get(question.type, ""),
        unit=question.unit,
        least="" if question.minimum is None else str(question.minimum),
        greatest="" if question.maximum is None else str(question.maximum),
        mask=question.mask,
        required="when asked" if question.required else told(question.required_when),
        asked_when=told(question.relevant_when),
    )
