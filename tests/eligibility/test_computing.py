"""Assessments: every score equals a slow recomputation, and a missing answer is never a zero."""

import random

import pytest

from eligibility.models import Assessment
from eligibility.queries import rules as rules_
from tests.eligibility.slow import assess_slowly
from tests.fixtures.eligibility import Member, random_household
from tests.fixtures.people import ON


def found_about(run, household):
    return Assessment.objects.get(run=run, household=household)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_finding_equals_a_slow_recomputation_by_hand(make_household, assess, child_grants, seed):
    draw = random.Random(seed)
    households = [random_household(make_household, draw) for _ in range(60)]

    run = assess("CGP")

    plan = rules_.plan_of(rules_.in_force(programme_id=child_grants.pk, on=ON), as_of=ON)
    outcomes = set()
    for household in households:
        found, expected = found_about(run, household), assess_slowly(plan, household)
        assert (found.score, found.contributions, found.outcome) == (
            expected.score,
            expected.contributions,
            expected.outcome,
        ), household.answers
        assert set(expected.missing) == {r.removeprefix("missing:") for r in found.reasons if r.startswith("missing:")}
        outcomes.add(found.outcome)
    assert outcomes == {"eligible", "not_eligible", "not_assessable"}
    assert run.counts["assessed"] == 60 == sum(run.counts["outcomes"].values())


def test_a_missing_answer_is_named_and_never_counted_as_zero(make_household, assess):
    household = make_household([Member(), Member(age=5)], heating_fuel=None)

    found = found_about(assess("CGP"), household)

    assert found.outcome == "not_assessable"
    assert found.score is None
    assert found.reasons == ["missing:heating_fuel"]


def test_a_members_missing_answer_is_named_where_no_other_member_settles_it(make_household, assess):
    unknown = make_household([Member(answers={"activity": None}), Member(age=5)])
    settled = make_household(
        [Member(answers={"activity": None}), Member(answers={"activity": "self_employed"}), Member(age=5)]
    )

    run = assess("CGP")

    assert found_about(run, unknown).reasons == ["missing:activity"]
    assert "missing:activity" in found_about(run, settled).reasons  # the wage is still unknown
    assert found_about(run, settled).inputs["self_employed"] is True


def test_a_household_without_children_is_not_eligible_whatever_else_is_missing(make_household, assess):
    household = make_household([Member()], heating_fuel=None)

    found = found_about(assess("CGP"), household)

    assert found.outcome == "not_eligible"
    assert "not_met:1" in found.reasons


def test_a_household_in_which_nobody_counts_is_not_assessable(make_household, assess):
    household = make_household([Member(residence="abroad"), Member(counts=False)])

    assert found_about(assess("CGP"), household).reasons == ["nobody_counts"]


def test_the_dead_and_those_not_yet_born_do_not_count(make_household, assess):
    from datetime import date

    household = make_household(
        [Member(), Member(age=4, died_on=date(2026, 2, 1)), Member(birth_date=date(2026, 3, 17))]
    )

    found = found_about(assess("CGP"), household)

    assert found.inputs["size"] == 1
    assert found.inputs["children_0_17"] == 0


def test_the_same_register_gives_the_same_digest_and_the_same_numbers(make_household, assess):
    draw = random.Random(7)
    for _ in range(20):
        random_household(make_household, draw)

    first, second = assess("CGP"), assess("CGP")

    assert first.pk != second.pk
    assert first.digest == second.digest
    assert list(Assessment.objects.filter(run=first).order_by("id").values_list("id", "household_id")) == list(
        Assessment.objects.filter(run=second).order_by("id").values_list("id", "household_id")
    )
    make_household([Member(), Member(age=3)])
    assert assess("CGP").digest != first.digest
