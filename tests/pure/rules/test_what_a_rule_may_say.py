"""What the language accepts, what it refuses, and the sentence that says why."""

import pytest

from core.rules import RuleError, Symbol, Type, Vocabulary, parse
from tests.pure.rules.language import VOCABULARY


def refusal(source: str, *, expects: Type | None = None) -> RuleError:
    with pytest.raises(RuleError) as caught:
        parse(source, vocabulary=VOCABULARY, expects=expects)
    return caught.value


@pytest.mark.parametrize(
    ("source", "type_"),
    [
        ("children_0_17 >= 1 and score < 361", Type.BOOLEAN),
        ("case when children_0_17 >= 5 then 750 when children_0_17 >= 3 then 600 else 360 end",
         Type.INTEGER),
        ("case when disabled then 750 else 360.5 end", Type.DECIMAL),
        ("heating_fuel = 'gas'", Type.BOOLEAN),
        ("relationship in ('child', 'grandchild')", Type.BOOLEAN),
        ("coalesce(cattle, 0) > 0", Type.BOOLEAN),
        ("age between 0 and 17", Type.BOOLEAN),
        ("cattle is null or birth_date is not null", Type.BOOLEAN),
        ("contains(assets, 'radio') and not disabled", Type.BOOLEAN),
        ("years_between(birth_date, date '2026-04-01') >= 70", Type.BOOLEAN),
        ("cattle / 2", Type.DECIMAL),
        ("cattle + age * 2 - 1", Type.INTEGER),
        ("cattle + 0.5", Type.DECIMAL),
        ("round(score / 3)", Type.INTEGER),
        ("round(score / 3, 2)", Type.DECIMAL),
        ("floor(score) + ceil(score)", Type.INTEGER),
        ("least(cattle, 5)", Type.INTEGER),
        ("greatest(cattle, score)", Type.DECIMAL),
        ("abs(-score)", Type.DECIMAL),
        ("heating_fuel", Type.CHOICE),
        ("true", Type.BOOLEAN),
    ],
)  # fmt: skip
def test_an_accepted_rule_has_the_type_of_what_it_gives(source: str, type_: Type) -> None:
    assert parse(source, vocabulary=VOCABULARY).type is type_


def test_an_integer_rule_widens_to_the_decimal_that_is_expected() -> None:
    assert parse("cattle + 1", vocabulary=VOCABULARY, expects=Type.DECIMAL).type is Type.DECIMAL


def test_a_rule_lists_the_inputs_it_uses() -> None:
    rule = parse("score < 361 or coalesce(cattle, age) > 2", vocabulary=VOCABULARY)

    assert rule.names == {"score", "cattle", "age"}


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("", "The rule is empty"),
        ("score <", "not a complete expression"),
        ("score 3", "Something is missing before this"),
        ("(score < 3", "not closed"),
        ("score < 3)", "closes nothing"),
        ("round(score,)", "after the comma"),
        ("+ score > 1", "before this '+'"),
        ("1 < age < 3", "brackets around the inner condition"),
        ("disabled = 'true'", "condition (true or false) cannot be compared with a text"),
        ("disabled > in_school", "can only be = or <>"),
        ("score = '3'", "A number cannot be compared with a text"),
        ("birth_date > 2000", "A date cannot be compared with a number"),
        ("birth_date > '2000-01-01'", "A date cannot be compared with a text"),
        ("birth_date + 1 > date '2000-01-01'", "'+' needs numbers"),
        ("birth_date > date '2000-02-30'", "A date is written"),
        ("birth_date > date 'today'", "A date is written"),
        ("village > 'a'", "can only be = or <>"),
        ("village between 'a' and 'b'", "'between' compares numbers or dates"),
        ("heating_fuel = relationship", "is not among the choices"),
        ("relationship in ('child', 'cousin')", "'cousin' is not among the choices"),
        ("contains(assets, 'car')", "'car' is not among the choices"),
        ("contains(village, 'a')", "several choices"),
        ("contains(assets, village)", "one fixed choice"),
        ("assets = 'radio'", "contains(variable, 'choice')"),
        ("assets", "contains(variable, 'choice')"),
        ("score and disabled", "'and' needs a condition"),
        ("not score", "'not' needs a condition"),
        ("case when score then 1 else 2 end", "'when' needs a condition"),
        ("case when disabled then 1 else 'a' end", "different kinds"),
        ("case when disabled then 1 end", "with 'else'"),
        ("case when disabled then null else null end", "Every branch"),
        ("case age when 1 then 2 else 3 end", "not part of the rules language"),
        ("coalesce(score, 'none')", "different kinds"),
        ("cattle = null", "write 'is null'"),
        ("cattle in (1, null)", "write 'is null'"),
        ("cattle in (age)", "fixed values only"),
        ("cattle in ()", "is empty"),
        ("disabled is true", "After 'is'"),
        ("cattle is distinct from age", "no variable 'distinct'"),
        ("members is null", "always known"),
        ("case when age between 1 and 2 then 1 else 2 end between 0 and 1", "another 'between'"),
        ("score / 0 > 1", "never determined"),
        ("round(score, age)", "fixed number of decimals"),
        ("round(score, 7)", "fixed number of decimals"),
        ("abs(score, 1)", "takes 1 values"),
        ("round", "needs its brackets"),
        ("score < 0.1234567", "at most 12 digits"),
        ("score < 1234567890123", "at most 12 digits"),
        ("score < 1e5", "or a space"),
    ],
)
def test_a_refused_rule_gets_a_sentence(source: str, sentence: str) -> None:
    assert sentence in str(refusal(source))


@pytest.mark.parametrize(
    "source",
    [
        "1 = 1",
        "1 = 1 or disabled",
        "disabled or true",
        "not false",
        "cattle = cattle",
        "case when 1 = 1 then cattle else 2 end",
        "2 between 1 and 3",
        "age between 17 and 0",
        "3 in (3)",
    ],
)
def test_a_condition_that_depends_on_nothing_is_refused(source: str) -> None:
    refusal(source)


@pytest.mark.parametrize(
    ("source", "suggestion", "position"),
    [
        ("scores < 361", "score", 0),
        ("score < 361 and catle > 1", "cattle", 16),
        ("heating_fuel = 'gaz'", "gas", 0),
        ("rond(score)", "round", 0),
        ("score > 1 and contains(assets, 'radios')", "radio", 14),
    ],
)
def test_a_misspelt_word_is_answered_with_the_word_meant(source: str, suggestion: str, position: int) -> None:
    error = refusal(source)

    assert (error.suggestion, error.position) == (suggestion, position)
    assert f"Did you mean '{suggestion}'?" in str(error)


def test_a_rule_of_another_type_than_expected_is_refused() -> None:
    assert "where boolean is wanted" in str(refusal("score + 1", expects=Type.BOOLEAN))
    assert "where integer is wanted" in str(refusal("score / 2", expects=Type.INTEGER))


@pytest.mark.parametrize("name", ["Score", "case", "round", "1st", "a b", "a" * 64, "sсore", ""])
def test_a_vocabulary_refuses_names_that_rules_could_not_write(name: str) -> None:
    with pytest.raises(RuleError):
        Vocabulary({name: Symbol(Type.INTEGER)})


def test_a_vocabulary_may_use_words_that_sql_keeps_for_itself() -> None:
    words = ["user", "select", "order", "current_date", "values", "interval", "row", "all"]
    vocabulary = Vocabulary({word: Symbol(Type.INTEGER) for word in words})

    rule = parse(" + ".join(words) + " > 3", vocabulary=vocabulary)

    assert rule.names == set(words)


def test_a_choice_without_its_list_is_refused() -> None:
    with pytest.raises(RuleError):
        Symbol(Type.CHOICE)
