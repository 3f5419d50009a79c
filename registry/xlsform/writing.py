"""A questionnaire version as the sheets of an XLSForm. Pure: no Django.

What XLSForm cannot say (rules as they were written, checks, units, the mapping) stands in columns and a sheet of our
own, which other tools pass over, so that a form read back gives the same version.

Source: xlsform.org, reference table of question types and columns.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from core.rules import NotSayable, Rule, render_xpath
from registry.intake.vocabulary import Level
from registry.questionnaire import Question, Questionnaire, QuestionType, read
from registry.xlsform import core_rows
from registry.xlsform.core_rows import HOUSEHOLD, MEMBER, MEMBERS, Row

Content = Mapping[str, Any]
TYPES = {
    QuestionType.INTEGER: "integer",
    QuestionType.DECIMAL: "decimal",
    QuestionType.TEXT: "text",
    QuestionType.DATE: "date",
    QuestionType.POINT: "geopoint",
    QuestionType.PHOTO: "image",
}
#: Keys of a question that only the register reads, each in a column of its own.
OWN_KEYS = ("relevant_when", "required_when", "min", "max", "mask", "unit", "place")
SECTION = "section_"
FORM_ID = "household_registration"
YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Sheets:
    """The sheets as rows under their headers."""

    survey: list[Row]
    choices: list[Row]
    settings: list[Row]
    checks: list[Row]

    def by_name(self) -> dict[str, list[Row]]:
        return {name: getattr(self, name) for name in ("survey", "choices", "settings", "checks")}


def sheets_of(content: Content, *, languages: Mapping[str, str]) -> Sheets:
    """The version as an XLSForm; ``languages`` gives the name of each language's code (``{"en": "English"}``).

    Raises:
        QuestionnaireError: the version cannot be read.
    """
    return _Writer(content, languages).sheets()


def spread(key: str, texts: Mapping[str, str], languages: Mapping[str, str]) -> Row:
    """A text for each language under XLSForm's headers."""
    return {header(key, language, languages): text for language, text in texts.items() if text}


def header(key: str, language: str, languages: Mapping[str, str]) -> str:
    return f"{key}::{languages.get(language, language)} ({language})"


class _Writer:
    def __init__(self, content: Content, languages: Mapping[str, str]) -> None:
        self._content = content
        self._version: Questionnaire = read(content)
        self._languages = languages
        self._english = header("label", "en", languages)

    def sheets(self) -> Sheets:
        label = self._content.get("label") or {}
        settings = {
            "form_title": label.get("en") or f"Questionnaire {self._version.code}",
            "form_id": FORM_ID,
            "version": self._version.code,
            "default_language": header("", "en", self._languages).removeprefix("::"),
            "registry_about": json.dumps(
                {
                    key: self._content[key]
                    for key in ("label", "mapping", "valid_from", "source")
                    if key in self._content
                },
                ensure_ascii=False,
                sort_keys=True,
            ),
        }
        return Sheets(self._survey(), self._choices(), [settings], self._checks())

    def _survey(self) -> list[Row]:
        english = self._english
        rows: list[Row] = [{"type": "start", "name": "started_at"}, {"type": "deviceid", "name": "device"}]
        rows.append({"type": "begin group", "name": HOUSEHOLD, english: "Household"})
        rows += core_rows.household_rows(english)
        rows += self._sections(Level.HOUSEHOLD)
        rows.append({"type": "end group", "name": HOUSEHOLD})
        rows.append({"type": "begin repeat", "name": MEMBERS, english: "Member"})
        rows += core_rows.person_rows(english)
        rows += self._sections(Level.PERSON)
        rows.append({"type": "end repeat", "name": MEMBERS})
        return rows

    def _sections(self, level: Level) -> list[Row]:
        rows: list[Row] = []
        for section in self._version.sections:
            asked = [one for one in self._version.of(level) if one.section == section.code]
            if section.level is not level:
                continue
            name = f"{SECTION}{section.code}"
            rows.append({"type": "begin group", "name": name} | spread("label", section.label, self._languages))
            if level is Level.PERSON:
                rows[-1]["relevant"] = MEMBER
            if not asked:  # a group must hold something
                rows.append({"type": "note", "name": f"{name}_empty", self._english: "Nothing is asked here."})
            rows += [self._question(one) for one in asked]
            rows.append({"type": "end group", "name": name})
        return rows

    def _question(self, question: Question) -> Row:
        raw = next(raw for raw in self._content["questions"] if raw["code"] == question.code)
        row: Row = {"type": self._type(question, raw), "name": question.code}
        row |= spread("label", question.label, self._languages) | spread("hint", question.hint, self._languages)
        notes: list[str] = []
        if question.relevant_when:
            row["relevant"] = self._xpath(question.relevant_when, notes, relevance=True)
        if question.required:
            row["required"] = "yes"
        elif question.required_when:
            row["required"] = self._xpath(question.required_when, notes, relevance=False)
        row |= constraint_of(question)
        row |= {f"registry_{key}": str(raw[key]) for key in OWN_KEYS if raw.get(key) not in (None, "")}
        if notes:
            row["registry_note"] = " ".join(notes)
        return {key: value for key, value in row.items() if value != ""}

    def _type(self, question: Question, raw: Mapping[str, Any]) -> str:
        if question.type is QuestionType.BOOLEAN:
            return f"select_one {YES_NO}"
        if question.type in (QuestionType.CHOICE, QuestionType.CHOICES):
            several = question.type is QuestionType.CHOICES
            return f"select_{'multiple' if several else 'one'} {list_name(raw)}"
        return TYPES[question.type]

    def _xpath(self, rule: Rule, notes: list[str], *, relevance: bool) -> str:
        said, note = xpath_of(rule, self._version, relevance=relevance)
        notes += [note] if note else []
        return said

    def _choices(self) -> list[Row]:
        rows = core_rows.core_choices(self._english)
        written: set[str] = set()
        for raw in self._content.get("questions") or ():
            choices = self._version.by_code[raw["code"]].choices
            name = list_name(raw)
            if not choices or name in written:
                continue
            written.add(name)
            rows += [
                {"list_name": name, "name": one.code} | spread("label", one.label, self._languages) for one in choices
            ]
        return rows

    def _checks(self) -> list[Row]:
        return [
            {key: raw[key] for key in ("code", "level", "severity", "must", "path") if raw.get(key)}
            | spread("message", raw["message"], self._languages)
            for raw in self._content.get("checks") or ()
        ]


def list_name(raw: Mapping[str, Any]) -> str:
    """The name of a question's choices: shared lists keep theirs, others are called after the question."""
    return f"shared_{raw['choice_list']}" if raw.get("choice_list") else f"own_{raw['code']}"


def xpath_of(rule: Rule, version: Questionnaire, *, relevance: bool) -> tuple[str, str]:
    """The rule for the form and nothing, or nothing and why it is left to the server.

    An undetermined question is relevant and not required (docs/questionnaire.md).
    """
    references = core_rows.references() | {one.code: f"${{{one.code}}}" for one in version.questions}
    try:
        said = render_xpath(rule, references=references)
    except NotSayable as error:
        word = "Asked always" if relevance else "Never required"
        return "", f"{word} in this form; the server decides: {rule.canonical}. {error}"
    return (f"not({said.fails})" if relevance else said.holds), ""


def constraint_of(question: Question) -> Row:
    """Range and mask as a constraint. Masks are written in Java's dialect too, so a simple one means the same."""
    parts = []
    if question.minimum is not None:
        parts.append(f". >= {question.minimum}")
    if question.maximum is not None:
        parts.append(f". <= {question.maximum}")
    if question.mask and "'" not in question.mask:
        parts.append(f"regex(., '^({question.mask})$')")
    if not parts:
        return {}
    span = " to ".join(str(one) for one in (question.minimum, question.maximum) if one is not None)
    message = f"Possible: {span}." if span else "This is not in the form that the question asks for."
    return {"constraint": " and ".join(parts), "constraint_message": message}


def to_xlsx(sheets: Mapping[str, Sequence[Row]]) -> bytes:
    """A workbook with a sheet for each name; every cell is text, so that nothing is taken for a formula or number."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            headers = list(dict.fromkeys(key for row in rows for key in row))
            sheet.write_row(0, 0, headers, bold)
            sheet.freeze_panes(1, 0)
            for line, row in enumerate(rows, start=1):
                for place, key in enumerate(headers):
                    if key in row:
                        sheet.write_string(line, place, str(row[key]))
    return out.getvalue()
