"""The household as the register had it at the end of an earlier day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.access.permissions import Permission
from registry.forms import words
from registry.forms.history import OnDayForm
from registry.models import Household
from registry.queries import as_of, questionnaires
from registry.views import shown
from registry.views.access import actor_of, needs
from registry.views.households import _frame, _seen, _without_link


@require_safe
@needs(Permission.REGISTRY_VIEW)
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """Members, head, answers, place and payment as they were recorded; numbers are masked and stay so."""
    household = _seen(request, reference, page="household_on_day")
    form = OnDayForm(request.GET or None, latest=timezone.localdate())
    context = _frame(request, household, current="history") | {
        "form": form,
        "on_day_url": request.path,
        "history_url": reverse("registry:household_history", args=[reference]),
    }
    if form.is_valid():
        context |= _as_it_was(request, household, form.cleaned_data["day"])
    return render(request, "registry/household_on_day.html", context, status=422 if form.errors else 200)


def _as_it_was(request: HttpRequest, household: Household, day: date) -> dict[str, Any]:
    then = as_of.household_at(household=household, at=_end_of(day))
    if then is None:
        return {"day": words.day(day), "nothing": True}
    actor, home = actor_of(request), then.household
    members = shown.member_rows(home, then.members, [], actor=actor)
    for row in members:
        if row["number"]:
            row["number"]["url"] = ""
    summary = shown.household_rows(home, actor=actor, today=day, registered_by="", past=True)
    payment = shown.account_rows(home, then.account, None, actor=actor)[:-1]
    for line in [*summary, *payment]:
        _without_link(line)
    person_sections = questionnaires.sections(home.questionnaire, level="person")
    return {
        "day": words.day(day),
        "summary": summary,
        "members": members,
        "payment": payment,
        "groups": shown.answer_groups(questionnaires.sections(home.questionnaire, level="household"), home.answers),
        "persons": [
            {
                "name": str(row.person),
                "anchor": f"person-{row.person.reference.lower()}",
                "particulars": shown.particulars(row.person),
                "groups": shown.answer_groups(person_sections, row.person.answers),
            }
            for row in then.members
        ],
    }


def _end_of(day: date) -> datetime:
    """The first moment of the next day, where the country's clocks are."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
