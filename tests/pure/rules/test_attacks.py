"""Sources written to harm: each is refused with a sentence, quickly, before any other parser."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.rules import UNDETERMINED, RuleError, evaluate, explain, missing_inputs, parse
from core.rules.lexing import MAX_LENGTH, MAX_NESTING
from tests.pure.rules import language
from tests.pure.rules.language import VOCABULARY


@pytest.mark.parametrize(
    "source",
    [
        "score < 1; drop table person",
        "score < 1 -- and disabled",
        "score /* hidden */ < 1",
        "score::text = '1'",
        "cast(score as text) = '1'",
        "pg_sleep(10) is null",
        "current_setting('a') = 'b'",
        "(select 1) = score",
        "exists (select 1)",
        "score in (select 1)",
        "count(*) > 1",
        "sum(score) over () > 1",
        "score.\"x\" = 1",
        '"score" = 1',
        '"sco""re" = 1',
        "`score` = 1",
        "[score] = 1",
        "public.score = 1",
        "village = E'\\''",
        "village = 'a\\' or disabled --'",
        "village = U&'\\0027'",
        "village = $$a$$",
        "village = $1",
        "village = :name",
        "village = %s",
        "village = '%s'",
        "village = ?",
        "village = @name",
        "village = {name}",
        "village || 'x' = 'ax'",
        "village = 'a' 'b'",
        "village like 'a%'",
        "village ~ 'a'",
        "village = 'open",
        "village = 'a\x00'",
        "village = 'a\u202eb'",
        "village = 'a\u2028b'",
        "village\x00= 'a'",
        "village = ’a’",
        "sc\u043ere < 1",
        "\uff53core < 1",
        "score < \u0661",
        "score \u2264 1",
        "score\u00a0< 1",
        "score < 0x1F",
        "score < 1_000",
        "score < 1e400",
        "score < " + "9" * 3_000,
        "array[score] = 1",
        "score as x",
        "score x",
        "(score, age)",
        "score > all (1)",
        "disabled is not not null",
        "interval '1 day'",
        "true and 1 = 1",
        "score\\g",
    ],
)  # fmt: skip
def test_an_attack_is_refused(source: str) -> None:
    with pytest.raises(RuleError):
        parse(source, vocabulary=VOCABULARY)


@pytest.mark.parametrize(
    "source",
    [
        "(" * 10_000,
        "(" * 1_900 + "age" + ")" * 1_900,
        "(" * (MAX_NESTING + 1) + "disabled" + ")" * (MAX_NESTING + 1),
        "not " * 900 + "disabled",
        "- " * 1_900 + "age",
        "-(" * 1_000 + "age" + ")" * 1_000,
        "abs(" * 700 + "age" + ")" * 700,
        "case when " * 300 + "disabled" + " then 1 else 2 end" * 50,
        "disabled = not " * 200 + "disabled",
        "age" + " + age" * 600,
        "age" + "+1" * 500,
        "age" + "+1" * 1_900,
        "x" * (MAX_LENGTH + 1),
        "'" * 3_999,
    ],
)
def test_depth_and_length_are_refused_in_no_time(source: str) -> None:
    began = time.perf_counter()

    with pytest.raises(RuleError):
        parse(source, vocabulary=VOCABULARY)

    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("source", language.LARGEST)
def test_the_largest_rules_that_are_admitted_can_be_used(source: str) -> None:
    rule = parse(source, vocabulary=VOCABULARY)

    assert parse(rule.canonical, vocabulary=VOCABULARY) == rule
    assert evaluate(rule, values={}) is UNDETERMINED
    named = missing_inputs(rule, values={})
    assert named and set(named) <= rule.names
    assert explain(rule, vocabulary=VOCABULARY)


def test_the_deepest_rule_that_is_admitted_can_be_parsed() -> None:
    source = "(" * (MAX_NESTING - 1) + "disabled" + ")" * (MAX_NESTING - 1)

    assert parse(source, vocabulary=VOCABULARY).canonical == "disabled"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused(source: str) -> None:
    try:
        parse(source, vocabulary=VOCABULARY)
    except RuleError as error:
        assert error.sentence


PIECES = [
    *[
        "(",
        ")",
        ",",
        "+",
        "-",
        "*",
        "/",
        "=",
        "<",
        ">",
        "'",
        "1",
        "2.5",
        "'gas'",
        "null",
        "true",
        "false",
        "and",
        "or",
        "not",
        "in",
        "is",
        "between",
    ],
    *[
        "case",
        "when",
        "then",
        "else",
        "end",
        "date",
        "abs",
        "round",
        "coalesce",
        "contains",
        "score",
        "disabled",
        "assets",
    ],
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join))
def test_any_shuffle_of_the_languages_own_words_is_parsed_or_refused(source: str) -> None:
    try:
        rule = parse(source, vocabulary=VOCABULARY)
    except RuleError:
        return
    assert parse(rule.canonical, vocabulary=VOCABULARY) == rule
