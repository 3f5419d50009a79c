"""One statement that assesses everybody. Pure: makes text only, from parsed rules and never from pasted ones.

Layers, each a subquery whose columns the next one reads (``OFFSET 0`` keeps them apart): persons, what is aggregated
over them, households, variables, terms, score, subjects, criteria, the finding.
"""

from collections.abc import Mapping

from core.rules import Rule, render, render_missing
from core.rules.canonical import number
from eligibility.assessing import names, people
from eligibility.assessing.formula import FormulaSpec, Term
from eligibility.assessing.plan import Plan
from eligibility.assessing.variables import Variable
from registry.intake.vocabulary import Level
from registry.questionnaire.sql import answer, carried

_NONE = "cast('{}' as text[])"
_PAIRS_A_CALL = 40  # PostgreSQL's functions take 100 arguments


def statement(plan: Plan) -> str:
    """SELECT of the findings: id, household_id, person_id, district_id, area_id, score, contributions, inputs,
    outcome, reasons, snapshot (in the first row). Ids count from 1 by household and person."""
    columns = _criteria_columns(plan)
    judged = ", ".join(
        f"{render(part, dialect='postgres', columns=columns)} AS r_{number_}"
        for number_, part in enumerate(plan.criteria.parts, 1)
    )
    nobody = "false" if plan.person else "n_size = 0"
    return f"""
        SELECT row_number() OVER (ORDER BY household_id, person_id) AS id,
            household_id, person_id, district_id, area_id, score, {_contributions(plan.formula)} AS contributions,
            {_inputs(plan, columns)} AS inputs,
            CASE WHEN {nobody} THEN 'not_assessable' WHEN {_some_part(plan, "IS FALSE")} THEN 'not_eligible'
                WHEN {_some_part(plan, "IS NULL")} THEN 'not_assessable' ELSE 'eligible' END AS outcome,
            CASE WHEN {nobody} THEN array['nobody_counts'] ELSE {_reasons(plan, columns)} END AS reasons,
            CASE WHEN row_number() OVER (ORDER BY household_id, person_id) = 1
                THEN pg_current_snapshot()::text END AS snapshot
        FROM (SELECT subjects.*, {judged} FROM ({_subjects(plan)}) subjects OFFSET 0) judged
    """


def outside(plan: Plan) -> str:
    """SELECT count(*) of the persons set aside because their age alone decides."""
    columns = _criteria_columns(plan)
    kept = _screened(plan, columns)
    return f"""
        SELECT count(*) FROM ({people.people(as_of=plan.as_of, used=names.PERSON_CORE, ways=plan.ways)}) person
        JOIN registry_household h ON h.id = person.household_id
        WHERE h.status = 'active' AND p_membership = 'member' AND NOT ({kept})
    """


def _subjects(plan: Plan) -> str:
    scored = _scored(plan)
    if not plan.person:
        return f"SELECT scored.*, NULL::bigint AS person_id FROM ({scored}) scored OFFSET 0"
    source = people.people(as_of=plan.as_of, used=names.PERSON_CORE, ways=plan.ways)
    return f"""
        SELECT scored.*, person.person_id, {", ".join(f"p_{name}" for name in names.PERSON_CORE)}, person.p_answers
        FROM ({scored}) scored JOIN ({source}) person ON person.household_id = scored.household_id
        WHERE p_membership = 'member' AND {_screened(plan, _criteria_columns(plan))} OFFSET 0
    """


def _screened(plan: Plan, columns: Mapping[str, str]) -> str:
    parts = [f"({render(part, dialect='postgres', columns=columns)}) IS NOT FALSE" for part in plan.screen]
    return " AND ".join(parts) or "true"


def _scored(plan: Plan) -> str:
    """Households with their variables (``v_``), terms (``c_``), ``score`` and ``m_score`` (its missing inputs)."""
    households = _household_columns(plan)
    mine = [item for item in plan.variables.values() if item.level is Level.HOUSEHOLD]
    base = _base(plan) if _reads_persons(plan) else _BASE.format(answers=_answers(plan), more="", join="")
    computed = "".join(
        f", {render(item.rule, dialect='postgres', columns=households)} AS v_{item.code}" for item in mine
    )
    known = f"SELECT base.*{computed} FROM ({base}) base OFFSET 0"
    if plan.formula is None:
        return f"SELECT known.*, NULL::int AS score, {_NONE} AS m_score FROM ({known}) known OFFSET 0"
    values = {code: f"v_{code}" for code in plan.variables}
    terms = "".join(f", {_term(term, values)} AS c_{place}" for place, term in enumerate(plan.formula.terms, 1))
    summed = f"SELECT known.*{terms} FROM ({known}) known OFFSET 0"
    blamed = " || ".join(
        f"(CASE WHEN v_{code} IS NULL THEN {_blame_of_variable(plan.variables[code], households)} ELSE {_NONE} END)"
        for code in sorted(plan.formula.names)
    )
    return f"""
        SELECT above.*, {_score(plan.formula)} AS score,
            CASE WHEN above.above IS NULL THEN {blamed or _NONE} ELSE {_NONE} END AS m_score
        FROM (SELECT summed.*, {_sum(plan.formula)} AS above FROM ({summed}) summed OFFSET 0) above OFFSET 0
    """


_BASE = """
    SELECT h.id AS household_id, h.district_id, h.area_id, {answers} AS h_answers{more}
    FROM registry_household h {join} WHERE h.status = 'active' OFFSET 0
"""


def _answers(plan: Plan) -> str:
    return carried("h.answers", "h.questionnaire_id", plan.ways, Level.HOUSEHOLD)


def _base(plan: Plan) -> str:
    """Households with what is aggregated over their persons."""
    theirs = [item for item in plan.variables.values() if item.level is Level.PERSON]
    source = people.people(as_of=plan.as_of, used=names.PERSON_CORE, ways=plan.ways)
    aggregates = people.aggregated(plan_variables=plan.variables, questionnaire=plan.questionnaire, source=source)
    carried = "".join(f", a.v_{item.code}, a.t_{item.code}" for item in theirs)
    return _BASE.format(
        answers=_answers(plan),
        more=f", {people.core_columns('a')}{carried}",
        join=f"LEFT JOIN ({aggregates}) a ON a.household_id = h.id",
    )


def _reads_persons(plan: Plan) -> bool:
    """Whether anything is read that is aggregated over a household's persons."""
    read = plan.criteria.rule.names | plan.amount.names
    for item in plan.variables.values():
        if item.level is Level.PERSON:
            return True
        read |= item.rule.names
    return not plan.person or bool(read & set(names.HOUSEHOLD_CORE))


def _term(term: Term, values: Mapping[str, str]) -> str:
    sql = render(term.rule, dialect="postgres", columns=values)
    if term.rule.type.is_number:
        return f"round({term.coefficient} * {sql})::int"
    return f"(CASE {sql} WHEN true THEN {term.coefficient} WHEN false THEN 0 END)"


def _sum(formula: FormulaSpec) -> str:
    terms = "".join(f" + c_{place}" for place in range(1, len(formula.terms) + 1))
    return f"({formula.intercept - formula.subtract}::bigint{terms})"


def _score(formula: FormulaSpec) -> str:
    """``above`` times numerator by denominator, half away from zero, within the bounds; whole numbers throughout."""
    size = f"(2 * abs(above.above) * {formula.numerator} + {formula.denominator}) / (2 * {formula.denominator}::bigint)"
    sql = f"(CASE WHEN above.above >= 0 THEN {size} ELSE -({size}) END)"
    if formula.minimum is not None:
        sql = f"(CASE WHEN above.above IS NOT NULL THEN greatest({sql}, {formula.minimum}) END)"
    if formula.maximum is not None:
        sql = f"(CASE WHEN above.above IS NOT NULL THEN least({sql}, {formula.maximum}) END)"
    return f"({sql})::int"


def _household_columns(plan: Plan) -> dict[str, str]:
    found = {name: f"n_{name}" for name in names.HOUSEHOLD_CORE}
    return found | {question.code: answer(question, "h_answers") for question in plan.questionnaire.of(Level.HOUSEHOLD)}


def _criteria_columns(plan: Plan) -> dict[str, str]:
    """A column for each word of criteria and amount."""
    found = _household_columns(plan)
    if plan.person:
        found |= people.person_columns(plan.questionnaire)
    found |= {code: f"v_{code}" for code in plan.variables}
    found |= {code: f"{number(item.value)}::numeric" for code, item in plan.parameters.items()}
    if plan.formula:
        found[names.SCORE] = f"(score / {10**plan.formula.decimals}::numeric)"
    return found


def _contributions(formula: FormulaSpec | None) -> str:
    if formula is None:
        return "NULL::int[]"
    return "array[" + ", ".join(f"c_{place}" for place in range(1, len(formula.terms) + 1)) + "]::int[]"


def _inputs(plan: Plan, columns: Mapping[str, str]) -> str:
    pairs = []
    for name in plan.inputs:
        symbol = plan.vocabulary[name]
        value = f"({columns[name]})"
        pairs.append(f"'{name}', " + (f"trim_scale({value}::numeric)" if symbol.type.is_number else value))
    calls = [
        f"jsonb_build_object({', '.join(pairs[start : start + _PAIRS_A_CALL])})"
        for start in range(0, len(pairs), _PAIRS_A_CALL)
    ]
    return " || ".join(calls) or "'{}'::jsonb"


def _some_part(plan: Plan, test: str) -> str:
    return "(" + " OR ".join(f"r_{place} {test}" for place in range(1, len(plan.criteria.parts) + 1)) + ")"


def _reasons(plan: Plan, columns: Mapping[str, str]) -> str:
    """``not_met:2`` for each part that is false; what is missing for each that is undetermined."""
    texts = [
        f"CASE WHEN r_{place} IS FALSE THEN 'not_met:{place}' END" for place in range(1, len(plan.criteria.parts) + 1)
    ]
    blamed = [
        f"(CASE WHEN r_{place} IS NULL THEN {_blame_of_part(plan, part, place, columns)} ELSE {_NONE} END)"
        for place, part in enumerate(plan.criteria.parts, 1)
    ]
    return (
        f"array_remove(array[{', '.join(texts)}], NULL) || "
        f'array(SELECT DISTINCT found COLLATE "C" FROM unnest({" || ".join(blamed)}) AS reason(found) ORDER BY 1)'
    )


def _blame_of_part(plan: Plan, part: Rule, place: int, columns: Mapping[str, str]) -> str:
    households = _household_columns(plan)
    missing = render_missing(part, dialect="postgres", columns=columns)
    expanded = []
    for name in sorted(part.names):
        if name == names.SCORE:
            blamed = "m_score"
        elif name in plan.variables:
            blamed = _blame_of_variable(plan.variables[name], households)
        else:
            blamed = f"array['{name}']"
        expanded.append(f"(CASE WHEN '{name}' = ANY({missing}) THEN {blamed} ELSE {_NONE} END)")
    return (
        f"(SELECT coalesce(array_agg('missing:' || found), array['undetermined:{place}']) "
        f"FROM unnest({' || '.join(expanded) or _NONE}) AS missing(found) WHERE found <> '')"
    )


def _blame_of_variable(variable: Variable, households: Mapping[str, str]) -> str:
    """text[]: the questions whose missing answers leave the variable null, or itself where there is none to name."""
    if variable.level is Level.PERSON:
        return f"coalesce(string_to_array(nullif(t_{variable.code}, ''), ','), array['{variable.code}'])"
    missing = render_missing(variable.rule, dialect="postgres", columns=households)
    return f"coalesce(nullif({missing}, {_NONE}), array['{variable.code}'])"
