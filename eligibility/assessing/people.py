"""SQL of the persons of each household on a day, and of what is aggregated over them. Pure: makes text only."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from core.rules import render, render_missing
from eligibility.assessing import names
from eligibility.assessing.variables import Aggregate, Variable
from registry.intake.vocabulary import Level
from registry.questionnaire import Questionnaire
from registry.questionnaire.carrying import Step
from registry.questionnaire.sql import answer, carried

COUNTS_FOR_HOUSEHOLD = {
    "size": "count(*) FILTER (WHERE p_counts)",
    "children_0_17": "count(*) FILTER (WHERE p_counts AND p_age <= 17)",
    "adults_18_59": "count(*) FILTER (WHERE p_counts AND p_age BETWEEN 18 AND 59)",
    "elders_60_plus": "count(*) FILTER (WHERE p_counts AND p_age >= 60)",
    "reference_persons": "count(*) FILTER (WHERE is_reference)",
    "reference_age": (
        "CASE WHEN count(*) FILTER (WHERE is_reference) = 1 THEN max(p_age) FILTER (WHERE is_reference) END"
    ),
    "reference_present": (
        "CASE WHEN count(*) FILTER (WHERE is_reference) = 1 "
        "THEN bool_and(p_residence = 'usual') FILTER (WHERE is_reference) END"
    ),
    "oldest_age": "max(p_age) FILTER (WHERE p_counts)",
}
"""Core names of the household that are aggregates over its persons."""

_NEVER_MISSING = frozenset({"size", "children_0_17", "adults_18_59", "elders_60_plus", "reference_persons"})
_ALWAYS_READ = frozenset({"counts", "age", "membership", "residence"})


# Who does not count though present is linked; who is away is a member unless counting in another household.
_MEMBERSHIP = """(CASE WHEN m.counts THEN 'member' WHEN m.residence IN ('usual', 'temporarily_absent') THEN 'linked'
    WHEN EXISTS (SELECT 1 FROM registry_membership elsewhere WHERE elsewhere.person_id = m.person_id
        AND elsewhere.counts AND elsewhere.until_on IS NULL AND elsewhere.household_id <> m.household_id) THEN 'linked'
    ELSE 'member' END)"""


def _person_columns(as_of: date) -> dict[str, str]:
    day = as_of.isoformat()
    return {
        "counts": "(m.counts AND m.residence IN ('usual', 'temporarily_absent'))",
        # The registry's own function says what a partly known date means; it is slow, and needed for few.
        "age": (
            "(CASE WHEN p.birth_date_precision = 'day' "
            f"THEN date_part('year', age(timestamp '{day}', p.birth_date::timestamp))::int "
            f"ELSE registry_age(p.birth_date, p.birth_date_precision, date '{day}') END)"
        ),
        "has_national_id": "(p.national_id IS NOT NULL)",
        "sex": "p.sex",
        "membership": _MEMBERSHIP,
        "relationship": "nullif(m.relationship, '')",
        "birth_date_precision": "p.birth_date_precision",
        "nationality": "nullif(p.nationality, '')",
        "residence_status": "nullif(p.residence_status, '')",
        "residence": "nullif(m.residence, '')",
        "marital_status": "nullif(p.marital_status, '')",
        "mother_status": "nullif(p.mother_status, '')",
        "father_status": "nullif(p.father_status, '')",
    }


def people(*, as_of: date, used: Iterable[str], ways: Mapping[int, tuple[Step, ...]]) -> str:
    """Living persons with a membership on the day: ``p_<core name>`` columns and ``p_answers``.

    Answers to earlier questionnaire versions are carried along ``ways``.

    A membership lasts from its first day up to, not including, its last. ``OFFSET 0`` keeps the planner from computing
    a column anew wherever it is named.
    """
    columns = _person_columns(as_of)
    day = f"date '{as_of.isoformat()}'"
    wanted = [name for name in columns if name in _ALWAYS_READ | set(used)]
    chosen = ", ".join(f"{columns[name]} AS p_{name}" for name in wanted)
    answers = carried("p.answers", "p.questionnaire_id", ways, Level.PERSON)
    return (
        f"SELECT m.household_id, m.person_id, m.is_reference, {chosen}, {answers} AS p_answers "
        "FROM registry_membership m JOIN registry_person p ON p.id = m.person_id "
        f"WHERE m.from_on <= {day} AND (m.until_on IS NULL OR m.until_on > {day}) "
        f"AND p.birth_date <= {day} AND (p.died_on IS NULL OR p.died_on > {day}) OFFSET 0"
    )


def person_columns(questionnaire: Questionnaire) -> dict[str, str]:
    """A column for each word about a person, over the relation that ``people`` makes."""
    found = {name: f"p_{name}" for name in names.PERSON_CORE}
    return found | {question.code: answer(question, "p_answers") for question in questionnaire.of(Level.PERSON)}


def aggregated(*, plan_variables: Mapping[str, Variable], questionnaire: Questionnaire, source: str) -> str:
    """One row a household: ``n_<core name>``, and for each person variable ``v_<code>`` with ``t_<code>``.

    ``t_<code>`` names the missing inputs, with commas, where ``v_<code>`` is null because of them.
    """
    columns = person_columns(questionnaire)
    mine = [variable for variable in plan_variables.values() if variable.level is Level.PERSON]
    inner, outer = [], [f"{sql} AS n_{name}" for name, sql in COUNTS_FOR_HOUSEHOLD.items()]
    for variable in mine:
        value, kept = _value_and_kept(variable, columns)
        inner += [f"{value} AS e_{variable.code}", f"{kept} AS k_{variable.code}"]
        outer += [
            f"{_aggregate(variable)} AS v_{variable.code}",
            f"{_missing(variable, columns)} AS t_{variable.code}",
        ]
    columns_of_inner = ", ".join(["people.*", *inner])
    return (
        f"SELECT household_id, {', '.join(outer)} "
        f"FROM (SELECT {columns_of_inner} FROM ({source}) people OFFSET 0) people GROUP BY household_id"
    )


def core_columns(alias: str) -> str:
    """The core names of the household as columns, numbers of persons 0 where nobody belongs."""
    return ", ".join(
        f"coalesce({alias}.n_{name}, 0) AS n_{name}" if name in _NEVER_MISSING else f"{alias}.n_{name}"
        for name in COUNTS_FOR_HOUSEHOLD
    )


def _value_and_kept(variable: Variable, columns: Mapping[str, str]) -> tuple[str, str]:
    value = render(variable.rule, dialect="postgres", columns=columns)
    kept = "true"
    if variable.where is not None:
        where = render(variable.where, dialect="postgres", columns=columns)
        value, kept = f"(CASE WHEN {where} THEN {value} END)", f"(({where}) IS NOT FALSE)"
    if variable.aggregate is Aggregate.HEAD:
        kept = f"({kept} AND is_reference)"
    return value, kept


def _aggregate(variable: Variable) -> str:
    e, k = f"e_{variable.code}", f"k_{variable.code}"
    number = "::numeric(18,6)"
    settled = {
        Aggregate.COUNT: f"count(*) FILTER (WHERE {k} AND {e})",
        Aggregate.SHARE: f"(count(*) FILTER (WHERE {k} AND {e})::numeric / count(*) FILTER (WHERE {k})){number}",
        Aggregate.ANY: "false",
        Aggregate.SUM: f"(sum({e}) FILTER (WHERE {k})){number}",
        Aggregate.MAX: f"max({e}) FILTER (WHERE {k})",
        Aggregate.MIN: f"min({e}) FILTER (WHERE {k})",
        Aggregate.HEAD: f"(array_agg({e}) FILTER (WHERE {k}))[1]",
    }[variable.aggregate or Aggregate.ANY]
    decided = f"WHEN bool_or({e}) FILTER (WHERE {k}) THEN true " if variable.aggregate is Aggregate.ANY else ""
    return (
        f"(CASE WHEN bool_or({k}) IS NOT TRUE THEN {_literal(variable.when_empty)} {decided}"
        f"WHEN bool_or({e} IS NULL) FILTER (WHERE {k}) THEN NULL ELSE {settled} END)"
    )


def _missing(variable: Variable, columns: Mapping[str, str]) -> str:
    rules = [variable.rule] + ([variable.where] if variable.where is not None else [])
    blamed = " || ".join(render_missing(rule, dialect="postgres", columns=columns) for rule in rules)
    return (
        f"string_agg(array_to_string({blamed}, ','), ',') "
        f"FILTER (WHERE k_{variable.code} AND e_{variable.code} IS NULL)"
    )


def _literal(value: bool | Decimal | str | None) -> str:
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case str():
            return "'" + value.replace("'", "''") + "'"
