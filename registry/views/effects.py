"""The effect of a change in words: before and after, row by row, numbers masked."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core.models import Area
from registry.changes.protecting import tells_place
from registry.changes.state import Add, New, Set, Write
from registry.forms import words
from registry.models import Consent, Household, Person
from registry.queries import notices
from registry.queries.changes import Plan
from registry.queries.history import Act, Change
from registry.views.history import _Words

_SILENT = {"position", "household", "like", "person", "district", "notice"}
_PERSONS = {"caregiver": "Cared for by", "holder": "Account holder", "given_by": "Given by"}
_OF_AN_ACCOUNT = ("kind", "provider", "number", "holder")
_TITLES = {
    "household": "Household",
    "account": "Payment account",
    "person": "Person",
    "membership": "Membership",
    "safe_place": "Protected address",
    "consent": "Consent",
}


def groups(household: Household, plan: Plan) -> list[dict[str, Any]]:
    """One table for each person and thing that changes: a title and lines with label, before and after."""
    told = _Words(household, [])
    told.areas = dict(Area.objects.filter(pk__in=_areas(plan)).values_list("id", "name"))
    names = _names(plan)
    found: dict[str, list[dict[str, str]]] = {}
    for write in _to_show(plan):
        title = write.of or _(_TITLES[write.table])
        lines = found.setdefault(title, [])
        if write.table == "safe_place":
            lines.append(_kept_apart(write))
        elif isinstance(write, Set):
            lines.append(_line(told, names, write.table, write.field, write.before, write.after))
        else:
            lines += _added(household, plan, write, told, names)
    return [{"title": title, "changes": lines} for title, lines in found.items() if lines]


def _to_show(plan: Plan) -> list[Write]:
    """The effect without where a protected household was or will be: that is nobody's to read here.

    That an account ends because another takes its place is told by the line of the other.
    """
    replaced = any(isinstance(write, Add) and write.table == "account" for write in plan.effect)
    shown = [write for write in plan.effect if not (replaced and isinstance(write, Set) and write.table == "account")]
    if not _is_secret(plan):
        return shown
    return [write for write in shown if not tells_place(write, plan.state)]


def _is_secret(plan: Plan) -> bool:
    return bool(plan.state.safe) or any(write.table == "safe_place" for write in plan.effect)


def _added(household: Household, plan: Plan, write: Add, told: _Words, names: dict[int, str]) -> list[dict[str, str]]:
    """A new row: what it is part of, then its values."""
    if write.table == "household":
        after = words.hidden() if _is_secret(plan) else str(write.values["address"])
        return [{"label": _("New household"), "before": "", "after": after}]
    lines = []
    if write.table == "membership" and isinstance(write.values["household"], New):
        lines.append({"label": _("Household"), "before": household.reference, "after": _("the new household")})
    elif write.table == "membership" and plan.state.other:
        after = str(plan.state.other.household["reference"])
        lines.append({"label": _("Household"), "before": household.reference, "after": after})
    before = _replaced(plan) if write.table == "account" else {}
    return lines + [
        _line(told, names, write.table, field, before.get(field), value)
        for field, value in write.values.items()
        if field not in _SILENT and (value or None) != (before.get(field) or None)
    ]


def _replaced(plan: Plan) -> dict[str, Any]:
    """The account whose place another takes: who decides sees where the money went and where it would go."""
    return {name: plan.state.account[name] for name in _OF_AN_ACCOUNT} if plan.state.account else {}


def _kept_apart(write: Set | Add) -> dict[str, str]:
    """That it is kept apart, or no longer: never what it is."""
    if isinstance(write, Add):
        after = _("Kept apart, and shown only for a reason")
        return {"label": _("Village and dwelling"), "before": "", "after": after}
    return {"label": _("Village and dwelling"), "before": words.hidden(), "after": ""}


def _line(told: _Words, names: dict[int, str], table: str, field: str, before: Any, after: Any) -> dict[str, str]:
    if field in _PERSONS:
        return {"label": _(_PERSONS[field]), "before": names.get(before, ""), "after": names.get(after, "")}
    if field == "merged_into":
        return {"label": _("Part of"), "before": "", "after": names.get(-after, "")}
    if field == "district":
        return {"label": _("District"), "before": told.areas.get(before, ""), "after": told.areas.get(after, "")}
    if field == "purposes":
        agreed = notices.words_of_purposes(notices.published())
        return {"label": _("Agreed to"), "before": "", "after": "; ".join(agreed.get(one, one) for one in after)}
    if field == "how":
        return {"label": _("How it was given"), "before": "", "after": str(dict(Consent.How.choices)[after])}
    if field == "status":
        known = dict(Household.Status.choices)
        return {"label": _("Status"), "before": str(known[before]), "after": str(known[after])}
    act = Act(table, 0, None, None, None, "", "", ())  # type: ignore[arg-type]
    return told.change(act, Change(field, before, after))


def _areas(plan: Plan) -> set[int]:
    return {
        value
        for write in plan.effect
        if isinstance(write, Set) and write.field in ("area", "district")
        for value in (write.before, write.after)
    }


def _names(plan: Plan) -> dict[int, str]:
    """Names by person; the second household's reference under its number turned negative."""
    found = {one.person["id"]: one.name for one in plan.state.members}
    wanted = {plan.state.account["holder"]} if plan.state.account and plan.state.account["holder"] else set()
    for write in plan.effect:
        values: dict[str, Any] = dict(write.values) if isinstance(write, Add) else {write.field: write.before}
        wanted |= {values[name] for name in _PERSONS if values.get(name)}
    missing = wanted - found.keys()
    found |= {row.pk: str(row) for row in Person.objects.filter(pk__in=missing)} if missing else {}
    if plan.state.other:
        found[-plan.state.other.household["id"]] = str(plan.state.other.household["reference"])
    return found
