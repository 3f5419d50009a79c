"""A contested assessment as the officer sees it: each variable's contribution, and how they make the score."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from eligibility.queries.explanations import Explanation, ScoreWords, TermLine
from grievances.views.shown import day


def shown(found: Explanation) -> dict[str, Any]:
    """What ``_contested.html`` shows."""
    scored = found.scored
    rows = [
        {"key": _("Programme"), "value": found.programme_name},
        {"key": _("As of"), "value": day(found.as_of)},
        {"key": _("Result"), "value": found.outcome_label},
    ]
    if found.person_name:
        rows.insert(1, {"key": _("Person"), "value": found.person_name})
    if scored:
        rows.append({"key": _("Score"), "value": _number(scored.score)})
        if scored.cut_off is not None:
            rows.append({"key": _("Cut-off"), "value": _number(scored.cut_off)})
    if found.missing:
        rows.append({"key": _("Missing"), "value": ", ".join(item.label for item in found.missing)})
    return {
        "title": _("Contested assessment"),
        "rows": rows,
        "criteria": {
            "caption": _("Criteria"),
            "columns": [{"label": _("Criterion")}, {"label": _("Met")}],
            "rows": [[line.words, _met(line.met)] for line in found.criteria],
        },
        "contributions": _contributions(scored) if scored else None,
        "illustrative": bool(scored and scored.illustrative),
    }


def _contributions(scored: ScoreWords) -> dict[str, Any]:
    return {
        "caption": _("Contributions to the score"),
        "columns": [
            {"label": _("Part")},
            {"label": _("Answer")},
            {"label": _("Contribution"), "numeric": True},
        ],
        "rows": [
            [_("Starting value"), "", _number(scored.intercept)],
            *([line.label, line.value, _contribution(line)] for line in scored.terms if line.contribution != 0),
        ],
        "nothing": [f"{line.label} ({line.value})" for line in scored.terms if line.contribution == 0],
        "total": [_("Sum"), "", _number(scored.total)],
        "formula": _("Score = (sum − %(subtract)s) × %(multiply)s ÷ %(divide)s, rounded once to %(digits)d digits.")
        % {
            "subtract": scored.subtract,
            "multiply": scored.multiply,
            "divide": scored.divide,
            "digits": scored.decimals,
        },
        "source": f"{scored.label}, {scored.version}. {scored.source}",
    }


def _contribution(line: TermLine) -> str:
    return _("not known") if line.contribution is None else f"{line.contribution:+}"


def _met(met: bool | None) -> dict[str, str]:
    if met is None:
        return {"text": _("Not known"), "tone": "waiting"}
    return {"text": _("Yes"), "tone": "good"} if met else {"text": _("No"), "tone": "bad"}


def _number(value: Decimal | None) -> str:
    return _("not known") if value is None else str(value)
