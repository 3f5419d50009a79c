"""One spelling for each rule."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.rules import Symbol, Type, Vocabulary, explain, parse
from tests.pure.rules import language
from tests.pure.rules.language import VOCABULARY


@settings(max_examples=150, deadline=None)
@given(st.one_of(language.conditions(3), language.numbers(3), language.texts()))
def test_canonical_text_parses_to_the_same_rule(source: str) -> None:
    rule = parse(source, vocabulary=VOCABULARY)

    again = parse(rule.canonical, vocabulary=VOCABULARY)

    assert again == rule
    assert again.canonical == rule.canonical
    assert again.digest == rule.digest
    assert explain(rule, vocabulary=VOCABULARY)


@pytest.mark.parametrize(
    ("source", "canonical"),
    [
        ("  SCORE<361.50\n AND   Disabled ", "score < 361.5 and disabled"),
        ("(age + 1) * 2 - (3 - cattle)", "(age + 1) * 2 - (3 - cattle)"),
        ("age != -1", "age <> -1"),
        ("age - - 1", "age - (-1)"),
        ("not age in (1, 2)", "age not in (1, 2)"),
        ("not (cattle is null)", "cattle is not null"),
        ("disabled and (in_school and age = 1)", "disabled and in_school and age = 1"),
        ("disabled or in_school and age = 1", "disabled or (in_school and age = 1)"),
        ("not age = 1", "not (age = 1)"),
        ("village = 'it''s'", "village = 'it''s'"),
        ("score = 2.0", "score = 2.0"),
    ],
)
def test_a_rule_has_one_spelling(source: str, canonical: str) -> None:
    assert parse(source, vocabulary=VOCABULARY).canonical == canonical


def test_the_digest_changes_with_the_rule_and_with_the_types_of_its_inputs() -> None:
    decimal = Vocabulary({"age": Symbol(Type.DECIMAL)})
    digests = {
        parse("age > 1", vocabulary=VOCABULARY).digest,
        parse("age > 2", vocabulary=VOCABULARY).digest,
        parse("age > 1", vocabulary=decimal).digest,
    }

    assert len(digests) == 3
    assert parse("AGE>1", vocabulary=VOCABULARY).digest in digests
