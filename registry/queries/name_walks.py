"""Walks through the keys of names: who bears every part, a page at a time, in the order of one b-tree.

The order is district, year of birth, person. Every part of a name is a range of the b-tree in that order already, so
several parts are merged, a year of birth is looked for inside the b-tree, and a walk that has found enough stops.
PostgreSQL cannot know how many share a name, so the statement leaves no other plan open: candidates come first
(``OFFSET 0``), and whether each may be seen is asked of one after the other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import district_ids, within
from core.models import Area
from registry.intake import keys
from registry.models import Membership

_SEE = Permission.REGISTRY_VIEW
# Of a part that is spelled in more ways the whole range of its sound is read, which has no order and costs more.
_MOST_SPELLINGS = 16
_VILLAGE_PATH = 4 * Area.steplen  # country, district, council, village

Position = tuple[int, int, int]
"""District, year of birth and person: where in the order somebody stands."""

BEGINNING: Position = (0, 0, 0)

# Every step is one look into the b-tree; a list of distinct keys would read every row of the range.
_SPELLINGS = """
SELECT told.number, spelled.key FROM unnest(%s::int[], %s::bigint[], %s::bigint[]) AS told(number, least, most)
CROSS JOIN LATERAL (
    WITH RECURSIVE step AS (
        (SELECT key FROM registry_namekey WHERE key >= told.least AND key <= told.most ORDER BY key LIMIT 1)
        UNION ALL
        SELECT (SELECT k.key FROM registry_namekey k WHERE k.key > step.key AND k.key <= told.most
                ORDER BY k.key LIMIT 1)
        FROM step WHERE step.key IS NOT NULL
    ) SELECT key FROM step WHERE key IS NOT NULL LIMIT %s
) spelled ORDER BY told.number, spelled.key
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A name as it was typed: its parts, and the year of birth if one was said."""

    parts: tuple[str, ...] = ()
    year: int | None = None


@dataclass(frozen=True, slots=True)
class _Sql:
    """A piece of a statement with its values, in order."""

    text: str
    values: tuple[Any, ...] = ()

    def __add__(self, other: _Sql) -> _Sql:
        return _Sql(self.text + other.text, self.values + other.values)


def _joined(pieces: Sequence[_Sql], between: str) -> _Sql:
    return _Sql(between.join(piece.text for piece in pieces), tuple(v for piece in pieces for v in piece.values))


class Walks:
    """The four walks of one search: spelled so in the villages ``near``, spelled so elsewhere, then who sounds so."""

    def __init__(self, *, actor: Actor, asked: Asked, near: Collection[int]) -> None:
        self._actor, self._asked, self._near = actor, asked, sorted(near)
        self._seen_of = district_ids(actor, _SEE)
        self._near_of = (
            sorted(set(Area.objects.filter(pk__in=near).values_list("district_id", flat=True))) if near else []
        )
        self._spelled: list[list[int]] | None = None

    def rows(self, *, step: int, after: Position = BEGINNING, size: int) -> list[Position]:
        """At most ``size`` of one walk (0 to 3), those after a position. One statement, or two for who sounds so."""
        statement = self.statement(step=step, after=after, size=size)
        if statement is None:
            return []
        with connection.cursor() as cursor:
            cursor.execute(*statement)
            return cursor.fetchall()

    def statement(self, *, step: int, after: Position = BEGINNING, size: int) -> tuple[str, tuple[Any, ...]] | None:
        """The statement of one walk with its values; nothing where it could find nobody."""
        exact, nearby = step < 2, step % 2 == 0
        districts = self._seen_of
        if nearby:
            districts = [pk for pk in self._near_of if self._seen_of is None or pk in self._seen_of]
        if districts == []:
            return None
        spellings = self._as_typed() if exact else self._alike()
        if not all(spellings) or (not exact and spellings == self._as_typed()):
            return None  # a part that nobody bears; or all who sound so are spelled so, and were found before
        borne = [
            _Sql("(") + self._bearing(part, found, districts, after) + _Sql(f") part{number}")
            for number, (part, found) in enumerate(zip(self._asked.parts, spellings, strict=True))
        ]
        candidates = borne[0]
        for one in borne[1:]:
            candidates = candidates + _Sql(" JOIN ") + one + _Sql(" USING (district_id, born, person_id)")
        order = self._order(districts)
        sql = (
            _Sql(f"SELECT c.district_id, c.born, c.person_id FROM (SELECT {'' if exact else 'DISTINCT'}"
                 " district_id, born, person_id FROM ")
            + candidates
            + _Sql(f" ORDER BY {order} OFFSET 0) c WHERE ")
            + self._seen(nearby)
            + (_Sql("") if exact else self._not_spelled_so())
            + _Sql(f" ORDER BY {order} LIMIT %s", (size,))
        )  # fmt: skip
        return sql.text, sql.values

    def _order(self, districts: list[int] | None) -> str:
        """The b-tree's order without what is the same for all: outside the candidates nobody would know that it is."""
        one_district = districts is not None and len(districts) == 1
        told = ("" if one_district else "district_id", "" if self._asked.year else "born", "person_id")
        return ", ".join(column for column in told if column)

    def _as_typed(self) -> list[list[int]]:
        return [[keys.of_part(part)] for part in self._asked.parts]

    def _alike(self) -> list[list[int]]:
        """The keys in use that sound like each part. One statement, once a search."""
        if self._spelled is None:
            least, most = zip(*(keys.alike(part) for part in self._asked.parts), strict=True)
            self._spelled = [[] for _ in self._asked.parts]
            with connection.cursor() as cursor:
                numbers = list(range(len(least)))
                cursor.execute(_SPELLINGS, [numbers, list(least), list(most), _MOST_SPELLINGS + 1])
                for number, key in cursor.fetchall():
                    self._spelled[number].append(key)
        return self._spelled

    def _bearing(self, part: str, spellings: list[int], districts: list[int] | None, after: Position) -> _Sql:
        """Who bears a part in one of its spellings, each spelling in the b-tree's order."""
        limits = _Sql("")
        if districts is not None and len(districts) == 1:
            limits += _Sql(" AND district_id = %s", (districts[0],))
        elif districts is not None:
            limits += _Sql(" AND district_id = ANY(%s)", (districts,))
        if self._asked.year is not None:
            limits += _Sql(" AND born = %s", (self._asked.year,))
        if after != BEGINNING:
            limits += _Sql(" AND (district_id, born, person_id) > (%s, %s, %s)", after)
        told = "SELECT district_id, born, person_id FROM registry_namekey WHERE key "
        if len(spellings) > _MOST_SPELLINGS:
            return _Sql(f"{told}BETWEEN %s AND %s", keys.alike(part)) + limits
        return _joined([_Sql(f"{told}= %s", (key,)) + limits for key in spellings], " UNION ALL ")

    def _seen(self, nearby: bool) -> _Sql:
        here = Membership.objects.filter(within(self._actor, _SEE, area="household__area"), until_on__isnull=True)
        if not self._near:
            return _among(here) if self._many_are_out_of_sight() else _exists(here)
        lives_near = here.filter(household__area_id__in=self._near)
        if nearby:
            return _exists(lives_near)
        nobody_near = _Sql(" AND NOT (c.district_id = ANY(%s) AND ", (self._near_of,)) + _exists(lives_near) + _Sql(")")
        return _exists(here) + nobody_near

    def _many_are_out_of_sight(self) -> bool:
        """One name alone in a district, of which the actor sees no more than villages."""
        grants = self._actor.grants.get(_SEE, ())
        one_of_many = len(self._asked.parts) == 1 and self._asked.year is None
        return one_of_many and bool(grants) and all(len(grant.area_path) >= _VILLAGE_PATH for grant in grants)

    def _not_spelled_so(self) -> _Sql:
        """Who is spelled as it was typed was found by an earlier walk."""
        spelled = [
            _Sql("EXISTS (SELECT FROM registry_namekey k WHERE k.key = %s AND k.district_id = c.district_id"
                 " AND k.born = c.born AND k.person_id = c.person_id OFFSET 0)", (key,))
            for (key,) in self._as_typed()
        ]  # fmt: skip
        return _Sql(" AND NOT (") + _joined(spelled, " AND ") + _Sql(")")


def _exists(memberships: QuerySet[Membership]) -> _Sql:
    """Whether the candidate has one of these: asked of one after the other."""
    asked = memberships.filter(person_id=RawSQL("c.person_id", ()))
    text, values = asked.order_by().values("pk").query.sql_with_params()
    return _Sql(f"EXISTS ({text} OFFSET 0)", tuple(values))


def _among(memberships: QuerySet[Membership]) -> _Sql:
    """The same, of few memberships: they are read once, because most candidates have none of them."""
    text, values = memberships.order_by().values("person_id").query.sql_with_params()
    return _Sql(f"(c.person_id IN ({text})) IS TRUE", tuple(values))  # what is asked to be true becomes no join
