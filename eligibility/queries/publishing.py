"""Which answers the rules of programmes read, before another questionnaire is in force. Rules are public: no scope."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core.hooks import RuleUse
from core.rules import RuleError
from eligibility.assessing.plan import Plan
from eligibility.models import Programme, ProgrammeRules
from eligibility.queries import rules as rules_
from registry import questionnaire
from registry.intake.vocabulary import Level
from registry.questionnaire import Questionnaire


def question_uses(old: Mapping[str, Any], new: Mapping[str, Any], on: date) -> list[RuleUse]:
    """Of each programme that is not closed: its rules in force on the day, and those that begin later."""
    before, after = questionnaire.read(old), questionnaire.read(new)
    return [_use(rules, before, after, on) for rules in _in_force_or_later(on)]


def _in_force_or_later(on: date) -> list[ProgrammeRules]:
    found = (
        ProgrammeRules.objects.select_related("programme", "formula__variable_set")
        .filter(status=ProgrammeRules.Status.RELEASED)
        .exclude(programme__status=Programme.Status.CLOSED)
        .order_by("programme__code", "-valid_from", "-id")
    )
    wanted, begun = [], set[int]()
    for rules in found:
        if rules.programme_id in begun:
            continue
        wanted.append(rules)
        if rules.valid_from <= on:
            begun.add(rules.programme_id)
    return wanted


def _use(rules: ProgrammeRules, before: Questionnaire, after: Questionnaire, on: date) -> RuleUse:
    as_of = max(on, rules.valid_from)
    label = rules.programme.name
    if rules.valid_from > on:
        label = _("%(programme)s, rules from %(day)s") % {"programme": label, "day": rules.valid_from.isoformat()}
    questions, refused = frozenset[tuple[str, str]](), ""
    with suppress(RuleError):  # rules that cannot be read today either: the trial in the new words says so
        questions = _read_by(rules_.plan_in_words_of(before, rules=rules, as_of=as_of))
    try:
        rules_.plan_in_words_of(after, rules=rules, as_of=as_of)
    except RuleError as error:
        refused = str(error)
    return RuleUse(label, reverse("eligibility:programme", args=[rules.programme.code]), questions, refused)


def _read_by(plan: Plan) -> frozenset[tuple[str, str]]:
    """Level and code of the questions that a plan reads, by its variables and by its criteria and amount themselves."""
    named = {(variable.level, name) for variable in plan.variables.values() for name in variable.rule.names}
    named |= {
        (variable.level, name)
        for variable in plan.variables.values()
        if variable.where is not None
        for name in variable.where.names
    }
    own = (plan.criteria.rule.names | plan.amount.names) - set(plan.variables) - set(plan.parameters)
    named |= {(level, name) for name in own for level in Level}
    asked = {(question.level, question.code) for question in plan.questionnaire.questions}
    return frozenset((level.value, name) for level, name in named & asked)
