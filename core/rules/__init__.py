"""The rules language: scalar expressions over the data dictionary, typed and three-valued.

``parse`` makes a ``Rule`` of a source; ``render`` makes SQL of a rule, ``evaluate`` computes it for
one household, ``missing_inputs`` names what was missing, ``explain`` says it in words. Pure: no
Django, no clock, no database. See ``docs/rules-language.md``.
"""

from core.rules.errors import OutOfRange, RuleError, WrongValue
from core.rules.evaluating import UNDETERMINED, Result, Undetermined, evaluate, missing_inputs
from core.rules.explaining import ENGLISH, explain
from core.rules.rendering import Condition, Dialect, render, render_condition, render_missing
from core.rules.rule import Rule, parse
from core.rules.vocabulary import Symbol, Type, Vocabulary
from core.rules.xpath import NotSayable, XPathCondition, render_xpath

__all__ = [
    "ENGLISH",
    "UNDETERMINED",
    "Condition",
    "Dialect",
    "NotSayable",
    "OutOfRange",
    "Result",
    "Rule",
    "RuleError",
    "Symbol",
    "Type",
    "Undetermined",
    "Vocabulary",
    "WrongValue",
    "XPathCondition",
    "evaluate",
    "explain",
    "missing_inputs",
    "parse",
    "render",
    "render_condition",
    "render_missing",
    "render_xpath",
]
