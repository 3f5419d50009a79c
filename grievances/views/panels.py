"""The parts of a case's page."""

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.models import Area
from core.money import Money
from eligibility.queries import explanations
from grievances.models import Case
from grievances.queries import owed
from grievances.queries.officers import named_on
from grievances.views import contested, shown

PAYMENT_TONES = {"owed": "waiting", "in_payment": "progress", "paid": "good", "cancelled": "neutral"}


def summary(case: Case, on: date) -> list[dict[str, Any]]:
    due = shown.due_text(case, on)
    rows: list[dict[str, Any]] = [
        {"key": _("State"), "value": case.get_status_display(), "tone": shown.state(case)["tone"]},
        {"key": _("Came by"), "value": case.get_channel_display()},
        {"key": _("Received"), "value": shown.moment(case.lodged_at)},
        {"key": _("Acknowledge by"), "value": shown.day(case.acknowledge_by)},
        {"key": _("Decide by"), "value": shown.day(case.decide_by)},
        {"key": _("Place"), "value": ", ".join(part for part in (case.place, _area(case.area)) if part)},
        {"key": _("Officer"), "value": case.assigned_to.full_name if case.assigned_to else _("Nobody yet")},
    ]
    if due["text"]:
        rows.insert(1, {"key": _("Due"), "value": due["text"], "tone": due.get("tone", "")})
    if case.appeals:
        rows.append({"key": _("Appeal"), "value": _("Decided before; now it is decided anew by another officer")})
    return rows


def complainant(case: Case) -> list[dict[str, Any]]:
    """Who complains. Numbers are masked: officers compare the last digits."""
    if case.anonymous:
        return [{"key": _("Name"), "value": _("Anonymous")}]
    return [
        {"key": _("Name"), "value": case.complainant_name},
        {"key": _("Telephone"), "value": case.complainant_phone},
        {"key": _("Speaks for"), "value": case.get_relationship_display()},
        {"key": _("Identity number"), "value": _last_digits(case.given_national_id)},
    ]


def decision(case: Case) -> list[dict[str, Any]]:
    if not case.outcome:
        return []
    return [
        {"key": _("Decision"), "value": case.get_outcome_display()},
        {"key": _("Reasons"), "value": case.reasons},
        {"key": _("Remedy"), "value": case.get_remedy_display()},
        {"key": _("State of the remedy"), "value": case.get_remedy_state_display() or _("Nothing to do")},
        {"key": _("Decided by"), "value": case.decided_by.full_name if case.decided_by else ""},
        {"key": _("Can be appealed until"), "value": shown.day(case.appeal_by)},
    ]


def named(case: Case) -> str:
    return ", ".join(user.full_name for user in named_on(case=case)) if case.sensitive else ""


def household(case: Case, actor: Actor, at: datetime) -> dict[str, Any]:
    """The household, whether it is confirmed, and why it was assessed as it was. Outside one's areas: nothing."""
    home = case.household
    if home is None or not actor.may_in(Permission.REGISTRY_VIEW, area_path=home.area.path):
        return {"household_elsewhere": home is not None}
    rows = [
        {"key": _("Household"), "value": home.reference, "url": shown.address("registry:household", home.reference)},
        {"key": _("Place"), "value": _area(home.area)},
        {"key": _("Link"), "value": _("Confirmed") if case.household_confirmed else _("Claimed, not confirmed")},
        {
            "key": _("All cases"),
            "value": _("Cases of this household"),
            "url": reverse("grievances:household", args=[home.pk]),
        },
    ]
    return {
        "household": rows,
        "unconfirmed": not case.household_confirmed,
        "contested": _contested(case, actor, at),
        "payments": _payments(case, actor),
    }


def _contested(case: Case, actor: Actor, at: datetime) -> dict[str, Any] | None:
    """The assessment that is contested, taken apart; seeing it is logged."""
    code = case.run.programme.code if case.run else case.programme_code
    if not code or not actor.may(Permission.ELIGIBILITY_VIEW) or case.household_id is None:
        return None
    found = explanations.why(
        actor=actor,
        household_id=case.household_id,
        programme_code=code,
        run_id=case.run_id,
        person_id=case.person_id if case.run_id and case.person_id else None,
    )
    if found is None:
        return {"title": _("Contested assessment"), "nothing": _("This programme has published no assessment of it.")}
    audit.read(
        actor=actor, at=at, page="grievances.assessment", subject_type="household", subject_ids=[case.household_id]
    )
    return contested.shown(found)


def _payments(case: Case, actor: Actor) -> dict[str, Any] | None:
    if case.household_id is None:
        return None
    found = owed.of_household(actor=actor, household_id=case.household_id)
    rows = [
        [
            item.programme.name,
            f"{shown.day(item.period_from)} – {shown.day(item.period_to)}",
            str(Money(item.currency, item.amount_minor)),
            {"text": str(item.get_status_display()), "tone": PAYMENT_TONES[item.status]},
        ]
        for item in found
    ]
    columns = [_("Programme"), _("Period"), _("Amount"), _("State")]
    return {"rows": rows, "columns": [{"label": label} for label in columns]} if rows else None


def _area(area: Area) -> str:
    names = [area.name]
    if area.district_id and area.district_id != area.pk and area.district:
        names.append(area.district.name)
    return ", ".join(names)


def _last_digits(number: str) -> str:
    return f"{'•' * max(len(number) - 3, 3)}{number[-3:]}" if number else ""
