"""PostgreSQL and the reference interpreter give the same value, row by row."""

import json
from datetime import date
from decimal import Decimal

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.rules import (
    UNDETERMINED,
    OutOfRange,
    Rule,
    RuleError,
    Type,
    evaluate,
    missing_inputs,
    parse,
    render,
    render_condition,
    render_missing,
)
from tests.pure.rules import language
from tests.pure.rules.language import VOCABULARY

ROWS = language.rows(120)
SQL_TYPES = {
    Type.INTEGER: "bigint",
    Type.DECIMAL: "numeric",
    Type.TEXT: "text",
    Type.CHOICE: "text",
    Type.CHOICES: "text[]",
    Type.BOOLEAN: "boolean",
    Type.DATE: "date",
}
COLUMNS = {name: f"household.{name}" for name in VOCABULARY}
FROM = "jsonb_to_recordset(%s::jsonb) as household(number int, {})".format(
    ", ".join(f"{name} {SQL_TYPES[symbol.type]}" for name, symbol in VOCABULARY.items())
)
examples = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def ask(postgres: psycopg.Connection, rule: Rule, rows: list[dict[str, object]]) -> list[tuple]:
    """For each row, what PostgreSQL computes and which inputs it names."""
    value = render(rule, dialect="postgres", columns=COLUMNS)
    missing = render_missing(rule, dialect="postgres", columns=COLUMNS)
    numbered = [{"number": number, **row} for number, row in enumerate(rows)]
    return postgres.execute(
        f"select {value}, {missing} from {FROM} order by number",
        [json.dumps(numbered, default=str)],
    ).fetchall()


def expected(rule: Rule, row: dict[str, object]) -> tuple:
    value = evaluate(rule, values=row)
    return None if value is UNDETERMINED else value, list(missing_inputs(rule, values=row))


def within_range(rule: Rule) -> list[dict[str, object]]:
    """The rows for which no part of the rule leaves the range of numbers."""
    kept = []
    for row in ROWS:
        try:
            evaluate(rule, values=row)
        except OutOfRange:
            continue
        kept.append(row)
    return kept


@examples
@given(st.one_of(language.conditions(3), language.numbers(3), language.texts()))
def test_postgresql_computes_what_the_interpreter_computes(
    postgres: psycopg.Connection, source: str
) -> None:
    rule = parse(source, vocabulary=VOCABULARY)
    rows = within_range(rule)

    found = ask(postgres, rule, rows)

    for row, answer in zip(rows, found, strict=True):
        assert answer == expected(rule, row), row
