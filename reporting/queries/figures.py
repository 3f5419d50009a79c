"""Adding up the kept figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Q, QuerySet, Sum

from core.access.actor import Actor
from core.access.scoping import within
from core.models import Job
from core.money import Money
from reporting.actions.figures import JOB_KIND
from reporting.disclosure import Withheld
from reporting.indicators import Indicator, Unit, listed
from reporting.models import Figure, Snapshot
from reporting.queries.scope import VIEW, Selection, of_selection, sees_all_programmes

Value = int | Decimal | tuple[Money, ...] | Withheld | None
"""A count; a rate or a median; amounts by currency; a mark where it is withheld; nothing where it cannot
be reckoned or may not be seen."""


@dataclass
class Cells:
    """What was counted in one row of a table: sums by indicator, currency and class of a distribution."""

    sums: dict[tuple[str, str, int | None], int] = field(default_factory=lambda: defaultdict(int))

    def add(self, indicator: str, currency: str, bin_: int | None, value: int) -> None:
        self.sums[indicator, currency, bin_] += value

    def value(self, indicator: Indicator) -> Value:
        """The indicator's value: of nothing counted a count is 0, a rate and a median are none."""
        if indicator.numerator:
            return rate(self._count(indicator.numerator), self._count(indicator.denominator), per=indicator.per)
        mine = [(key, value) for key, value in sorted(self.sums.items(), key=str) if key[0] == indicator.code]
        if indicator.distribution:
            return median({bin_: value for (_code, _currency, bin_), value in mine if bin_ is not None})
        if indicator.unit is Unit.MONEY:
            return tuple(Money(currency, value) for (_code, currency, _bin), value in mine)
        return self._count(indicator.code)

    def _count(self, code: str) -> int:
        return self.sums.get((code, "", None), 0)


def rate(part: int, whole: int, *, per: int = 100) -> Decimal | None:
    """``part`` for every 100 (or ``per``) of ``whole``, to one digit; nothing where the whole is 0."""
    return (Decimal(per * part) / whole).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP) if whole else None


def median(distribution: Mapping[int, int]) -> Decimal | None:
    """The median of values counted by value: of an even number, the mean of the middle two."""
    total = sum(distribution.values())
    if not total:
        return None
    middle = {(total - 1) // 2, total // 2}
    found, seen = [], 0
    for value in sorted(distribution):
        found += [value for place in sorted(middle) if seen <= place < seen + distribution[value]]
        seen += distribution[value]
    return Decimal(sum(found)) / len(found)


def newest() -> Snapshot | None:
    """The figures in force."""
    return Snapshot.objects.order_by("-pk").first()


def under_way() -> Job | None:
    """A count that waits or runs."""
    return Job.objects.filter(identity=JOB_KIND, status__in=[Job.Status.QUEUED, Job.Status.RUNNING]).first()


def visible(*, actor: Actor, snapshot: Snapshot, selection: Selection) -> QuerySet[Figure]:
    """The cells of a selection that the actor may see.

    Figures over all programmes are only for those who are held to no programme anywhere: a sum over the rest of the
    country's programmes would otherwise be shown as if it were whole.
    """
    plain = [indicator.code for indicator in listed() if not indicator.by_programme]
    of_programmes = Q(programme=selection.programme) & within(actor, VIEW, programme="programme__code")
    if selection.programme is None and not sees_all_programmes(actor):
        of_programmes = Q(pk__in=[])
    return Figure.objects.filter(of_selection(selection), snapshot=snapshot).filter(
        Q(indicator__in=plain) & within(actor, VIEW) | ~Q(indicator__in=plain) & of_programmes
    )


def totals(figures: QuerySet[Figure], indicators: Iterable[Indicator], by: str | None) -> dict[int | str | None, Cells]:
    """Sums of the cells by a column of ``Figure``, or in all under the key ``""``."""
    key = [by] if by else []
    codes = {code for i in indicators for code in (i.code, i.numerator, i.denominator) if code}
    rows = (
        figures.filter(indicator__in=codes)
        .values_list("indicator", "currency", "bin", *key)
        .annotate(total=Sum("value"))
        .order_by("indicator", "currency", "bin", *key)
    )
    found: dict[int | str | None, Cells] = defaultdict(Cells)
    for code, currency, bin_, *rest in rows:
        found[rest[0] if by else ""].add(code, currency, bin_, int(rest[-1]))
    return found
