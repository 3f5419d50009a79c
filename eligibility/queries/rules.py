"""Rules in force and the plans made of them. Rules are public: no scope."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.money import EXPONENTS, Money
from core.rules import UNDETERMINED, evaluate, explain, render
from eligibility.assessing import names, plan
from eligibility.assessing.plan import Plan
from eligibility.models import Programme, ProgrammeRules
from registry import questionnaire
from registry.models import QuestionnaireVersion
from registry.queries import carrying
from registry.questionnaire.carrying import Step


class NoRules(Exception):
    """This programme has no released rules on that day."""


class NoQuestionnaire(Exception):
    """No questionnaire is published: load the country pack first."""


def in_force(*, programme_id: int, on: date) -> ProgrammeRules:
    """The released rules with the latest ``valid_from`` up to the day.

    Raises:
        NoRules: none had begun.
    """
    found = (
        ProgrammeRules.objects.select_related("programme", "formula__variable_set")
        .filter(programme_id=programme_id, status=ProgrammeRules.Status.RELEASED, valid_from__lte=on)
        .order_by("-valid_from", "-id")
        .first()
    )
    if found is None:
        raise NoRules(f"No released rules were in force on {on.isoformat()}.")
    return found


def _in_force() -> QuestionnaireVersion:
    """Raises: NoQuestionnaire: none is published."""
    version = QuestionnaireVersion.objects.filter(status=QuestionnaireVersion.Status.PUBLISHED).first()
    if version is None:
        raise NoQuestionnaire(NoQuestionnaire.__doc__)
    return version


def plan_of(rules: ProgrammeRules, *, as_of: date, amount_only: bool = False) -> Plan:
    """The rules parsed and checked, with the parameters of the day; ``amount_only`` leaves the criteria aside.

    The words are those of the questionnaire in force; answers to earlier ones are carried into it.

    Raises:
        RuleError: a rule names a parameter that had not begun on the day.
    """
    version = _in_force()
    retired = QuestionnaireVersion.objects.filter(status=QuestionnaireVersion.Status.RETIRED).order_by("pk")
    return plan_in_words_of(
        questionnaire.read(version.content),
        rules=rules,
        as_of=as_of,
        amount_only=amount_only,
        ways={old.pk: carrying.way(old=old, new=version) for old in retired},
    )


def plan_in_words_of(
    asked: questionnaire.Questionnaire,
    *,
    rules: ProgrammeRules,
    as_of: date,
    amount_only: bool = False,
    ways: Mapping[int, tuple[Step, ...]] | None = None,
) -> Plan:
    """The rules parsed and checked in the words of a questionnaire, in force or not yet.

    Raises:
        RuleError: a rule names what that questionnaire or the parameters of the day have not.
    """
    formula = rules.formula
    return plan.make(
        as_of=as_of,
        person=rules.programme.unit == Programme.Unit.PERSON,
        questionnaire=asked,
        variable_content=formula.variable_set.content if formula else None,
        formula_content=formula.content if formula else None,
        criteria="true" if amount_only else rules.criteria,
        amount=rules.amount,
        parameters=rules.parameters,
        ways=ways,
    )


@dataclass(frozen=True, slots=True)
class AmountRule:
    """What is owed for one period of ``frequency_months`` that begins on ``on``, priced from an assessment's inputs.

    ``sql`` is an expression of type bigint (minor units; null: undetermined) over a jsonb column with the inputs that
    assessments keep; it holds no parameter and no user's text. ``words`` says the rule to people.
    """

    rules_id: int
    on: date
    currency: str
    frequency_months: int
    words: str
    plan: Plan

    def sql(self, inputs: str) -> str:
        """``inputs``: SQL of a jsonb value, such as ``a.inputs``; from trusted callers only."""
        kept = self.plan.amount.names & set(self.plan.inputs)
        columns = {name: f"({inputs} ->> '{name}'){_cast(self.plan, name)}" for name in kept}
        columns |= {code: f"{item.value}::numeric" for code, item in self.plan.parameters.items()}
        amount = render(self.plan.amount, dialect="postgres", columns=columns)
        return f"round(({amount}) * {10 ** EXPONENTS[self.currency]})::bigint"

    def of(self, inputs: dict[str, object]) -> Money | None:
        """The amount for one beneficiary; None where an input is missing."""
        values = {
            name: Decimal(str(value)) if isinstance(value, float) else value for name, value in inputs.items()
        } | {code: item.value for code, item in self.plan.parameters.items()}
        found = evaluate(self.plan.amount, values=values)
        if found is UNDETERMINED:
            return None
        assert isinstance(found, int | Decimal)
        return Money.of(Decimal(found), self.currency)


def amount_rule(*, programme_id: int, on: date) -> AmountRule:
    """The amount rule for a period that begins on ``on``: rules and rates in force that day.

    Amounts are written in major units of the programme's currency for one period of ``frequency_months``; minor units
    come out, halves rounded away from zero.

    Raises:
        NoRules: no rules were in force.
        RuleError: a rate that the amount names had not begun.
    """
    rules = in_force(programme_id=programme_id, on=on)
    made = plan_of(rules, as_of=on, amount_only=True)
    if names.SCORE in made.amount.names:
        raise NoRules("An amount cannot depend on the score: assessments keep inputs, not points, for payment.")
    return AmountRule(
        rules_id=rules.pk,
        on=on,
        currency=rules.programme.currency,
        frequency_months=rules.frequency_months,
        words=explain(made.amount, vocabulary=made.vocabulary),
        plan=made,
    )


def _cast(made: Plan, name: str) -> str:
    symbol = made.vocabulary[name]
    if symbol.type.is_number:
        return "::numeric"
    return "" if symbol.type.is_text else f"::{symbol.type}"
