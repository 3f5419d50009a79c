"""Programmes, their rules in words, and the formulas that they use."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.access.permissions import Permission
from core.access.web import actor_of_request, requires
from core.rules import RuleError, explain
from eligibility.models import Enrolment, Formula, Programme, ProgrammeRules
from eligibility.queries import enrolments as enrolments_
from eligibility.queries import programmes as programmes_
from eligibility.queries import rules as rules_
from eligibility.views.words import ENROLMENT_TONES, PROGRAMME_TONES, columns, crumbs, day

_SEE = (Permission.ELIGIBILITY_VIEW, Permission.ENROLMENT_VIEW)


@require_safe
@requires(*_SEE)
def programmes(request: HttpRequest) -> HttpResponse:
    rows = [
        [
            {"text": programme.name, "url": reverse("eligibility:programme", args=[programme.code])},
            programme.code,
            programme.get_unit_display(),
            {"text": programme.get_status_display(), "tone": PROGRAMME_TONES[programme.status]},
        ]
        for programme in programmes_.programmes()
    ]
    context = {
        "page_title": _("Programmes"),
        "columns": columns(_("Programme"), _("Code"), _("Whom it serves"), _("State")),
        "rows": rows,
        "formulas": [
            {
                "label": f"{item.label}, {item.version}",
                "url": reverse("eligibility:formula", args=[item.code, item.version]),
            }
            for item in programmes_.formulas()
        ],
    }
    return render(request, "eligibility/programmes.html", context)


@require_safe
@requires(*_SEE)
def programme(request: HttpRequest, code: str) -> HttpResponse:
    """One programme: criteria in words, amounts by date, how many stand where on the list."""
    found = programmes_.programme(code=code)
    if found is None:
        raise Http404
    actor, today = actor_of_request(request), timezone.localdate()
    versions = list(programmes_.released_rules(programme_id=found.pk))
    counts = enrolments_.counts_by_status(actor=actor, programme_code=code)
    context = {
        "page_title": found.name,
        "caption": found.code,
        "crumbs": crumbs((_("Programmes"), reverse("eligibility:programmes")), (found.name, "")),
        "summary": _summary(found),
        "criteria": _criteria(versions, today),
        "amounts": [line for rules in versions for line in _amounts(rules)],
        "amount_columns": columns(_("From"), _("Amount"), _("For"), _("Source")),
        "formula": _formula_link(versions[0].formula) if versions and versions[0].formula else None,
        "caution": versions[0].caution if versions else "",
        "list_columns": columns(_("State"), _("Number"), numeric=[_("Number")]),
        "list_rows": [
            [{"text": str(Enrolment.Status(status).label), "tone": ENROLMENT_TONES[status]}, count]
            for status, count in counts.items()
        ],
        "may_list": actor.may(Permission.ENROLMENT_VIEW),
        "list_url": reverse("eligibility:beneficiaries", args=[code]),
        "runs_url": reverse("eligibility:runs") + f"?programme={code}"
        if actor.may(Permission.ELIGIBILITY_VIEW)
        else "",
        "start_url": reverse("eligibility:run_start", args=[code])
        if found.status == Programme.Status.OPEN and actor.may_for_programme(Permission.ELIGIBILITY_RUN, code)
        else "",
    }
    return render(request, "eligibility/programme.html", context)


def _summary(found: Programme) -> list[dict[str, Any]]:
    return [
        {"key": _("State"), "value": found.get_status_display(), "tone": PROGRAMME_TONES[found.status]},
        {"key": _("Whom it serves"), "value": found.get_unit_display()},
        {"key": _("Who receives"), "value": found.get_recipient_kind_display()},
        {"key": _("Paid every"), "value": _("%(n)s months") % {"n": found.frequency_months}},
        {"key": _("Community validation"), "value": _("Yes") if found.validation_required else _("No")},
        {
            "key": _("Proved again after"),
            "value": _("%(n)s months") % {"n": found.recertify_months} if found.recertify_months else _("Never"),
        },
    ]


def _criteria(versions: list[ProgrammeRules], today: date) -> list[str]:
    """The criteria in force today in words; nothing where none is."""
    current = next((rules for rules in versions if rules.valid_from <= today), None)
    if current is None:
        return []
    try:
        plan = rules_.plan_of(current, as_of=today)
    except (RuleError, rules_.NoQuestionnaire):
        return []
    told = [explain(part, vocabulary=plan.vocabulary) for part in plan.criteria.parts]
    return [words[:1].upper() + words[1:] for words in told]


def _amounts(rules: ProgrammeRules) -> list[list[str]]:
    """One line for each day on which the amount changed."""
    named = {item["code"] for item in rules.parameters if item["code"] in rules.amount}
    begins = {date.fromisoformat(item["valid_from"]) for item in rules.parameters if item["code"] in named}
    days = sorted({rules.valid_from} | {begin for begin in begins if begin > rules.valid_from}, reverse=True)
    lines = []
    for begin in days:
        try:
            plan = rules_.plan_of(rules, as_of=begin, amount_only=True)
        except (RuleError, rules_.NoQuestionnaire):
            lines.append([day(begin), _("Not known"), "", ""])
            continue
        sources = {item.source for code, item in plan.parameters.items() if code in plan.amount.names and item.source}
        words = explain(plan.amount, vocabulary=plan.vocabulary)
        lines.append([day(begin), words, _("%(n)s months") % {"n": rules.frequency_months}, "; ".join(sorted(sources))])
    return lines


def _formula_link(formula: Formula) -> dict[str, Any]:
    return {
        "label": f"{formula.label}, {formula.version}",
        "url": reverse("eligibility:formula", args=[formula.code, formula.version]),
        "illustrative": formula.illustrative,
    }


@require_safe
@requires(*_SEE)
def formula(request: HttpRequest, code: str, version: str) -> HttpResponse:
    """One formula: whether it is illustrative, its terms and how the score follows."""
    found = programmes_.formula(code=code, version=version)
    if found is None:
        raise Http404
    content, scale = found.content, found.content["scale"]
    digits = len(str(scale)) - 1

    def unit(whole: int) -> str:
        return f"{whole / scale:.{digits}f}"

    context = {
        "page_title": found.label,
        "caption": f"{found.code}, {found.version}",
        "crumbs": crumbs((_("Programmes"), reverse("eligibility:programmes")), (found.label, "")),
        "illustrative": found.illustrative,
        "summary": [
            {"key": _("In force from"), "value": day(found.valid_from)},
            {"key": _("Starts from"), "value": unit(content["intercept"])},
            {
                "key": _("Score"),
                "value": _("(sum − %(subtract)s) × %(multiply)s ÷ %(divide)s, rounded to %(decimals)s decimals")
                % {
                    "subtract": unit(content["rescale"]["subtract"]),
                    "multiply": content["rescale"]["multiply"],
                    "divide": content["rescale"]["divide"],
                    "decimals": content["rescale"]["decimals"],
                },
            },
            {"key": _("Source"), "value": found.source},
        ],
        "term_columns": columns(_("Where"), _("Added"), numeric=[_("Added")]),
        "term_rows": [
            [term.get("label", {}).get("en", term["code"]), unit(term["coefficient"])] for term in content["terms"]
        ],
        "variable_columns": columns(_("Variable"), _("Code"), _("How it is read")),
        "variable_rows": [
            [item.get("label", {}).get("en", item["code"]), item["code"], _reading(item)]
            for item in found.variable_set.content["variables"]
        ],
    }
    return render(request, "eligibility/formula.html", context)


def _reading(item: dict[str, Any]) -> str:
    said = " ".join(str(item["expression"]).split())
    if item.get("aggregate"):
        said = f"{item['aggregate']}: {said}"
    return said + (f" ({_('among')}: {item['where']})" if item.get("where") else "")
