"""The effect of a change in words: before and after, row by row, numbers masked."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core.models import Area
from registry.changes.state import Add, New, Set
from registry.models import Household, Person
from registry.queries.changes import Plan
from registry.queries.history import Act, Change
from registry.views.history import _Words

_SILENT = {"position", "household", "like", "person"}
_TITLES = {
    "household": "Household",
    "account": "Payment account",
    "person": "Person",
    "membership": "Membership",
}


def groups(household: Household, plan: Plan) -> list[dict[str, Any]]:
    """One table for each person and thing that changes: a title and lines with label, before and after."""
    told = _Words(household, [])
    told.areas = dict(Area.objects.filter(pk__in=_areas(plan)).values_list("id", "name"))
    names = _names(plan)
    found: dict[str, list[dict[str, str]]] = {}
    for write in plan.effect:
        title = write.of or _(_TITLES[write.table])
        lines = found.setdefault(title, [])
        if isinstance(write, Set):
            lines.append(_line(told, names, write.table, write.field, write.before, write.after))
            continue
        if write.table == "household":
            lines.append({"label": _("New household"), "before": "", "after": str(write.values["address"])})
        elif write.table == "membership" and isinstance(write.values["household"], New):
            lines.append({"label": _("Household"), "before": household.reference, "after": _("the new household")})
        elif write.table == "membership" and plan.state.other:
            after = str(plan.state.other.household["reference"])
            lines.append({"label": _("Household"), "before": household.reference, "after": after})
        for field, value in write.values.items():
            if field not in _SILENT and write.table != "household" and value not in (None, ""):
                lines.append(_line(told, names, write.table, field, None, value))
    return [{"title": title, "changes": lines} for title, lines in found.items() if lines]


def _line(told: _Words, names: dict[int, str], table: str, field: str, before: Any, after: Any) -> dict[str, str]:
    if field in ("caregiver", "holder"):
        label = _("Cared for by") if field == "caregiver" else _("Account holder")
        return {"label": label, "before": names.get(before, ""), "after": names.get(after, "")}
    if field == "merged_into":
        return {"label": _("Part of"), "before": "", "after": names.get(-after, "")}
    if field == "district":
        return {"label": _("District"), "before": told.areas.get(before, ""), "after": told.areas.get(after, "")}
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
    wanted: set[int] = set()
    for write in plan.effect:
        values: dict[str, Any] = dict(write.values) if isinstance(write, Add) else {write.field: write.before}
        wanted |= {values[name] for name in ("holder", "caregiver") if values.get(name)}
    missing = wanted - found.keys()
    found |= {row.pk: str(row) for row in Person.objects.filter(pk__in=missing)} if missing else {}
    if plan.state.other:
        found[-plan.state.other.household["id"]] = str(plan.state.other.household["reference"])
    return found
