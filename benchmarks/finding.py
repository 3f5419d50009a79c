"""What an officer waits for when they search, for every kind of search and for areas of every size."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import starmap

from django.db import connection

from benchmarks.imports import AT
from benchmarks.measuring import Figure, percentile
from core.access.actor import SYSTEM, Actor
from core.access.roles import Role
from core.actions import appointments, users
from core.models import Area
from core.queries.access import actor_of
from registry.models import Household, PaymentAccount, Person
from registry.queries import search

LOOKS = 40
FEWEST = 5  # in a register so small that its figures say only that they can be measured
WARM = 5
BOUND_MS = 100
_SPELLED = (("th", "t"), ("kh", "kg"), ("li", "di"), ("oe", "we"), ("ts", "tsh"), ("ph", "f"), ("ea", "ya"))


def run(*, households: int) -> Iterator[Figure]:
    """Every kind of search for the country, a district, a council and a village; the worst kind of each area last."""
    persons = _persons()
    count = Person.objects.count()
    looks = min(LOOKS, max(FEWEST, households // 20))
    kinds = {kind: texts[: WARM + looks] for kind, texts in _kinds(persons).items()}
    floor = _each([one.pk for one in persons], _by_key)
    for name, actor in _searchers():
        for kind, texts in kinds.items():
            took = _each(texts, lambda text, actor=actor: search.find(actor=actor, text=text))
            yield Figure(
                name=f"search, {name}: {kind}",
                size=f"{count:,} persons",
                figure=1000 * percentile(took, 0.95),
                unit="ms (95 %)",
                floor=1000 * percentile(floor, 0.95),
                floor_is="a person by primary key over the same connection",
                ratio=percentile(took, 0.95) / percentile(floor, 0.95),
                note=f"median {1000 * percentile(took, 0.5):.1f} ms, longest {1000 * max(took):.1f} ms"
                + ("" if percentile(took, 0.95) < BOUND_MS / 1000 else f"; OVER the bound of {BOUND_MS} ms"),
            )


def _persons() -> list[Person]:
    most = Person.objects.order_by("-id").values_list("id", flat=True)[0]
    drawn = random.Random(11).choices(range(1, most + 1), k=4 * LOOKS)
    return list(Person.objects.filter(pk__in=drawn, national_id__isnull=False).order_by("id")[: LOOKS + WARM])


def _kinds(persons: list[Person]) -> dict[str, list[str]]:
    numbers = random.Random(12).choices(range(1, Household.objects.order_by("-id")[0].pk + 1), k=4 * LOOKS)
    homes = list(Household.objects.filter(pk__in=numbers).exclude(phone="").order_by("id")[: LOOKS + WARM])
    accounts = PaymentAccount.objects.filter(household_id__in=numbers, until_on=None).exclude(number="")
    villages = list(Area.objects.filter(level=Area.Level.VILLAGE).order_by("id").values_list("name", flat=True))
    names = [f"{one.surname} {one.given_names}" for one in persons]
    return {
        "national ID": [one.national_id or "" for one in persons],
        "reference of a person": [one.reference for one in persons],
        "reference of a household": [home.reference for home in homes],
        "telephone": [home.phone for home in homes],
        "account": [row.number for row in accounts.order_by("id")[: LOOKS + WARM]],
        "names": names,
        "names in another spelling": [_misspelt(name) for name in names],
        "one given name": [one.given_names.split()[0] for one in persons],
        "one surname": [one.surname for one in persons],
        "names and year": [f"{name} {one.birth_date.year}" for name, one in zip(names, persons, strict=True)],
        "names and village": [f"{name}, {villages[n * 37 % len(villages)]}" for n, name in enumerate(names)],
        "a given name and a year without anybody": [f"{one.given_names.split()[0]} 1901" for one in persons],
        "names of nobody": [f"{one.surname} Xqzwert" for one in persons],
        "a village": [villages[n * 41 % len(villages)] for n in range(LOOKS + WARM)],
    }


def _misspelt(name: str) -> str:
    told = name.lower()
    return next((told.replace(right, wrong, 1) for right, wrong in _SPELLED if right in told), told + told[-1])


def _searchers() -> Iterator[tuple[str, Actor]]:
    """An officer of the country, of the largest district, of a council in it and of a village in that."""
    biggest = Household.objects.raw(
        "SELECT area_id AS id, area_id FROM registry_household GROUP BY area_id ORDER BY count(*) DESC, area_id LIMIT 1"
    )[0].area_id
    village = Area.objects.get(pk=biggest)
    council = Area.objects.get(path=village.path[: -Area.steplen])
    country = Area.objects.get(level=Area.Level.COUNTRY)
    return starmap(
        lambda name, area: (name, an_officer(name, area)),
        [("country", country), ("district", village.district), ("council", council), ("village", village)],
    )


def an_officer(name: str, area: Area) -> Actor:
    user = users.create(email=f"bench-{name}@demo.example", full_name="Bench Demo", password=None, actor=SYSTEM, at=AT)
    appointments.propose(
        user_id=user.pk, role=Role.DISTRICT_OFFICER, scope_id=appointments.scope_for(area_id=area.pk).pk,
        starts_on=date(2024, 1, 1), actor=SYSTEM, at=AT, reason="Benchmark",
    )  # fmt: skip
    return actor_of(user_id=user.pk, request_id="bench-search")


def _by_key(number: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM registry_person WHERE id = %s", [number])
        cursor.fetchall()


def _each(values: list, work: Callable[[object], object]) -> list[float]:
    """Seconds of each; the first few warm what is warm in a running system."""
    for value in values[:WARM]:
        work(value)
    took = []
    for value in values[WARM:]:
        began = time.perf_counter()
        work(value)
        took.append(time.perf_counter() - began)
    return took
