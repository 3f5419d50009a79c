"""The register's own columns as rows of an XLSForm, and the names that relevance may use offline. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.intake.columns import (
    CORE_HOUSEHOLD_COLUMNS,
    CORE_PERSON_COLUMNS,
    Column,
    ColumnType,
    Required,
)

Row = dict[str, Any]

HOUSEHOLD, MEMBERS = "household", "members"
MEMBER = "${membership} = 'member'"
#: Calculated in the form; read back as nothing.
CALCULATED = ("counted_from", "age", "has_national_id", "counts", "person_no")
# household_no and linked_to link rows of files; a device sends one household.
_LEFT_OUT = ("household_no", "linked_to", "person_no")
_TYPES = {
    ColumnType.DATE: "date",
    ColumnType.DECIMAL: "decimal",
    ColumnType.YES_NO: "select_one yes_no",
    ColumnType.TEXT: "text",
}
_DATE = "regex(., '^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$')"
_COUNTED_FROM = (
    "if(string-length(${birth_date}) = 4, concat(${birth_date}, '-07-01'), "
    "if(string-length(${birth_date}) = 7, concat(${birth_date}, '-15'), ${birth_date}))"
)
_NUMBER = "number(translate(string({0}), '-', ''))"
_AGE = (
    "if(${birth_date} = '' or ${interview_date} = '', '', "
    f"if({_NUMBER.format('${counted_from}')} > {_NUMBER.format('${interview_date}')}, 0, "
    f"int(({_NUMBER.format('${interview_date}')} - {_NUMBER.format('${counted_from}')}) div 10000)))"
)
_COUNTS = (
    "if(${membership} = 'member' and (${residence} = 'usual' or ${residence} = 'temporarily_absent'), 'yes', 'no')"
)


def references() -> dict[str, str]:
    """Core names of rules whose value the form knows."""
    plain = [
        column.name for column in CORE_PERSON_COLUMNS if column.choices is not None or column.name == "nationality"
    ]
    plain.remove("birth_date_precision")  # blank in the form means: as the date's form says, which rules do see
    return {name: f"${{{name}}}" for name in [*plain, "age", "has_national_id", "counts"]}


def core_names() -> frozenset[str]:
    """Every name that is the register's own in a form."""
    columns = (*CORE_HOUSEHOLD_COLUMNS, *CORE_PERSON_COLUMNS)
    return frozenset([column.name for column in columns]) | frozenset(CALCULATED)


def household_rows(label: str) -> list[Row]:
    """Questions about the household itself."""
    return [_row(column, label) for column in CORE_HOUSEHOLD_COLUMNS if column.name not in _LEFT_OUT]


def person_rows(label: str) -> list[Row]:
    """Questions about who a member is, and what follows from the answers."""
    rows = [{"type": "calculate", "name": "person_no", "calculation": "position(..)"}]
    rows += [_row(column, label) for column in CORE_PERSON_COLUMNS if column.name not in _LEFT_OUT]
    calculated = {
        "counted_from": _COUNTED_FROM,
        "age": _AGE,
        "has_national_id": "if(${national_id} != '', 'yes', 'no')",
        "counts": _COUNTS,
    }
    return rows + [{"type": "calculate", "name": name, "calculation": said} for name, said in calculated.items()]


def core_choices(label: str) -> list[Row]:
    """Choice lists of the register's own columns."""
    rows: list[Row] = [{"list_name": "yes_no", "name": code, label: code.capitalize()} for code in ("yes", "no")]
    for column in (*CORE_HOUSEHOLD_COLUMNS, *CORE_PERSON_COLUMNS):
        for code in column.choices or ():
            words = str(code).replace("_", " ").capitalize()
            rows.append({"list_name": f"core_{column.name}", "name": str(code), label: words})
    return rows


def _row(column: Column, label: str) -> Row:
    row: Row = {
        "type": f"select_one core_{column.name}" if column.choices else _TYPES.get(column.type, "text"),
        "name": column.name,
        label: column.meaning[0].upper() + column.meaning[1:],
    }
    if column.required is Required.ALWAYS:
        row["required"] = "yes"
    elif column.required is Required.MEMBERS:
        row["required"] = MEMBER
    row |= _constraint(column)
    return row


def _constraint(column: Column) -> Mapping[str, str]:
    if column.type is ColumnType.PARTIAL_DATE:
        return {"constraint": _DATE, "constraint_message": "Write YYYY-MM-DD, YYYY-MM or YYYY."}
    if column.type is ColumnType.COUNTRY:
        return {"constraint": "regex(., '^[A-Z]{3}$')", "constraint_message": "Write three capital letters."}
    if column.name == "interview_date":
        return {"constraint": ". <= today()", "constraint_message": "This day has not come yet."}
    if column.type in (ColumnType.TEXT, ColumnType.NATIONAL_ID, ColumnType.PHONE) and column.max_length:
        length = f"string-length(.) <= {column.max_length}"
        return {"constraint": length, "constraint_message": f"At most {column.max_length} characters."}
    return {}
