"""The amount of one period, by the rule in force on its first day, as SQL over the frozen inputs of an assessment."""

from dataclasses import dataclass

from eligibility.models import Programme
from eligibility.queries.rules import AmountRule, amount_rule
from payments.periods import Period


class NoRule(Exception):
    """The programme's rule for this period is for another length of period."""


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one period: SQL giving minor units as bigint (null: undetermined), and SQL of the facts used."""

    period: Period
    rules_id: int
    amount: str
    facts: str


def price_of(*, programme: Programme, period: Period, inputs: str = "inputs") -> Price:
    """How the period is priced; ``inputs`` is the SQL of the jsonb that holds the frozen inputs.

    Raises:
        NoRule: the rule in force on the period's first day covers another span.
        NoRules: no released rule is in force on that day.
        RuleError: the rule names a parameter that had not begun.
    """
    rule = amount_rule(programme_id=programme.pk, on=period.first)
    if rule.frequency_months != programme.frequency_months:
        raise NoRule(f"The rule of {programme.code} on {period.first:%-d %B %Y} is for another length of period.")
    return Price(period=period, rules_id=rule.rules_id, amount=rule.sql(inputs), facts=_facts(rule, inputs))


def _facts(rule: AmountRule, inputs: str) -> str:
    """What the amount was reckoned from, kept on the entitlement: parameters as text, inputs as they were."""
    parameters = rule.plan.parameters
    pairs = [
        f"'{name}', " + (f"'{parameters[name].value:f}'::text" if name in parameters else f"{inputs}->'{name}'")
        for name in sorted(rule.plan.amount.names)
    ]
    return f"jsonb_build_object({', '.join(pairs)})"
