"""Assessments: every score equals a slow recomputation, and a missing answer is never a zero."""

import random
from datetime import date
from decimal import Decimal

import pytest

from core.access.actor import SYSTEM
from core.acting import acting
from eligibility.models import Assessment, ProgrammeRules
from eligibility.queries import rules as rules_
from registry.models import Membership
from tests.eligibility.slow import assess_slowly
from tests.fixtures.eligibility import Member, random_household
from tests.fixtures.people import AT, ON


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
    household = make_household([Member(residence="abroad"), Member(linked=True)])

    assert found_about(assess("CGP"), household).reasons == ["nobody_counts"]


def test_the_dead_and_those_not_yet_born_do_not_count(make_household, assess):
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


def test_a_member_abroad_raises_the_score_and_a_linked_person_abroad_does_not(make_household, assess):
    father = [Member(), Member(age=40, residence="abroad"), Member(age=3)]
    own, other = make_household(father), make_household([Member(), Member(age=3)])
    elsewhere = make_household([Member(age=50)])
    with acting(actor=SYSTEM, at=AT):
        Membership.objects.create(
            person=elsewhere.memberships.get().person,
            household=other,
            district=other.district,
            counts=False,
            relationship="spouse",
            residence="abroad",
            position=3,
            from_on=date(2026, 1, 5),
        )

    run = assess("CGP")

    assert found_about(run, own).inputs["member_abroad"] is True
    assert found_about(run, other).inputs["member_abroad"] is False
    assert found_about(run, own).score > found_about(run, other).score


def test_the_cut_off_itself_is_not_below_the_cut_off(make_household, assess, child_grants):
    """Two rules that differ only in the cut-off: at the score exactly, and one hundredth above it."""
    household = make_household([Member(), Member(age=5)])
    score = Decimal(found_about(assess("CGP"), household).score).scaleb(-2)
    last = ProgrammeRules.objects.get(programme=child_grants)

    outcomes = []
    for version, (day, cut_off) in enumerate(
        [(date(2026, 2, 1), score), (date(2026, 2, 2), score + Decimal("0.01"))], 2
    ):
        others = [item for item in last.parameters if item["code"] != "poverty_cut_off"]
        cut = {"code": "poverty_cut_off", "value": str(cut_off), "valid_from": "2026-01-01"}
        with acting(actor=SYSTEM, at=AT):
            ProgrammeRules.objects.create(
                programme=child_grants,
                version=version,
                valid_from=day,
                criteria=last.criteria,
                amount=last.amount,
                frequency_months=3,
                parameters=[*others, cut],
                formula=last.formula,
                status="released",
                released_at=AT,
                digest=str(version) * 64,
            )
        outcomes.append(found_about(assess("CGP", as_of=day), household).outcome)

    assert outcomes == ["not_eligible", "eligible"]


def test_persons_are_assessed_one_by_one_and_the_young_are_only_counted(make_household, assess):
    household = make_household(
        [
            Member(age=70),
            Member(age=69),
            Member(age=81, nationality="ZAF"),
            Member(age=75, residence="abroad"),
            Member(age=90, nationality=""),
            Member(age=95, linked=True),
            Member(age=9),
        ]
    )

    run = assess("OAP")

    persons = list(household.memberships.order_by("position").values_list("person_id", flat=True))
    found = {finding.person_id: (finding.outcome, finding.reasons) for finding in Assessment.objects.filter(run=run)}
    assert found == {
        persons[0]: ("eligible", []),
        persons[2]: ("not_eligible", ["not_met:2"]),
        persons[3]: ("not_eligible", ["not_met:3"]),
        persons[4]: ("not_assessable", ["missing:nationality"]),
    }
    assert run.counts["outside_age"] == 2
