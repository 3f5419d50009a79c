"""A finding worked out one household at a time, from the rules' reference interpreter and plain loops."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from core.rules import UNDETERMINED, evaluate, missing_inputs
from eligibility.assessing.plan import Plan
from eligibility.assessing.variables import Aggregate, Variable
from eligibility.models import Formula
from registry.models import Household, Membership


@dataclass
class Finding:
    score: int | None
    contributions: list[int | None]
    outcome: str
    missing: set[str]


def years(born: Any, on: Any) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def is_linked(membership: Membership) -> bool:
    if membership.counts or membership.residence in ("usual", "temporarily_absent"):
        return not membership.counts
    return membership.person.memberships.exclude(pk=membership.pk).filter(counts=True, until_on=None).exists()


def people_of(household: Household, plan: Plan) -> list[dict[str, Any]]:
    found = []
    for membership in household.memberships.select_related("person").order_by("position"):
        person = membership.person
        if person.birth_date > plan.as_of or (person.died_on and person.died_on <= plan.as_of):
            continue
        found.append(
            {
                **person.answers,
                "counts": membership.counts,
                "age": years(person.birth_date, plan.as_of),
                "sex": person.sex,
                "membership": "linked" if is_linked(membership) else "member",
                "residence": membership.residence,
                "nationality": person.nationality or None,
                "mother_status": person.mother_status,
                "father_status": person.father_status,
            }
        )
    return found


def variable(item: Variable, household: dict[str, Any], people: list[dict[str, Any]]) -> tuple[Any, set[str]]:
    """The variable's value (None: undetermined) and the missing answers."""
    if item.aggregate is None:
        found = evaluate(item.rule, values=household)
        return (None, set(missing_inputs(item.rule, values=household))) if found is UNDETERMINED else (found, set())
    values, missing = [], set()
    for person in people:
        kept = True if item.where is None else evaluate(item.where, values=person)
        if kept is False:
            continue
        found = UNDETERMINED if kept is UNDETERMINED else evaluate(item.rule, values=person)
        values.append(None if found is UNDETERMINED else found)
        if found is UNDETERMINED:
            missing |= set(missing_inputs(item.rule, values=person))
    if not values:
        return item.when_empty, set()
    if item.aggregate is Aggregate.ANY and True in values:
        return True, set()
    if None in values:
        return None, missing
    return {
        Aggregate.ANY: lambda: False,
        Aggregate.COUNT: lambda: sum(values),
        Aggregate.MAX: lambda: max(values),
        Aggregate.MIN: lambda: min(values),
        Aggregate.SUM: lambda: sum(values),
    }[item.aggregate](), set()


def assess_slowly(plan: Plan, household: Household) -> Finding:
    people = people_of(household, plan)
    counting = [person for person in people if person["counts"]]
    core = {
        **household.answers,
        "size": len(counting),
        "children_0_17": sum(person["age"] <= 17 for person in counting),
    }
    found = {code: variable(item, core, people) for code, item in plan.variables.items()}
    values = {code: value for code, (value, _) in found.items()}
    content = Formula.objects.get(code="pmt_illustrative").content
    parts = []
    for term, raw in zip(plan.formula.terms, content["terms"], strict=True):
        holds = evaluate(term.rule, values=values)
        parts.append(None if holds is UNDETERMINED else raw["coefficient"] if holds else 0)
    score = None
    if None not in parts:
        rescale, total = content["rescale"], Fraction(content["intercept"] + sum(parts), content["scale"])
        exact = (
            (total - Fraction(rescale["subtract"], content["scale"]))
            * Fraction(rescale["multiply"])
            / Fraction(rescale["divide"])
        )
        score = int(
            (Decimal(exact.numerator) * 10 ** rescale["decimals"] / Decimal(exact.denominator)).quantize(
                Decimal(1), rounding=ROUND_HALF_UP
            )
        )
    if not counting:
        return Finding(score, parts, "not_assessable", set())
    blamed = {name for code, (value, names) in found.items() if value is None for name in names or {code}}
    if values["children_0_17"] < 1:
        return Finding(score, parts, "not_eligible", blamed)
    if score is None:
        return Finding(score, parts, "not_assessable", blamed)
    return Finding(score, parts, "eligible" if score < 36100 else "not_eligible", set())
