"""Households that are to be seen again: who is due, where, since when and why. Set-based, by an index on the place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from core import pack
from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import within
from core.hooks import RecertificationTerm, recertification_terms
from core.models import Area
from registry import periods
from registry.models import Household, Visit
from registry.queries.paging import SIZE, Page, a_day, cut, whole_number

VIEW, UNMASK = Permission.REGISTRY_VIEW, Permission.REGISTRY_UNMASK


@lru_cache(maxsize=1)
def _policies() -> tuple[periods.Policy, ...]:
    return periods.policies(pack.read_yaml(settings.COUNTRY_PACK_DIR, "recertification.yaml"))


def policy(*, on: date) -> periods.Policy:
    """What the country pack asks on a day.

    Raises:
        PolicyWrong: it asks nothing, or cannot be read.
    """
    return periods.in_force(_policies(), on)


def shorter_terms(*, on: date) -> list[RecertificationTerm]:
    """Periods of the packages above that are shorter than the register's own."""
    months = policy(on=on).months
    found = [term for function in recertification_terms.functions for term in function()]
    return sorted((term for term in found if term.months < months), key=lambda term: (term.months, term.label))


def due_by(day: date, *, on: date) -> Q:
    """The condition on active households whose period ends on ``day`` or before, as things stand ``on`` a day."""
    terms = shorter_terms(on=on)
    condition = Q(interviewed_on__lte=periods.latest_start(day, policy(on=on).months))
    for term in terms:
        condition |= Q(interviewed_on__lte=periods.latest_start(day, term.months), pk__in=term.household_ids)
    # The widest bound by itself is what the index serves; the rest is looked at among those rows.
    widest = periods.latest_start(day, min((term.months for term in terms), default=policy(on=on).months))
    return Q(status=Household.Status.ACTIVE, interviewed_on__lte=widest) & condition


def listed_until(*, on: date) -> date:
    """The last day whose dues stand on the lists of ``on``."""
    return on + timedelta(days=policy(on=on).notice_days)


def due(
    *, actor: Actor, on: date, area: Area | None = None, overdue_only: bool = False, permission: Permission = VIEW
) -> QuerySet[Household]:
    """Households of the actor's areas that are due or overdue, those not seen for longest first.

    Those whose address is protected stand on no list: lists are printed, sent and carried about (``due_apart``).
    """
    until = on - timedelta(days=1) if overdue_only else listed_until(on=on)
    found = Household.objects.filter(within(actor, permission), due_by(until, on=on), is_protected=False)
    if area is not None:
        found = found.filter(_below(area))
    return found.order_by("interviewed_on", "id")


def due_apart(*, actor: Actor, on: date, area: Area) -> QuerySet[Household]:
    """Those of a whole district that are due and whose address is protected, for who may see where they live."""
    seen = within(actor, VIEW) & within(actor, UNMASK)
    found = Household.objects.filter(seen, _below(area), due_by(listed_until(on=on), on=on), is_protected=True)
    return found.order_by("interviewed_on", "id")


def without_visit(found: QuerySet[Household]) -> QuerySet[Household]:
    """Those to which nobody is on the way."""
    return found.filter(~Exists(Visit.objects.filter(household=OuterRef("pk"), status__in=Visit.OPEN)))


def page(*, actor: Actor, on: date, area: Area, after: str = "", size: int = SIZE) -> Page[Household]:
    """A page of a place's list. One statement."""
    found = due(actor=actor, on=on, area=area).select_related("area", "district")
    day, _sep, number = after.partition("_")
    if (last := whole_number(number)) is not None and (seen := a_day(day)) is not None:
        found = found.filter(Q(interviewed_on__gt=seen) | Q(interviewed_on=seen, pk__gt=last))
    return cut(found[: size + 1], key=lambda row: f"{row.interviewed_on.isoformat()}_{row.pk}", size=size)


def _below(area: Area) -> Q:
    if area.district_id is None:
        return Q()
    if area.level == Area.Level.DISTRICT:
        return Q(district_id=area.pk)
    return Q(district_id=area.district_id, area__path__startswith=area.path)


@dataclass(frozen=True, slots=True)
class Term:
    """When one household is to be seen again, and what asks for it (empty: the register itself)."""

    due_on: date
    because: str


def term_of(household: Household, *, on: date) -> Term:
    """When this household is to be seen again."""
    return terms_of([household], on=on)[household.pk]


def terms_of(households: Sequence[Household], *, on: date) -> dict[int, Term]:
    """When these households are to be seen again: one statement for each shorter term, whatever their number."""
    months = policy(on=on).months
    found = {row.pk: Term(periods.after(row.interviewed_on, months), "") for row in households}
    numbers = list(found)
    if not numbers:
        return found
    seen = {row.pk: row.interviewed_on for row in households}
    for term in reversed(shorter_terms(on=on)):
        concerned = Household.objects.filter(pk__in=numbers).filter(pk__in=term.household_ids)
        for number in concerned.order_by("id").values_list("id", flat=True):
            found[number] = Term(periods.after(seen[number], term.months), term.label)
    return found


@dataclass(frozen=True, slots=True)
class Place:
    """How many households of a place are due, and how many of them overdue."""

    area: Area
    due: int
    overdue: int


def places(*, actor: Actor, on: date, above: Area | None = None) -> list[Place]:
    """Where somebody is due, one level below ``above`` (none: the districts that the actor sees any part of).

    Three statements; the counts are one of them, grouped by village and added up by place.
    """
    overdue = due_by(on - timedelta(days=1), on=on)
    rows = (
        due(actor=actor, on=on, area=above)
        .order_by()
        .values("area_id", "area__path")
        .annotate(n=Count("id"), late=Count("id", filter=overdue))
    )
    step = Area.steplen
    length = len(above.path) + step if above is not None else _district_path()
    counted: dict[str, list[int]] = {}
    for row in rows:
        sums = counted.setdefault(row["area__path"][:length], [0, 0])
        sums[0] += row["n"]
        sums[1] += row["late"]
    areas = Area.objects.select_related("district").filter(path__in=counted).order_by("path")
    return [Place(area, *counted[area.path]) for area in areas]


def _district_path() -> int:
    first = Area.objects.filter(level=Area.Level.DISTRICT).order_by("path").values_list("path", flat=True).first()
    return len(first or "")


def counts(*, actor: Actor, on: date) -> tuple[int, int]:
    """How many are due in the actor's areas, and how many of them overdue. One statement."""
    overdue = due_by(on - timedelta(days=1), on=on)
    found = due(actor=actor, on=on).order_by().aggregate(n=Count("id"), late=Count("id", filter=overdue))
    return found["n"], found["late"]
