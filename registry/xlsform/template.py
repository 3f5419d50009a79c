"""The import template of a version: two sheets with headers, drop-downs and notes. Pure: no Django."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from registry.intake.columns import NO, YES
from registry.intake.vocabulary import Level
from registry.questionnaire import Questionnaire
from registry.questionnaire.dictionary import Entry, entries

ROWS = 5_000
SHEETS = {Level.HOUSEHOLD: "households", Level.PERSON: "persons"}
_WIDEST = 40
_NUMBERS = ("integer", "decimal")


def import_template(
    version: Questionnaire,
    *,
    language: str = "en",
    about: Mapping[Level, Sequence[str]] | None = None,
    rows: Mapping[Level, Sequence[Mapping[str, str]]] | None = None,
) -> bytes:
    """An XLSX workbook in the columns of docs/import-format.md, with ``rows`` where some are known already.

    ``about`` names columns about the file itself, which come first. Columns that are not numbers are text, so that a
    spreadsheet keeps leading zeros and dates as they are typed.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        found = entries(version, language)
        sheets = {level: book.add_worksheet(name) for level, name in SHEETS.items()}
        lists = book.add_worksheet("lists")
        lists.hide()
        formats = {
            "text": book.add_format({"num_format": "@"}),
            "number": book.add_format({}),
            "head": book.add_format({"bold": True, "bottom": 1, "num_format": "@"}),
            "must": book.add_format({"bold": True, "bottom": 1, "num_format": "@", "bg_color": "#FFE8A3"}),
        }
        drops = _Drops(lists)
        for level, sheet in sheets.items():
            sheet.freeze_panes(1, 1 if level is Level.HOUSEHOLD else 2)
            first = list((about or {}).get(level, ()))
            columns = [one for one in found if one.level is level]
            for place, name in enumerate(first):
                sheet.set_column(place, place, 20, formats["text"])
                sheet.write_string(0, place, name, formats["head"])
            for place, entry in enumerate(columns, start=len(first)):
                _column(sheet, place, entry, formats, drops)
            _write(sheet, [*first, *(one.code for one in columns)], (rows or {}).get(level, ()))
    return out.getvalue()


def _write(sheet: Any, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
    """Every value as text: nothing is a formula, and nothing loses its leading zeros."""
    for number, row in enumerate(rows, start=1):
        for place, name in enumerate(columns):
            if row.get(name):
                sheet.write_string(number, place, row[name])


class _Drops:
    """Columns of the hidden sheet that drop-downs refer to: a list in the cell itself holds 255 characters only."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._next = 0

    def reference(self, codes: list[str]) -> str:
        self._sheet.write_column(0, self._next, codes)
        column = xlsxwriter.utility.xl_col_to_name(self._next)
        self._next += 1
        return f"=lists!${column}$1:${column}${len(codes)}"


def _column(sheet: Any, place: int, entry: Entry, formats: dict[str, Any], drops: _Drops) -> None:
    kind = "number" if entry.type in _NUMBERS else "text"
    sheet.set_column(place, place, min(_WIDEST, max(12, len(entry.code) + 2)), formats[kind])
    sheet.write_string(0, place, entry.code, formats["must" if entry.required in ("always", "members") else "head"])
    sheet.write_comment(0, place, _note(entry), {"x_scale": 2.5, "y_scale": 1.5})
    codes = [YES, NO] if entry.type in ("boolean", "yes_no") else [code for code, _label in entry.choices]
    if codes and entry.type != "choices":
        rule = {"validate": "list", "source": drops.reference(codes), "error_message": "Choose a code from the list."}
        sheet.data_validation(1, place, ROWS, place, rule)
    elif entry.type in _NUMBERS and (entry.least or entry.greatest):
        sheet.data_validation(1, place, ROWS, place, _limits(entry))


def _limits(entry: Entry) -> dict[str, Any]:
    rule: dict[str, Any] = {"validate": entry.type, "error_type": "warning"}
    if entry.least and entry.greatest:
        limits = {"minimum": float(entry.least), "maximum": float(entry.greatest)}
        return rule | {"criteria": "between"} | limits
    criteria, limit = (">=", entry.least) if entry.least else ("<=", entry.greatest)
    return rule | {"criteria": criteria, "value": float(limit)}


def _note(entry: Entry) -> str:
    parts = [entry.label]
    if entry.values:
        parts.append(f"Possible: {entry.values}")
    if entry.type == "choices":
        parts.append("Several are separated by a semicolon.")
    if entry.least or entry.greatest:
        parts.append(f"From {entry.least or '…'} to {entry.greatest or '…'} {entry.unit}".strip())
    if entry.required:
        parts.append(f"Required: {entry.required}")
    if entry.asked_when:
        parts.append(f"Asked when: {entry.asked_when}")
    return "\n".join(parts)[:2000]
