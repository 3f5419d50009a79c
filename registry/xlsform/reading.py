"""Reading an XLSForm into the content of a draft. Pure: no Django.

A form that this register wrote gives the same version. Where a rule's XPath was changed in the sheet, the sheet counts;
another's form is translated as far as the rules language goes, and ``notes`` say what was left out.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from core.rules import RuleError, Type, parse
from registry.intake.vocabulary import Level
from registry.questionnaire import QuestionnaireError, read
from registry.questionnaire.problems import words_of
from registry.xlsform import core_rows
from registry.xlsform.core_rows import HOUSEHOLD, MEMBER, Row
from registry.xlsform.translating import Untranslatable, limits_of, to_rule
from registry.xlsform.writing import SECTION, TYPES, YES_NO, constraint_of, xpath_of

MOST_BYTES, MOST_UNPACKED, MOST_ROWS, MOST_COLUMNS = 5 << 20, 100 << 20, 5_000, 200
_TYPES = {name: type_.value for type_, name in TYPES.items()} | {"int": "integer", "string": "text", "photo": "photo"}
_PASSED_OVER = frozenset(
    ["start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit", "calculate", "note", "hidden",
     "start-geopoint", "subscriberid", "simserial"]
)  # fmt: skip
_LANGUAGE = re.compile(r"\s*(?:.*\()?([A-Za-z-]{2,8})\)?\s*\Z")


class XLSFormError(Exception):
    """This file cannot be read as an XLSForm."""


@dataclass(frozen=True, slots=True)
class Read:
    """The content of a draft, and what could not be carried into it, in sentences."""

    content: dict[str, Any]
    notes: tuple[str, ...]


def read_xlsform(file: bytes, *, code: str = "") -> Read:
    """The version that an XLSForm file describes; ``code`` is its version where the file names none.

    Raises:
        XLSFormError: it is no workbook, is too large, or its sheets lack what an XLSForm needs.
    """
    return read_rows(_rows(file), code=code)


def read_rows(sheets: Mapping[str, Sequence[Row]], *, code: str = "") -> Read:
    """As ``read_xlsform``, of sheets already opened."""
    if not sheets.get("survey"):
        raise XLSFormError("The workbook has no sheet 'survey', or nothing stands on it.")
    return _Reader(sheets, code).read()


def _rows(file: bytes) -> dict[str, list[Row]]:
    if len(file) > MOST_BYTES:
        raise XLSFormError("This file is larger than 5 MB; a form is much smaller.")
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            if sum(item.file_size for item in archive.infolist()) > MOST_UNPACKED:
                raise XLSFormError("This workbook unpacks to more than 100 MB; a form is much smaller.")
            if any(item.filename.lower().endswith("vbaproject.bin") for item in archive.infolist()):
                raise XLSFormError("This workbook holds macros. Save it as a plain .xlsx file.")
        book = load_workbook(io.BytesIO(file), read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise XLSFormError("This is not an XLSX workbook. Save the form as .xlsx and choose that file.") from error
    names = {name.strip().lower(): name for name in book.sheetnames}
    return {key: list(_sheet(book[names[key]])) for key in ("survey", "choices", "settings", "checks") if key in names}


def _sheet(sheet: Any) -> Iterator[Row]:
    lines = sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS)
    headers = [_text(cell) for cell in next(lines, ())]
    for line in lines:
        row = {name: _text(cell) for name, cell in zip(headers, line, strict=False) if name and _text(cell)}
        if row:
            yield row


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


@dataclass
class _Place:
    """Where the reading is: the level, the section, and the conditions of the groups around."""

    level: Level = Level.HOUSEHOLD
    section: str = ""
    relevant: list[str] = field(default_factory=list)


class _Reader:
    def __init__(self, sheets: Mapping[str, Sequence[Row]], code: str) -> None:
        self._sheets = sheets
        self._settings: Row = dict(next(iter(sheets.get("settings") or ()), {}))
        self._notes: list[str] = []
        self._content: dict[str, Any] = self._about(code)
        self._rules: list[tuple[dict[str, Any], Row, list[str]]] = []

    def read(self) -> Read:
        self._walk()
        self._lists()
        for question, row, _around in self._rules:
            self._limits(question, row)
        self._own_rules()
        for question, row, around in self._rules:
            self._translated(question, row, around)
        self._content["checks"] = [self._check(row) for row in self._sheets.get("checks") or () if row.get("code")]
        return Read(self._content, tuple(self._notes))

    def _about(self, code: str) -> dict[str, Any]:
        try:
            about = json.loads(self._settings.get("registry_about") or "{}")
        except ValueError:
            about = {}
        about = {key: about[key] for key in ("label", "mapping", "valid_from", "source") if key in about}
        about.setdefault("label", {"en": self._settings.get("form_title") or "Questionnaire"})
        version = code or self._settings.get("version") or "draft"
        return {"version": version} | about | {"sections": [], "questions": [], "checks": []}

    # -- the survey

    def _walk(self) -> None:
        places = [_Place()]
        for row in self._sheets["survey"]:
            type_ = (
                " ".join(row.get("type", "").replace("_", " ", 1).split()) if _is_frame(row) else row.get("type", "")
            )
            if type_ in ("begin group", "begin repeat"):
                places.append(self._opened(type_, row, places[-1]))
            elif type_ in ("end group", "end repeat"):
                if len(places) > 1:
                    places.pop()
            elif type_:
                self._asked(type_, row, places[-1])

    def _opened(self, type_: str, row: Row, around: _Place) -> _Place:
        name = row.get("name", "")
        level = Level.PERSON if type_ == "begin repeat" else around.level
        relevant = [*around.relevant, *([row["relevant"]] if row.get("relevant") not in (None, MEMBER) else [])]
        if type_ == "begin repeat" or name == HOUSEHOLD:
            return _Place(level, "", relevant)
        code = name.removeprefix(SECTION)
        self._section(code, level, _texts("label", row) or {"en": code})
        return _Place(level, code, relevant)

    def _section(self, code: str, level: Level, label: dict[str, str]) -> None:
        if all(section["code"] != code for section in self._content["sections"]):
            self._content["sections"].append({"code": code, "level": str(level), "label": label})

    def _asked(self, type_: str, row: Row, place: _Place) -> None:
        name = row.get("name", "")
        word, _space, listed = type_.partition(" ")
        if name in core_rows.core_names() or word in _PASSED_OVER:
            return
        section = place.section or ("general" if place.level is Level.HOUSEHOLD else "member")
        known = _TYPES.get(word) or self._coded(word, listed)
        if known is None:
            self._notes.append(f"{name}: questions of the type {type_!r} are not known here; it was left out.")
            return
        if not place.section:
            self._section(section, place.level, {"en": section.capitalize()})
        question: dict[str, Any] = {
            "code": name, "level": str(place.level), "section": section, "type": known,
            "label": _texts("label", row) or {"en": name},
        }  # fmt: skip
        if hint := _texts("hint", row):
            question["hint"] = hint
        if known in ("choice", "choices"):
            question["choice_list"] = listed.split()[0]
        self._content["questions"].append(question)
        self._rules.append((question, row, place.relevant))

    def _coded(self, word: str, listed: str) -> str | None:
        if word == "select_one":
            return "boolean" if listed.split()[:1] == [YES_NO] else "choice"
        return "choices" if word == "select_multiple" else None

    # -- choices

    def _lists(self) -> None:
        lists: dict[str, list[dict[str, Any]]] = {}
        for row in self._sheets.get("choices") or ():
            name = row.get("list_name") or row.get("list name") or ""
            lists.setdefault(name, []).append(
                {"code": row.get("name", ""), "label": _texts("label", row) or {"en": row.get("name", "")}}
            )
        shared: dict[str, Any] = {}
        for question in self._content["questions"]:
            name = question.pop("choice_list", None)
            if name is None:
                continue
            if name not in lists:
                raise XLSFormError(
                    f"The question {question['code']!r} names the choice list {name!r}, which is not there."
                )
            if name.startswith("own_"):
                question["choices"] = lists[name]
            else:
                question["choice_list"] = name.removeprefix("shared_")
                shared[question["choice_list"]] = lists[name]
        if shared:
            self._content["choice_lists"] = shared

    # -- limits and rules

    def _limits(self, question: dict[str, Any], row: Row) -> None:
        if row.get("registry_place", "").lower() in ("true", "yes"):
            question["place"] = True
        for key in ("min", "max", "mask", "unit"):
            if value := row.get(f"registry_{key}"):
                question[key] = json.loads(value) if key in ("min", "max") and _is_number(value) else value
        said = row.get("constraint", "")
        if said == _constraint(question):
            return
        for key in ("min", "max", "mask"):
            question.pop(key, None)
        found = limits_of(said, numeric=question["type"] in ("integer", "decimal"))
        if found is None:
            self._notes.append(f"{question['code']}: the constraint {said!r} has no counterpart here; write a check.")
        else:
            question |= found

    def _own_rules(self) -> None:
        """The rules as they were written, where the sheet still says the same."""
        for question, row, _around in self._rules:
            if row.get("required", "").lower() in ("yes", "true", "true()"):
                question["required"] = True
            for key in ("relevant_when", "required_when"):
                if value := row.get(f"registry_{key}"):
                    question[key] = value
        try:
            version = read(self._content)
        except (QuestionnaireError, KeyError, ValueError):
            version = None
        for question, row, _around in self._rules:
            for key, column in (("relevant_when", "relevant"), ("required_when", "required")):
                if key not in question:
                    continue
                rule = getattr(version.by_code[question["code"]], key) if version else None
                if rule is None or version is None:
                    del question[key]
                    continue
                said, _note = xpath_of(rule, version, relevance=key == "relevant_when")
                same = row.get(column, "") == said or (key == "required_when" and bool(question.get("required")))
                if not same:
                    del question[key]

    def _translated(self, question: dict[str, Any], row: Row, around: list[str]) -> None:
        level = Level(question["level"])
        if "relevant_when" not in question:
            said = [*around, *([row["relevant"]] if row.get("relevant") else [])]
            self._put(question, "relevant_when", said, level)
        if "required_when" not in question and not question.get("required") and row.get("required", "").lower() not in (
            "", "no", "false", "false()",
        ):  # fmt: skip
            self._put(question, "required_when", [row["required"]], level)

    def _put(self, question: dict[str, Any], key: str, said: list[str], level: Level) -> None:
        if not said:
            return
        words = words_of(self._content, level)
        try:
            source = " and ".join(f"({to_rule(one, words)})" for one in said)
            question[key] = parse(source, vocabulary=words, expects=Type.BOOLEAN).canonical
        except (Untranslatable, RuleError) as error:
            column = "relevant" if key == "relevant_when" else "required"
            self._notes.append(f"{question['code']}: {column} {' and '.join(said)!r} was left out: {error}")

    def _check(self, row: Row) -> dict[str, Any]:
        check = {key: row[key] for key in ("code", "level", "severity", "must", "path") if row.get(key)}
        return check | {"message": _texts("message", row)}


def _is_frame(row: Row) -> bool:
    return row.get("type", "").replace("_", " ").strip().startswith(("begin ", "end "))


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) is not None


def _texts(key: str, row: Row) -> dict[str, str]:
    """A text in each language, from ``label``, ``label::English (en)`` or ``label:en``."""
    found: dict[str, str] = {}
    for name, text in row.items():
        head, colon, language = name.partition(":")
        if head.strip() != key:
            continue
        match = _LANGUAGE.match(language.lstrip(":"))
        code = match[1].lower() if colon and match else "en"
        found.setdefault("en" if code == "english" else code, text)
    if found and "en" not in found:
        found = {"en": next(iter(found.values()))} | found
    return found


def _constraint(question: dict[str, Any]) -> str:
    from decimal import Decimal

    from registry.questionnaire import Question, QuestionType

    limits = {key: None if question.get(key) is None else Decimal(str(question[key])) for key in ("min", "max")}
    plain = Question(
        code="x", level=Level.HOUSEHOLD, section="", type=QuestionType.TEXT, label={}, hint={},
        minimum=limits["min"], maximum=limits["max"], mask=question.get("mask", ""),
    )  # fmt: skip
    return str(constraint_of(plain).get("constraint", ""))
