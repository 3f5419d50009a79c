"""Which cases an actor sees, and reading them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import EVERYTHING, NOTHING, within
from core.references import normalise
from grievances.models import Case, CaseEvent

PAGE = 25
NAMED = "view_sensitive_case"


def seen_by(actor: Actor, permission: Permission = Permission.GRIEVANCES_VIEW) -> Q:
    """Cases of the actor's areas; sensitive ones only, and wherever they are, if the actor is named on them."""
    if actor.is_system:
        return EVERYTHING
    if not actor.may(permission):
        return NOTHING
    named = Q(named__user_id=actor.user_id, named__permission__codename=NAMED)
    return Q(sensitive=False) & within(actor, permission) | Q(sensitive=True) & Q(
        pk__in=Case.objects.filter(named).values("pk")
    )


def cases_for(actor: Actor, permission: Permission = Permission.GRIEVANCES_VIEW) -> QuerySet[Case]:
    return Case.objects.filter(seen_by(actor, permission)).order_by("id")


def case_for(*, actor: Actor, reference: str) -> Case | None:
    """One case with what its page shows, or nothing: not there and not for this actor look the same."""
    return (
        cases_for(actor)
        .select_related("category", "standard", "area", "district", "household", "assigned_to", "decided_by", "run")
        .filter(reference=normalise(reference))
        .first()
    )


def timeline(*, case: Case, public_only: bool = False) -> list[CaseEvent]:
    """What happened, newest first."""
    events = CaseEvent.objects.filter(case=case).select_related("by").order_by("-id")
    return list(events.filter(public=True) if public_only else events)


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list shows. ``status`` empty: open cases, those due first."""

    category: str = ""
    status: str = ""
    whose: str = ""
    overdue: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    cases: list[Case]
    after: str = ""
    before: str = ""


def page_of(*, actor: Actor, wanted: Filter, on: date, after: str = "", before: str = "") -> Page:
    """One page by keyset. Open cases come in the order of their due dates, others newest first."""
    found = _filtered(actor, wanted, on).select_related("category", "area", "district", "assigned_to")
    by_due = wanted.status == ""
    back = bool(before)
    found = found.filter(_beyond(before or after, by_due=by_due, back=back))
    order = ("due_on", "id") if by_due else ("-id",)
    rows = list((found.order_by(*order).reverse() if back else found.order_by(*order))[: PAGE + 1])
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    if back:
        rows.reverse()
    if not rows:
        return Page([])
    has_next, has_previous = (True, more) if back else (more, bool(after))
    return Page(
        rows,
        after=_cursor(rows[-1], by_due) if has_next else "",
        before=_cursor(rows[0], by_due) if has_previous else "",
    )


def _filtered(actor: Actor, wanted: Filter, on: date) -> QuerySet[Case]:
    found = cases_for(actor)
    if wanted.status == "":
        found = found.filter(status__in=Case.OPEN)
    elif wanted.status != "all":
        found = found.filter(status=wanted.status)
    if wanted.category:
        found = found.filter(category__code=wanted.category)
    if wanted.whose == "mine":
        found = found.filter(assigned_to_id=actor.user_id)
    elif wanted.whose == "nobody":
        found = found.filter(assigned_to__isnull=True)
    if wanted.overdue:
        found = found.filter(due_on__lt=on)
    if words := wanted.words.strip():
        reference = normalise(words)
        found = found.filter(
            Q(reference=reference) | Q(household__reference=reference) | Q(complainant_name__icontains=words)
        )
    return found


def _cursor(case: Case, by_due: bool) -> str:
    return f"{case.due_on:%Y-%m-%d}.{case.pk}" if by_due else str(case.pk)


def _beyond(cursor: str, *, by_due: bool, back: bool) -> Q:
    """Rows after (or before) a cursor; a damaged one is the beginning."""
    try:
        if by_due:
            text, number = cursor.split(".")
            due, pk = date.fromisoformat(text), int(number)
            side = "lt" if back else "gt"
            return Q(**{f"due_on__{side}": due}) | Q(due_on=due, **{f"id__{side}": pk})
        return Q(**{f"id__{'gt' if back else 'lt'}": int(cursor)})
    except ValueError:
        return Q()


def counts(*, actor: Actor, on: date) -> dict[str, int]:
    """How many open cases the actor may handle: all, overdue, theirs, nobody's."""
    found: dict[str, int] = (
        cases_for(actor, Permission.GRIEVANCES_HANDLE)
        .filter(status__in=Case.OPEN)
        .aggregate(
            open=Count("id"),
            overdue=Count("id", filter=Q(due_on__lt=on)),
            mine=Count("id", filter=Q(assigned_to_id=actor.user_id)),
            nobody=Count("id", filter=Q(assigned_to__isnull=True)),
        )
    )
    return found


def of_household(*, actor: Actor, household_id: int) -> list[Case]:
    """The cases of one household that the actor may see, newest first."""
    found = cases_for(actor).filter(household_id=household_id).select_related("category", "assigned_to")
    return list(found.order_by(F("id").desc())[:100])
