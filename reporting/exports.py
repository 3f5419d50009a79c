"""The figures as CSV: one row a figure, so that a program can read them and a person can filter them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from core.spreadsheets import guarded
from reporting.disclosure import Withheld
from reporting.indicators import Indicator
from reporting.queries.tables import Row, Table

COLUMNS = ["as_of", "programme", "breakdown", "code", "label", "indicator", "title", "unit", "value", "note"]
DEFINITION_COLUMNS = ["indicator", "title", "definition", "unit", "sources", "numerator", "denominator", "breakdowns"]


class _Echo:
    """A file that gives back what is written, so that the csv module can feed a stream."""

    def write(self, text: str) -> str:
        return text


def lines(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a CSV file (RFC 4180), the byte order mark first, so that spreadsheets read it as UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff"
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])


def figure_rows(tables: Sequence[Table], *, as_of: datetime, programme: str) -> Iterator[list[object]]:
    """Every figure of the tables; a column's total once, as the breakdown ``all``. What may not be seen is left out."""
    totals: set[str] = set()
    for table in tables:
        for row in (*table.rows, table.total):
            whole = row is table.total
            for indicator, value in zip(table.indicators, row.values, strict=True):
                if whole and indicator.code in totals:
                    continue
                named = programme if indicator.by_programme else ""
                for cells in _cells(indicator, value):
                    yield [as_of.isoformat(timespec="seconds"), named, *_place(table, row, whole), *cells]
        totals |= {indicator.code for indicator in table.indicators}


def _place(table: Table, row: Row, whole: bool) -> list[object]:
    return ["all", "", row.label] if whole else [table.breakdown, row.code, row.label]


def _cells(indicator: Indicator, value: object) -> Iterator[list[object]]:
    """Indicator, title, unit, value, note: one line, or one for each currency."""
    head: list[object] = [indicator.code, indicator.title]
    if isinstance(value, Withheld):
        yield [*head, indicator.unit.label, "", "hidden: a small count, or one that would give it away"]
    elif isinstance(value, tuple):
        for amount in value:
            yield [*head, amount.currency, amount.major, ""]
    elif value is not None:
        yield [*head, indicator.unit.label, value, ""]


def definition_rows(indicators: Iterable[Indicator]) -> Iterator[list[object]]:
    """What each indicator means."""
    for i in indicators:
        yield [
            i.code, i.title, i.definition, i.unit.label, " ".join(i.sources), i.numerator, i.denominator,
            " ".join([by.value for by in i.by] + (["programme"] if i.by_programme else [])),
        ]  # fmt: skip
