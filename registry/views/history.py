"""What happened to a household, in words: who changed which field, when, why, from what to what."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.access.permissions import Permission
from core.models import Area
from registry.changes.protecting import HIDDEN
from registry.forms import words
from registry.models import ChangeRequest, Household, Membership, Nominee, PaymentAccount, Person, Submission
from registry.queries import changes, history, households, questionnaires
from registry.queries.masking import masked
from registry.queries.people import names_of_users
from registry.views.access import needs
from registry.views.households import _frame, _seen

_MASKED = {"national_id", "phone", "number"}
_MODELS: dict[str, type[models.Model]] = {
    "household": Household,
    "membership": Membership,
    "person": Person,
    "account": PaymentAccount,
    "nominee": Nominee,
}
_CODES = {
    "relationship": words.RELATIONSHIPS,
    "sex": words.SEXES,
    "residence": words.RESIDENCES,
    "marital_status": words.MARITAL,
    "mother_status": words.LIFE,
    "father_status": words.LIFE,
    "residence_status": words.RIGHTS,
    "birth_evidence": words.EVIDENCE,
    "legal_basis": words.BASES,
    "kind": words.ACCOUNTS,
}


@require_safe
@needs(Permission.REGISTRY_VIEW)
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """The timeline of one household, newest first."""
    household = _seen(request, reference, page="household_history")
    context = _frame(request, household, current="history") | {
        "events": timeline(household),
        "on_day_url": reverse("registry:household_on_day", args=[household.reference]),
    }
    return render(request, "registry/household_history.html", context)


def timeline(household: Household) -> list[dict[str, Any]]:
    """Changes and submissions as events for ``_timeline.html``."""
    acts = history.acts(household=household)
    submissions = households.submissions(household=household)
    people = _names_of_persons(household)
    users = names_of_users([*(act.by_id for act in acts), household.registered_by_id])
    told = _Words(household, acts)
    events = [
        {
            "title": _title(act, people),
            "by": users.get(act.by_id or 0) or _kind(act.by_kind),
            "at": act.at,
            "text": act.reason,
            "changes": [told.change(act, change) for change in act.changes],
        }
        for act in acts
    ]
    events += [_submission(row) for row in submissions]
    events += [event for row in changes.of_household(household=household) for event in _change(row)]
    by = users.get(household.registered_by_id or 0, "")
    events.append({"title": _("Registered"), "by": by, "at": household.registered_at, "text": "", "changes": []})
    return sorted(events, key=lambda event: event["at"], reverse=True)


def _names_of_persons(household: Household) -> dict[int, str]:
    rows = Membership.objects.filter(household=household).select_related("person")
    return {row.person_id: str(row.person) for row in rows}


def _title(act: history.Act, people: dict[int, str]) -> str:
    name = people.get(act.person_id or 0, "")
    return {
        "household": _("Household changed"),
        "membership": _("Membership of %(name)s changed") % {"name": name},
        "person": _("Particulars of %(name)s changed") % {"name": name},
        "account": _("Payment account changed"),
        "nominee": _("Nominee changed"),
    }[act.subject]


def _kind(kind: str) -> str:
    return _("a citizen") if kind == "public" else _("the system")


def _submission(row: Submission) -> dict[str, Any]:
    by = row.submitted_by.full_name if row.submitted_by else _kind("system")
    decided = (
        _("Accepted after review by %(name)s.") % {"name": row.decided_by.full_name}
        if row.decided_by
        else _("Accepted.")
    )
    title = _("Information received: %(door)s") % {"door": row.get_door_display().lower()}
    text = " ".join(part for part in (decided, row.decision_reason) if part)
    return {"title": title, "by": by, "at": row.received_at, "text": text, "changes": []}


def _change(row: ChangeRequest) -> list[dict[str, Any]]:
    """What was asked for, and what became of it."""
    what = words.change(row.kind) + (f": {row.person}" if row.person else "")
    asked = {
        "title": _("Change reported (%(reference)s): %(what)s") % {"reference": row.reference, "what": what},
        "by": row.requested_by.full_name,
        "at": row.requested_at,
        "text": row.reason,
        "changes": [],
    }
    if row.decided_at is None or (row.decided_by_id == row.requested_by_id and row.status == "applied"):
        return [asked]
    title = _("Change %(state)s (%(reference)s): %(what)s")
    told = {"state": row.get_status_display().lower(), "reference": row.reference, "what": what}
    by = row.decided_by.full_name if row.decided_by else ""
    return [
        asked,
        {"title": title % told, "by": by, "at": row.decided_at, "text": row.decision_reason, "changes": []},
    ]


class _Words:
    """Fields and values in words; looks up areas and questions once."""

    def __init__(self, household: Household, acts: list[history.Act]) -> None:
        own, in_force = household.questionnaire, questionnaires.published()
        self.versions = {own.pk: own.code, in_force.pk: in_force.code}
        self.questions = {
            level: questionnaires.questions(in_force, level=level) | questionnaires.questions(own, level=level)
            for level in ("household", "person")
        }
        numbers = {
            value
            for act in acts
            for change in act.changes
            if change.field == "area"
            for value in (change.before, change.after)
        }
        self.protected = household.is_protected
        self.places = questionnaires.place_codes() if self.protected else frozenset()
        self.areas = dict(Area.objects.filter(pk__in=numbers).values_list("id", "name")) if numbers else {}

    def change(self, act: history.Act, change: history.Change) -> dict[str, str]:
        """One line of ``_changes.html``."""
        if change.field.startswith("answers."):
            code = change.field.removeprefix("answers.")
            if self.protected and code in self.places:
                return {"label": _("Where they live"), "before": words.hidden(), "after": words.hidden()}
            question = self.questions["person" if act.subject == "person" else "household"].get(code)
            if question is None:
                return {"label": code, "before": words.plain(change.before), "after": words.plain(change.after)}
            before, after = words.answer(question, change.before), words.answer(question, change.after)
            return {"label": question.label, "before": before, "after": after}
        return {
            "label": self._label(act.subject, change.field),
            "before": self._value(change.field, change.before),
            "after": self._value(change.field, change.after),
        }

    def _label(self, subject: str, field: str) -> str:
        labels = {
            "area": _("Village"),
            "national_id": _("National ID"),
            "interim_number": _("Interim number"),
            "is_reference": _("Reference person"),
            "counts": _("Counts in this household"),
            "from_on": _("From"),
            "until_on": _("Until"),
            "end_reason": _("Why it ended"),
            "birth_date_precision": _("Birth date known to the"),
            "interviewed_on": _("Interview"),
            "died_on": _("Died"),
            "is_protected": _("Address protected"),
            "is_shared": _("Shared with partners"),
        }
        name = getattr(_MODELS[subject]._meta.get_field(field), "verbose_name", field)
        return str(labels.get(field) or str(name).capitalize())

    def _value(self, field: str, value: Any) -> str:
        if field in _MASKED:
            return masked(value)
        if self.protected and field in HIDDEN:
            return words.hidden() if value else ""
        if field == "area":
            return self.areas.get(value, "")
        if field == "questionnaire":
            return self.versions.get(value, "")
        if field in _CODES and isinstance(value, str):
            return words.word(_CODES[field], value)
        return words.plain(value)
