"""Why: one household's (or person's) assessment taken apart, with numbers that add up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.access.actor import Actor
from core.rules import UNDETERMINED, Rule, evaluate, explain
from core.rules.nodes import Comparison, Literal, Name
from eligibility.assessing import names
from eligibility.assessing.formula import FormulaSpec
from eligibility.assessing.plan import Plan
from eligibility.models import Assessment, AssessmentRun, Programme
from eligibility.queries import rules as rules_
from eligibility.queries import runs as runs_


@dataclass(frozen=True, slots=True)
class TermLine:
    """One term of the formula: what the household answered, whether it applies, what it adds.

    ``contribution`` is in the formula's own unit (before the scale of points); None: undetermined.
    """

    code: str
    label: str
    value: str
    applies: bool | None
    contribution: Decimal | None


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One criterion in words; ``met`` is None where an input is missing."""

    words: str
    met: bool | None


@dataclass(frozen=True, slots=True)
class MissingInput:
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class ScoreWords:
    """How the score came about: ``intercept`` and the terms make ``total``;
    ``score = (total - subtract) * multiply / divide``, rounded once to ``decimals``."""

    label: str
    version: str
    source: str
    illustrative: bool
    intercept: Decimal
    terms: tuple[TermLine, ...]
    total: Decimal | None
    subtract: Decimal
    multiply: Decimal
    divide: Decimal
    decimals: int
    score: Decimal | None
    cut_off: Decimal | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that people may be told about one assessment."""

    programme_code: str
    programme_name: str
    run_id: int
    run_status: str
    assessment_no: int
    as_of: date
    household_id: int
    household_reference: str
    person_id: int | None
    person_name: str
    outcome: str
    outcome_label: str
    reasons: tuple[str, ...]
    criteria: tuple[CriterionLine, ...]
    missing: tuple[MissingInput, ...]
    scored: ScoreWords | None
    amount_words: str
    source: str


def why(
    *,
    actor: Actor,
    household_id: int,
    programme_code: str,
    run_id: int | None = None,
    person_id: int | None = None,
) -> Explanation | None:
    """One household's assessment in a programme: in the run named, else in the newest published one.

    Where the programme's unit is the person, that person's, else the first of the household's. None: no such run, no
    such assessment, or not one that the actor may see.
    """
    found = why_each(
        actor=actor, household_id=household_id, programme_code=programme_code, run_id=run_id, person_id=person_id
    )
    return found[0] if found else None


def why_each(
    *,
    actor: Actor,
    household_id: int,
    programme_code: str,
    run_id: int | None = None,
    person_id: int | None = None,
) -> list[Explanation]:
    """As ``why``, for every person assessed in the household."""
    programme = Programme.objects.filter(code=programme_code).first()
    if programme is None:
        return []
    run = runs_.newest_published(programme_id=programme.pk) if run_id is None else runs_.run(actor=actor, run_id=run_id)
    if run is None or run.programme_id != programme.pk:
        return []
    rows = runs_.findings(actor=actor, run=run).filter(household_id=household_id)
    if person_id is not None:
        rows = rows.filter(person_id=person_id)
    assessed = list(rows)
    if not assessed:
        return []
    plan = rules_.plan_of(run.rules, as_of=run.as_of)
    return [explain_one(row, run=run, plan=plan) for row in assessed]


def of_household(*, actor: Actor, household_id: int) -> list[Explanation]:
    """The household's assessments in the newest published run of every programme, in the order of their codes."""
    found: list[Explanation] = []
    for programme in Programme.objects.order_by("code"):
        found += why_each(actor=actor, household_id=household_id, programme_code=programme.code)
    return found


def explain_one(row: Assessment, *, run: AssessmentRun, plan: Plan) -> Explanation:
    """The explanation of a finding under the plan of its run."""
    values = _values(row, plan)
    return Explanation(
        programme_code=run.programme.code,
        programme_name=run.programme.name,
        run_id=run.pk,
        run_status=run.status,
        assessment_no=row.id,
        as_of=run.as_of,
        household_id=row.household_id,
        household_reference=row.household.reference,
        person_id=row.person_id,
        person_name=str(row.person) if row.person else "",
        outcome=row.outcome,
        outcome_label=row.get_outcome_display(),
        reasons=tuple(row.reasons),
        criteria=tuple(
            CriterionLine(words=_sentence(part, plan), met=_met(part, values)) for part in plan.criteria.parts
        ),
        missing=_missing(row, plan),
        scored=_scored(row, run=run, plan=plan, values=values),
        amount_words=explain(plan.amount, vocabulary=plan.vocabulary),
        source=run.rules.source,
    )


def _values(row: Assessment, plan: Plan) -> dict[str, object]:
    """The kept inputs, parameters and score as the rules read them: numbers as decimals."""
    found: dict[str, object] = {
        name: Decimal(str(value)) if isinstance(value, float) else value for name, value in row.inputs.items()
    }
    found |= {code: item.value for code, item in plan.parameters.items()}
    if plan.formula and row.score is not None:
        found[names.SCORE] = plan.formula.points(row.score)
    return found


def _met(part: Rule, values: Mapping[str, object]) -> bool | None:
    found = evaluate(part, values=values)
    return None if found is UNDETERMINED else bool(found)


def _sentence(rule: Rule, plan: Plan) -> str:
    words = explain(rule, vocabulary=plan.vocabulary)
    return words[:1].upper() + words[1:]


def _missing(row: Assessment, plan: Plan) -> tuple[MissingInput, ...]:
    labels: dict[str, str] = {question.code: question.text() for question in plan.questionnaire.questions}
    found = []
    for reason in row.reasons:
        kind, _, code = reason.partition(":")
        if kind == "missing":
            symbol = plan.vocabulary.get(code)
            found.append(MissingInput(code, labels.get(code) or (symbol.label if symbol else "") or code))
    return tuple(found)


def _scored(row: Assessment, *, run: AssessmentRun, plan: Plan, values: Mapping[str, object]) -> ScoreWords | None:
    spec, formula = plan.formula, run.formula
    if spec is None or formula is None or row.contributions is None:
        return None
    parts = list(row.contributions)
    total = None if None in parts else spec.intercept + sum(part or 0 for part in parts)
    rescale = formula.content["rescale"]
    return ScoreWords(
        label=formula.label,
        version=formula.version,
        source=formula.source,
        illustrative=formula.illustrative,
        intercept=_unit(spec.intercept, spec),
        terms=tuple(
            TermLine(
                code=term.code,
                label=term.label,
                value=", ".join(_told(name, row.inputs, plan) for name in sorted(term.rule.names)),
                applies=None if part is None else part != 0,
                contribution=None if part is None else _unit(part, spec),
            )
            for term, part in zip(spec.terms, parts, strict=True)
        ),
        total=None if total is None else _unit(total, spec),
        subtract=_unit(spec.subtract, spec),
        multiply=Decimal(rescale["multiply"]),
        divide=Decimal(rescale["divide"]),
        decimals=spec.decimals,
        score=None if row.score is None else spec.points(row.score),
        cut_off=_cut_off(plan),
    )


def _unit(value: int, spec: FormulaSpec) -> Decimal:
    digits = len(str(spec.scale)) - 1
    return (Decimal(value) / spec.scale).quantize(Decimal(1).scaleb(-digits))


def _told(name: str, inputs: Mapping[str, Any], plan: Plan) -> str:
    label = plan.vocabulary[name].label or name
    value = inputs.get(name)
    if isinstance(value, bool):
        said = "yes" if value else "no"
    else:
        said = "not known" if value is None else str(value)
    return f"{label}: {said}"


def _cut_off(plan: Plan) -> Decimal | None:
    """The number that the criteria hold the score against, where they hold it against one."""
    for part in plan.criteria.parts:
        if isinstance(part.tree, Comparison) and isinstance(part.tree.left, Name):
            if part.tree.left.name != names.SCORE:
                continue
            match part.tree.right:
                case Name(name=name) if name in plan.parameters:
                    return plan.parameters[name].value
                case Literal(value=Decimal() as value):
                    return value
    return None
