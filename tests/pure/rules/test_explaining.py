"""Rules in plain words."""

import pytest

from core.rules import ENGLISH, Symbol, Type, Vocabulary, explain, parse
from tests.pure.rules.language import VOCABULARY


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            "children_0_17 >= 1 and score < 361",
            "Children aged 0 to 17 is at least 1 and Score is less than 361",
        ),
        (
            "case when children_0_17 >= 5 then 750 else null end",
            "750 if Children aged 0 to 17 is at least 5; otherwise not determined",
        ),
        ("not disabled or cattle is null", "Disabled: no or Head of cattle is missing"),
        (
            "not contains(assets, 'radio') and birth_date <= date '2020-01-01'",
            "Assets does not include 'radio' and Birth date is on or before 2020-01-01",
        ),
        ("(age + 1) * 2 > 3", "(Age plus 1) times 2 is more than 3"),
        ("relationship not in ('child', 'head')", "relationship is none of: 'child', 'head'"),
    ],
)
def test_a_rule_is_said_in_words(source: str, words: str) -> None:
    assert explain(parse(source, vocabulary=VOCABULARY), vocabulary=VOCABULARY) == words


def test_choices_are_said_by_their_labels() -> None:
    fuel = Symbol(
        Type.CHOICE,
        choices=frozenset({"g"}),
        label="Fuel",
        choice_labels={"g": "bottled gas {0}"},
    )
    vocabulary = Vocabulary({"fuel": fuel})

    said = explain(parse("fuel = 'g'", vocabulary=vocabulary), vocabulary=vocabulary)

    assert said == "Fuel is bottled gas {0}"


def test_another_language_is_another_table_of_words() -> None:
    words = {**ENGLISH, "and": "{0} ET {1}", ">": "{0} DEPASSE {1}"}
    rule = parse("age > 1 and score > 2", vocabulary=VOCABULARY)

    assert explain(rule, vocabulary=VOCABULARY, words=words) == "Age DEPASSE 1 ET Score DEPASSE 2"
