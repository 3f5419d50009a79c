"""Reading one cell: from the text that somebody wrote to a typed value, or a sentence that says why not. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from registry.fieldwork import serials
from registry.intake import columns
from registry.intake.columns import Column, ColumnType
from registry.intake.identity import NumberFormats
from registry.questionnaire import Question, QuestionType

Read = Callable[[str], Any]

_KEY = re.compile(r"[A-Za-z0-9-]+").fullmatch
_LINK = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9-]+").fullmatch
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?").fullmatch
_WHOLE = re.compile(r"-?[0-9]{1,12}").fullmatch
_NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?").fullmatch
_COUNTRY = re.compile(r"[A-Z]{3}").fullmatch
# Surrogates stand for bytes that are not UTF-8; the rest are control characters, which no answer holds.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]").search
_SHEET_ERRORS = frozenset(["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"])
_FALSE_TRUE = {columns.YES: True, columns.NO: False}


class Unreadable(Exception):
    """This cell cannot be read: ``code`` for machines, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def quoted(text: str) -> str:
    """What was written, short enough for a sentence and safe to print."""
    shown = "".join(c if c.isprintable() and not "\ud800" <= c <= "\udfff" else "\ufffd" for c in text[:40])
    return f"“{shown}…”" if len(text) > 40 else f"“{shown}”"


def text_of(limit: int) -> Read:
    def read(text: str) -> str:
        if _UNPRINTABLE(text):
            if any("\ud800" <= c <= "\udfff" for c in text):
                raise Unreadable("not_utf8", "This cell holds bytes that are not UTF-8: save the file as UTF-8.")
            raise Unreadable("not_printable", "This cell holds characters that cannot be printed.")
        if text in _SHEET_ERRORS:
            raise Unreadable("sheet_error", f"{quoted(text)} is what a spreadsheet shows where a formula fails.")
        if len(text) > limit:
            raise Unreadable("too_long", f"This is longer than {limit} characters.")
        return text

    return read


def choice_of(codes: Iterable[str]) -> Read:
    known = {str(code): str(code) for code in codes}
    allowed = ", ".join(known)

    def read(text: str) -> str:
        try:
            return known[text]
        except KeyError:
            raise Unreadable("unknown_code", f"{quoted(text)} is not a known code. Possible: {allowed}.") from None

    return read


def choices_of(codes: Iterable[str]) -> Read:
    one = choice_of(codes)

    def read(text: str) -> list[str]:
        parts = [part.strip() for part in text.split(columns.SEVERAL_SEPARATOR)]
        return list(dict.fromkeys(one(part) for part in parts if part))

    return read


def yes_no(text: str) -> bool:
    try:
        return _FALSE_TRUE[text]
    except KeyError:
        raise Unreadable("not_yes_no", f"{quoted(text)} is neither yes nor no.") from None


def whole(minimum: Decimal | None = None, maximum: Decimal | None = None) -> Read:
    def read(text: str) -> int:
        if not _WHOLE(text):
            raise Unreadable("not_a_number", f"{quoted(text)} is not a whole number.")
        return _within(int(text), minimum, maximum)

    return read


def decimal(minimum: Decimal | None = None, maximum: Decimal | None = None) -> Read:
    def read(text: str) -> Decimal:
        if not _NUMBER(text):
            raise Unreadable("not_a_number", f"{quoted(text)} is not a number (decimal point, no thousands mark).")
        return _within(Decimal(text), minimum, maximum)

    return read


def _within(value: Any, minimum: Decimal | None, maximum: Decimal | None) -> Any:
    if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
        span = (
            f"{minimum} to {maximum}"
            if None not in (minimum, maximum)
            else (f"at least {minimum}" if maximum is None else f"at most {maximum}")
        )
        raise Unreadable("out_of_range", f"{value} is out of range: {span} is possible.")
    return value


def day(text: str) -> date:
    if _DAY(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise Unreadable("not_a_date", f"{quoted(text)} is not a day of the calendar: write YYYY-MM-DD.")


def partial_date(text: str) -> tuple[date, int]:
    """The first day of what is known, and how long the text was (4, 7 or 10)."""
    match = _PARTIAL(text)
    if match:
        year, month, day_ = match.groups()
        if month and not 1 <= int(month) <= 12:
            raise Unreadable("not_a_date", f"{quoted(text)} names a month {month}, and a year has twelve.")
        try:
            return date(int(year), int(month or 1), int(day_ or 1)), len(text)
        except ValueError:
            pass
    raise Unreadable("not_a_date", f"{quoted(text)} is not a date: write YYYY-MM-DD, YYYY-MM or YYYY.")


def key_of(limit: int) -> Read:
    def read(text: str) -> str:
        if not _KEY(text) or len(text) > limit:
            raise Unreadable("not_a_key", f"{quoted(text)} is no key: letters, digits and hyphens, {limit} at most.")
        return text

    return read


def link(text: str) -> str:
    if not _LINK(text):
        raise Unreadable("not_a_link", f"{quoted(text)} is not written household_no/person_no.")
    return text


def country(text: str) -> str:
    if not _COUNTRY(text):
        raise Unreadable("unknown_code", f"{quoted(text)} is not a country code of three capital letters.")
    return text


def reader_of(column: Column, formats: NumberFormats) -> Read:
    """How a core column is read."""
    match column.type:
        case ColumnType.CHOICE:
            assert column.choices is not None
            return choice_of(column.choices)
        case ColumnType.YES_NO:
            return yes_no
        case ColumnType.DATE:
            return day
        case ColumnType.PARTIAL_DATE:
            return partial_date
        case ColumnType.DECIMAL:
            return decimal()
        case ColumnType.KEY | ColumnType.PERSON:
            return key_of(column.max_length or 40)
        case ColumnType.PERSON_LINK:
            return link
        case ColumnType.COUNTRY:
            return country
        case ColumnType.NATIONAL_ID:
            return _national_id(formats)
        case ColumnType.PHONE:
            return _phone(formats)
        case ColumnType.SERIAL:
            return _serial
        case _:
            return text_of(column.max_length or 200)


def _serial(text: str) -> str:
    try:
        return serials.read(text)
    except serials.NotASerial as error:
        raise Unreadable("serial_wrong", str(error)) from error


def _national_id(formats: NumberFormats) -> Read:
    form = formats.national_id

    def read(text: str) -> str:
        normal = form.normalise(text)
        if not form.fits(normal):
            if zeros := form.zeros_lost(normal):
                raise Unreadable(
                    "zeros_lost",
                    f"The first {zeros} zeros of this national ID are missing, as in a spreadsheet's number: set the "
                    "column to text and write it again."
                    if zeros > 1
                    else "The first zero of this national ID is missing, as in a spreadsheet's number: set the column "
                    "to text and write it again.",
                )
            raise Unreadable("id_mask", f"This is not a national ID: {form.hint}.")
        return normal

    return read


def _phone(formats: NumberFormats) -> Read:
    def read(text: str) -> str:
        normal = formats.normal_phone(text)
        if not formats.phone.fits(normal):
            raise Unreadable("phone_mask", f"This is not a telephone number: {formats.phone.hint}.")
        return normal

    return read


def reader_of_question(question: Question, photos: Container[str] = ()) -> Read:
    """How the answer to a question is read: into what ``answers`` keeps (JSON).

    ``photos`` are the numbers of the photographs that came with what is read.
    """
    match question.type:
        case QuestionType.POINT:
            return point
        case QuestionType.PHOTO:
            return photo_of(photos)
        case QuestionType.INTEGER:
            return whole(question.minimum, question.maximum)
        case QuestionType.DECIMAL:
            number = decimal(question.minimum, question.maximum)
            return lambda text: float(number(text))
        case QuestionType.BOOLEAN:
            return yes_no
        case QuestionType.CHOICE:
            return choice_of(choice.code for choice in question.choices)
        case QuestionType.CHOICES:
            return choices_of(choice.code for choice in question.choices)
        case QuestionType.DATE:
            return lambda text: day(text).isoformat()
        case _:
            return _masked_text(question)


def point(text: str) -> str:
    """Degrees north and east, then metres of height and of accuracy where they were measured, as phones write them."""
    parts = text.replace(",", " ").split()
    if not 2 <= len(parts) <= 4 or not all(_NUMBER(part) for part in parts):
        raise Unreadable("not_a_point", f"{quoted(text)} is not a place: write degrees north and east, -29.31 27.48.")
    north, east = Decimal(parts[0]), Decimal(parts[1])
    if abs(north) > 90 or abs(east) > 180:
        raise Unreadable("out_of_range", "Degrees north are -90 to 90, degrees east -180 to 180.")
    return " ".join(parts)


def photo_of(photos: Container[str]) -> Read:
    """The number of a photograph that came along: nobody points at somebody else's."""

    def read(text: str) -> str:
        if text not in photos:
            raise Unreadable("no_photo", "A photograph comes with the form that it was taken for, not as a text.")
        return text

    return read


def _masked_text(question: Question) -> Read:
    plain = text_of(500)
    matches = re.compile(question.mask).fullmatch if question.mask else None

    def read(text: str) -> str:
        value: str = plain(text)
        if matches and not matches(value):
            raise Unreadable("mask", f"{quoted(text)} is not in the form that this question asks for.")
        return value

    return read
