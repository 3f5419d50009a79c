"""PostgreSQL and the reference interpreter give the same value, row by row."""

import json
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
examples = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def ask(postgres: psycopg.Connection, rule: Rule, rows: list[dict[str, object]]) -> list[tuple[object, ...]]:
    """For each row, what PostgreSQL computes and which inputs it names."""
    value = render(rule, dialect="postgres", columns=COLUMNS)
    missing = render_missing(rule, dialect="postgres", columns=COLUMNS)
    numbered = [{"number": number, **row} for number, row in enumerate(rows)]
    return postgres.execute(
        f"select {value}, {missing} from {FROM} order by number",
        [json.dumps(numbered, default=str)],
    ).fetchall()


def expected(rule: Rule, row: dict[str, object]) -> tuple[object, ...]:
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
def test_postgresql_computes_what_the_interpreter_computes(postgres: psycopg.Connection, source: str) -> None:
    rule = parse(source, vocabulary=VOCABULARY)
    rows = within_range(rule)

    found = ask(postgres, rule, rows)

    for row, answer in zip(rows, found, strict=True):
        assert answer == expected(rule, row), row


@examples
@given(language.conditions(2))
def test_a_condition_fails_closed_and_says_when_nobody_can_say(postgres: psycopg.Connection, source: str) -> None:
    rule = parse(source, vocabulary=VOCABULARY)
    condition = render_condition(rule, dialect="postgres", columns=COLUMNS)
    rows = within_range(rule)
    numbered = [{"number": number, **row} for number, row in enumerate(rows)]

    found = postgres.execute(
        f"select {condition.outcome}, {condition.undetermined} from {FROM} order by number",
        [json.dumps(numbered, default=str)],
    ).fetchall()

    for row, answer in zip(rows, found, strict=True):
        value = evaluate(rule, values=row)
        assert answer == (value is True, value is UNDETERMINED), row


def compute(postgres: psycopg.Connection, source: str, **columns: str) -> object:
    """The value of a rule over columns given as fragments of SQL."""
    rule = parse(source, vocabulary=VOCABULARY)
    return postgres.execute(f"select {render(rule, dialect='postgres', columns=columns)}").fetchone()[0]


@pytest.mark.parametrize("source", ["age * age > 1", "age + 999999999999 > 1", "-age / 0.000001 > 1"])
def test_a_number_out_of_range_is_an_error_and_never_wraps(postgres: psycopg.Connection, source: str) -> None:
    with pytest.raises(psycopg.errors.NumericValueOutOfRange):
        compute(postgres, source, age="2000000000")
    with pytest.raises(OutOfRange):
        evaluate(parse(source, vocabulary=VOCABULARY), values={"age": 2_000_000_000})


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("age / 2", Decimal("3.5")),
        ("2000000000 + 2000000000 + age", 4_000_000_007),
        ("round(age / 2)", 4),
        ("round(-age / 2)", -4),
        ("age / 3", Decimal("2.333333")),
        ("1 / (age - 7)", None),
    ],
)
def test_small_integer_columns_neither_overflow_nor_divide_to_whole_numbers(
    postgres: psycopg.Connection, source: str, found: object
) -> None:
    assert compute(postgres, source, age="7::smallint") == found


@given(
    st.integers(-(10**18) + 1, 10**18 - 1),
    st.one_of(st.integers(1, 2000), st.integers(10**17, 10**18 - 1)),
)
@examples
def test_a_quotient_is_rounded_once(postgres: psycopg.Connection, top: int, bottom: int) -> None:
    values = {"score": Decimal(top) / 10**6, "income": Decimal(bottom) / 10**6}
    columns = {name: f"{value:f}" for name, value in values.items()}
    try:
        expected_value = evaluate(parse("score / income", vocabulary=VOCABULARY), values=values)
    except OutOfRange:
        with pytest.raises(psycopg.errors.NumericValueOutOfRange):
            compute(postgres, "score / income", **columns)
        return

    # In whole millionths: twice the top plus the bottom, divided and cut, is half up.
    exact = (2 * abs(top) * 10**6 + bottom) // (2 * bottom)
    assert abs(expected_value) * 10**6 == exact
    assert compute(postgres, "score / income", **columns) == expected_value


def test_what_is_not_a_number_counts_as_missing(postgres: psycopg.Connection) -> None:
    assert compute(postgres, "score > 5", score="'NaN'::numeric") is None
    assert compute(postgres, "score > 5", score="'NaN'::float8") is None


def test_texts_are_compared_byte_by_byte_whatever_their_collation(
    postgres: psycopg.Connection,
) -> None:
    padded = compute(postgres, "heating_fuel = 'gas'", heating_fuel="'gas'::char(10)")
    other = compute(
        postgres,
        "heating_fuel = cooking_fuel",
        heating_fuel="'gas' collate \"POSIX\"",
        cooking_fuel="'gas ' collate \"C.utf8\"",
    )

    assert (padded, other) == (True, False)


def test_a_text_for_a_condition_is_refused_by_the_database(postgres: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.DatatypeMismatch):
        compute(postgres, "disabled and in_school", disabled="'true'::text", in_school="true")


@pytest.mark.parametrize("text", ["'", "''", "' or true --", "a;b", "{}", "ä", "$1", "a b", "--", "/*", ":x", '"', ")"])
def test_a_text_in_a_rule_stays_a_text(postgres: psycopg.Connection, text: str) -> None:
    source = f"village = {language.quoted(text)}"

    assert compute(postgres, source, village=f"cast({language.quoted(text)} as text)") is True
    assert compute(postgres, source, village="'other'") is False


def test_the_sql_of_nested_functions_grows_with_the_rule_and_no_faster() -> None:
    def length(depth: int) -> int:
        source = "least(greatest(" * depth + "age" + ", cattle), 5)" * depth + " > 1"
        rule = parse(source, vocabulary=VOCABULARY)
        return len(render(rule, dialect="postgres", columns=COLUMNS))

    assert length(8) < 3 * length(4)


@pytest.mark.parametrize("source", language.LARGEST)
def test_the_largest_rules_that_are_admitted_can_be_run(postgres: psycopg.Connection, source: str) -> None:
    rule = parse(source, vocabulary=VOCABULARY)

    assert ask(postgres, rule, ROWS[:20]) == [expected(rule, row) for row in ROWS[:20]]
    assert len(render_missing(rule, dialect="postgres", columns=COLUMNS)) < 60 * len(source)


def test_a_name_without_a_column_is_refused() -> None:
    rule = parse("age > 1 and cattle > 1", vocabulary=VOCABULARY)

    with pytest.raises(RuleError, match="No column is known for 'cattle'"):
        render(rule, dialect="postgres", columns={"age": "t.age"})


def test_only_a_condition_can_be_rendered_as_one() -> None:
    with pytest.raises(RuleError):
        render_condition(parse("age", vocabulary=VOCABULARY), dialect="postgres", columns=COLUMNS)
