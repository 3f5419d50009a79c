"""Pages of long lists by key: as quick on the thousandth page as on the first, and steady while rows are added."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)
SIZE = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list. ``after`` and ``before`` are the keys that lead to the next and the previous page."""

    rows: list[Row]
    after: int | None
    before: int | None


def page_of(
    rows: QuerySet[Row],
    *,
    order: Sequence[str],
    after: int | None = None,
    before: int | None = None,
    size: int = SIZE,
) -> Page[Row]:
    """One page of ``rows`` in an order that ends with the key: ``["full_name", "id"]``, ``["-id"]``.

    ``after`` and ``before`` are keys of rows at a page's edge. A key that is not there any more, or that the actor may
    not see, gives the first page.
    """
    edge_key = after if after is not None else before
    edge = rows.filter(pk=edge_key).first() if edge_key is not None else None
    backwards = edge is not None and after is None
    steps = [_turned(name) for name in order] if backwards else list(order)
    found = list((rows.filter(_beyond(edge, steps)) if edge else rows).order_by(*steps)[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    has_next, has_previous = (True, more) if backwards else (more, edge is not None)
    return Page(
        rows=found,
        after=found[-1].pk if found and has_next else None,
        before=found[0].pk if found and has_previous else None,
    )


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(edge: Model, steps: Sequence[str]) -> Q:
    """Rows that come after ``edge``: greater in the first field, or equal there and greater in the next, and so on."""
    conditions: list[Q] = []
    equal: dict[str, Any] = {}
    for name in steps:
        field, comparison = (name[1:], "lt") if name.startswith("-") else (name, "gt")
        value: Any = getattr(edge, field)
        conditions.append(Q(**equal, **{f"{field}__{comparison}": value}))
        equal[field] = value
    return reduce(or_, conditions)
