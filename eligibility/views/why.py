"""Why: what an assessment found about one household, with numbers that add up."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.access.permissions import Permission
from core.access.web import actor_of_request, requires
from core.views.reads import saw_households
from eligibility.models import Programme
from eligibility.queries import enrolments as enrolments_
from eligibility.queries import explanations
from eligibility.queries import households as households_
from eligibility.queries import runs as runs_
from eligibility.queries.explanations import Explanation, ScoreWords
from eligibility.views.words import ENROLMENT_TONES, OUTCOME_TONES, columns, crumbs, day, number
from registry.forms.words import place
from registry.models import Household


@require_safe
@requires(Permission.ELIGIBILITY_VIEW)
def why(request: HttpRequest, reference: str) -> HttpResponse:
    """One household in the newest published run of each programme, or in the run ``?run=`` names."""
    actor = actor_of_request(request)
    household = households_.household(actor=actor, reference=reference)
    if household is None:
        raise Http404
    run_id = number(request.GET.get("run", ""))
    context = {
        "page_title": _("Why: household %(reference)s") % {"reference": reference},
        "caption": place(household.area, household.district),
        "crumbs": crumbs(
            (_("Households"), reverse("registry:search")),
            (reference, reverse("registry:household", args=[reference])),
            (_("Assessment"), ""),
        ),
        **_context(request, household, run_id=run_id),
    }
    return render(request, "eligibility/why.html", context)


@require_safe
@requires(Permission.ELIGIBILITY_VIEW)
def tab(request: HttpRequest, household_id: int) -> HttpResponse:
    """The same as a part of the household's page."""
    household = households_.household(actor=actor_of_request(request), household_id=household_id)
    if household is None:
        raise Http404
    return render(request, "eligibility/_why.html", _context(request, household, run_id=None))


def _context(request: HttpRequest, household: Household, *, run_id: int | None) -> dict[str, Any]:
    actor = actor_of_request(request)
    if run_id is None:
        found = explanations.of_household(actor=actor, household_id=household.pk)
    else:
        run = runs_.run(actor=actor, run_id=run_id)
        programme = Programme.objects.filter(pk=run.programme_id).first() if run else None
        if programme is None:
            raise Http404
        found = explanations.why_each(
            actor=actor, household_id=household.pk, programme_code=programme.code, run_id=run_id
        )
    saw_households(request, "eligibility:why", [household.pk])
    return {
        "explanations": [_told(item) for item in found],
        "enrolment_columns": columns(_("Programme"), _("Reference"), _("State"), _("Since")),
        "enrolment_rows": [
            [
                row.programme.name + (f" · {row.person}" if row.person else ""),
                {"text": row.reference, "url": reverse("eligibility:enrolment", args=[row.reference])},
                {"text": row.get_status_display(), "tone": ENROLMENT_TONES[row.status]},
                day(row.status_on),
            ]
            for row in enrolments_.of_household(actor=actor, household_id=household.pk)
        ],
    }


def _told(item: Explanation) -> dict[str, Any]:
    """An explanation as the template shows it."""
    return {
        "title": item.programme_name + (f" · {item.person_name}" if item.person_name else ""),
        "outcome": item.outcome_label,
        "tone": OUTCOME_TONES[item.outcome],
        "as_of": day(item.as_of),
        "run_url": reverse("eligibility:run", args=[item.run_id]),
        "unpublished": item.run_status != "published",
        "criteria_columns": columns(_("Asked"), _("Here")),
        "criteria_rows": [
            [line.words, {"text": _met(line.met), "tone": {True: "good", False: "bad", None: "waiting"}[line.met]}]
            for line in item.criteria
        ],
        "nobody": "nobody_counts" in item.reasons,
        "missing": [line.label for line in item.missing],
        "scored": _score(item.scored) if item.scored else None,
        "amount": item.amount_words if item.outcome == "eligible" else "",
    }


def _met(met: bool | None) -> str:
    return {True: _("Holds"), False: _("Does not hold"), None: _("Cannot be told")}[met]


def _score(score: ScoreWords) -> dict[str, Any]:
    told: dict[str, Any] = {
        "title": f"{score.label}, {score.version}",
        "illustrative": score.illustrative,
        "columns": columns(_("Where"), _("Answer"), _("Added"), numeric=[_("Added")]),
        "rows": [
            [_("Every household starts from"), "", str(score.intercept)],
            *(
                [line.label, line.value, _("not known") if line.contribution is None else str(line.contribution)]
                for line in score.terms
            ),
        ],
        "total": [_("Sum"), "", _("not known") if score.total is None else str(score.total)],
        "score": None if score.score is None else str(score.score),
        "cut_off": None if score.cut_off is None else str(score.cut_off),
    }
    if score.score is not None:
        told["sentence"] = f"({score.total} − {score.subtract}) × {score.multiply} ÷ {score.divide} = {score.score}"
    return told
