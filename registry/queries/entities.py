"""Households as an entity list for field devices: the CSV that a form looks households up in, offline.

Source: ODK XForms specification, Entities 2024.1.0: an entity has an ``id`` (a UUID), a ``label`` and a version that
offline updates name as their base; further columns are properties, valid XML names that do not begin with ``__``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from core.access.actor import Actor
from core.access.permissions import Permission
from registry.models import Household
from registry.queries import households, recertification
from registry.queries.visits import open_of

DATASET = "households"
PROPERTIES = (
    "reference", "village_code", "village", "last_seen", "due_on", "visit_by", "members", "address",
)  # fmt: skip
COLUMNS = ("name", "label", "__version", *PROPERTIES)
LARGEST = 20_000
_CHUNK = 2_000


class TooManyEntities(Exception):
    """A device carries at most so many households: give its user a smaller area."""


def due_households_csv(
    *, actor: Actor, on: date, permission: Permission = Permission.REGISTRY_REGISTER, limit: int = LARGEST
) -> Iterator[bytes]:
    """The households that are due in the areas of a device's user (``actor``), as CSV in pieces, header first.

    ``name`` is the household's UUID, which a submission names as the entity that it tells of; ``__version`` is its
    ``row_version``. Neither identity numbers nor answers leave: only what is needed to find the home and the right
    household. A fixed number of statements for every 2,000 households. The caller logs who fetched how many.

    Raises:
        TooManyEntities: more than ``limit`` households are due in the areas.
    """
    yield from csv_of(due_ids(actor=actor, on=on, permission=permission, limit=limit), on=on)


def due_ids(
    *, actor: Actor, on: date, permission: Permission = Permission.REGISTRY_REGISTER, limit: int = LARGEST
) -> list[int]:
    """The numbers of those households, those not seen for longest first. Raises: TooManyEntities."""
    found = recertification.due(actor=actor, on=on, permission=permission)
    ids = list(found.values_list("id", flat=True)[: limit + 1])
    if len(ids) > limit:
        raise TooManyEntities(TooManyEntities.__doc__)
    return ids


def csv_of(ids: Sequence[int], *, on: date) -> Iterator[bytes]:
    """These households as such a CSV; the caller has checked who may see them."""
    yield _lines([COLUMNS])
    for start in range(0, len(ids), _CHUNK):
        part = Household.objects.filter(pk__in=ids[start : start + _CHUNK]).select_related("area")
        yield _lines(_rows(list(part.order_by("interviewed_on", "id")), on=on))


def _rows(found: list[Household], *, on: date) -> list[tuple[str, ...]]:
    numbers = [one.pk for one in found]
    heads = households.heads(household_ids=numbers)
    terms, visits = recertification.terms_of(found, on=on), open_of(numbers)
    sizes = households.sizes(household_ids=numbers)
    return [
        (
            str(one.uuid),
            f"{heads.get(one.pk, one.reference)} ({one.area.name})",
            str(one.row_version),
            one.reference,
            one.area.code,
            one.area.name,
            one.interviewed_on.isoformat(),
            terms[one.pk].due_on.isoformat(),
            visits[one.pk].visit_by.isoformat() if one.pk in visits else "",
            str(sizes.get(one.pk, 0)),
            one.address,
        )
        for one in found
    ]


def _lines(rows: Iterable[tuple[str, ...]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
