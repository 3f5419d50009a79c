"""What a rule means: the reference interpreter by example."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from core.rules import UNDETERMINED, OutOfRange, WrongValue, evaluate, missing_inputs, parse
from tests.pure.rules.language import VOCABULARY


def value(source: str, **values: object) -> object:
    return evaluate(parse(source, vocabulary=VOCABULARY), values=values)


def missing(source: str, **values: object) -> tuple[str, ...]:
    return missing_inputs(parse(source, vocabulary=VOCABULARY), values=values)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("disabled and in_school", UNDETERMINED),
        ("disabled and age = 2", False),
        ("disabled or age = 1", True),
        ("disabled or age = 2", UNDETERMINED),
        ("not disabled", UNDETERMINED),
        ("cattle > 0", UNDETERMINED),
        ("not (cattle > 0)", UNDETERMINED),
        ("cattle in (1, 2)", UNDETERMINED),
        ("cattle not in (1, 2)", UNDETERMINED),
        ("cattle is null", True),
        ("coalesce(cattle, 0) > 0", False),
        ("least(cattle, age)", UNDETERMINED),
        ("greatest(cattle, age)", UNDETERMINED),
        ("age between 2 and cattle", False),
        ("age between 0 and cattle", UNDETERMINED),
        ("contains(assets, 'radio')", UNDETERMINED),
        ("score / (age - 1)", UNDETERMINED),
        ("case when disabled then 1 else 2 end", UNDETERMINED),
        ("case when age = 1 then 1 when disabled then 2 else 3 end", 1),
        ("case when age = 2 then 1 else null end", UNDETERMINED),
        ("case when disabled is null then 7 when disabled then 1 else 2 end", 7),
    ],
)
def test_a_missing_input_leaves_a_rule_undetermined_unless_it_cannot_matter(source: str, found: object) -> None:
    assert value(source, age=1, score=Decimal(3)) == found


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("cattle > 0 and disabled", ("cattle", "disabled")),
        ("cattle > 0 and (disabled or age = 1)", ("cattle",)),
        ("cattle > 0 and age = 2", ()),
        ("case when age = 1 then cattle else income end", ("cattle",)),
        ("case when disabled then cattle else income end", ("disabled",)),
        ("coalesce(cattle, income) > 1", ("cattle", "income")),
        ("coalesce(cattle, 0) + income > 1", ("income",)),
        ("1 / (age - 1) > 0", ()),
    ],
)
def test_the_inputs_named_are_those_whose_absence_counts(source: str, names: tuple[str, ...]) -> None:
    assert missing(source, age=1) == names


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("round(score)", 3),
        ("round(-score)", -3),
        ("round(score / 1000, 2)", Decimal("0.00")),
        ("round(score * 0.002, 3)", Decimal("0.005")),
        ("floor(-score)", -3),
        ("ceil(-score)", -2),
        ("age / 2", Decimal("3.5")),
        ("age / 3", Decimal("2.333333")),
        ("2 / age * age", Decimal("1.999998")),
        ("score * 0.000001", Decimal("0.000003")),
        ("abs(3 - age)", 4),
    ],
)
def test_numbers_are_decimal_and_rounded_half_up_at_six_places(source: str, found: object) -> None:
    assert value(source, score=Decimal("2.5"), age=7) == found


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(2000, 2, 29), "2018-02-28", 17),
        (date(2000, 2, 29), "2018-03-01", 18),
        (date(2000, 2, 29), "2020-02-29", 20),
        (date(2008, 12, 31), "2009-12-30", 0),
        (date(2018, 3, 1), "2018-02-28", -1),
    ],
)
def test_years_are_completed_years(born: date, on: str, years: int) -> None:
    assert value(f"years_between(birth_date, date '{on}')", birth_date=born) == years


def test_a_number_out_of_range_is_an_error() -> None:
    with pytest.raises(OutOfRange):
        value("age * age", age=1_000_000)
    with pytest.raises(OutOfRange):
        value("age > 1", age=10**12)


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("age > 1", 1.5),
        ("age > 1", True),
        ("age > 1", "1"),
        ("age > 1", Decimal("1.5")),
        ("disabled", 1),
        ("disabled", "true"),
        ("village = 'a'", 1),
        ("birth_date > date '2000-01-01'", datetime(2000, 1, 1)),
        ("contains(assets, 'radio')", "radio"),
    ],
)
def test_a_value_of_another_type_than_declared_is_an_error(source: str, wrong: object) -> None:
    rule = parse(source, vocabulary=VOCABULARY)

    with pytest.raises(WrongValue):
        evaluate(rule, values=dict.fromkeys(rule.names, wrong))


def test_undetermined_can_not_be_taken_for_true_or_false() -> None:
    with pytest.raises(TypeError):
        bool(value("cattle > 0"))
