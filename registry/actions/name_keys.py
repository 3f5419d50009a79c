"""Keeping the keys under which persons are found: whoever changes names, birth date or district renews them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db import connection

from registry.intake import keys
from registry.models import NameKey, Person, PersonName

Rows = set[tuple[int, int, int, int]]
"""Keys with district, year of birth and person."""


def due(*, person_ids: Collection[int]) -> Rows:
    """The rows that these persons should have, from their names, birth dates and districts. Two statements."""
    others: dict[int, list[str]] = defaultdict(list)
    for pk, given, surname in PersonName.objects.filter(person_id__in=person_ids).values_list(
        "person_id", "given_names", "surname"
    ):
        others[pk] += [given, surname]
    rows: Rows = set()
    persons = Person.objects.filter(pk__in=person_ids).values_list(
        "pk", "district_id", "given_names", "surname", "birth_date", "birth_date_precision"
    )
    for pk, district, given, surname, born, precision in persons:
        held = keys.of_names((given, surname, *others[pk]))
        if precision == Person.Precision.DAY:
            held.add(keys.of_name_date(given, surname, born))
        rows |= {(key, district, born.year, pk) for key in held}
    return rows


def renew(*, person_ids: Collection[int], before: Rows) -> None:
    """Take away what was due ``before`` and is no more, and add what is due now; in the caller's act.

    There is no index by person: it would cost every import more than a change saves.
    """
    now = due(person_ids=person_ids)
    gone = sorted(before - now)
    if gone:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM registry_namekey k USING unnest(%s::bigint[], %s::int[], %s::smallint[], %s::bigint[])"
                " AS gone(key, district_id, born, person_id) WHERE (k.key, k.district_id, k.born, k.person_id)"
                " = (gone.key, gone.district_id, gone.born, gone.person_id)",
                [list(column) for column in zip(*gone, strict=True)],
            )
    NameKey.objects.bulk_create(
        [
            NameKey(key=key, district_id=district, born=born, person_id=pk)
            for key, district, born, pk in sorted(now - before)
        ],
        ignore_conflicts=True,
    )
