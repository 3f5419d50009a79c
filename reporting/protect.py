"""The tables as they may be passed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reporting import disclosure
from reporting.queries.tables import ALL, Key, Row, Table


def protected(tables: Sequence[Table], *, threshold: int) -> list[Table]:
    """The same tables with small counts hidden, and what would give them away.

    A rate, a median and an amount go with the counts that they rest on. All tables of one download must be protected
    together, because a column's total is the same in each.
    """
    masks: dict[tuple[str, str], disclosure.Hidden[Key]] = {}
    for table in tables:
        for position, indicator in enumerate(table.indicators):
            if indicator.unit.counts_people:
                column = {row.key: row.values[position] for row in table.rows}
                counts = {key: value for key, value in column.items() if isinstance(value, int)}
                masks[table.breakdown, indicator.code] = disclosure.hidden(counts, threshold=threshold)
    return [_masked(table, masks) for table in tables]


def _masked(table: Table, masks: dict[tuple[str, str], disclosure.Hidden[Key]]) -> Table:
    def goes(code: str, key: Key) -> bool:
        mask = masks.get((table.breakdown, code))
        return mask is not None and (mask.total if key == ALL else key in mask.cells)

    def row(old: Row) -> Row:
        values = tuple(
            disclosure.WITHHELD if any(goes(code, old.key) for code in (i.hidden_with or (i.code,))) else value
            for i, value in zip(table.indicators, old.values, strict=True)
        )
        return replace(old, values=values)

    return replace(table, rows=tuple(row(old) for old in table.rows), total=row(table.total))
