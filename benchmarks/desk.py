"""What an officer waits for: finding somebody, and registering a household."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction

from benchmarks.database import owner
from benchmarks.deciding import analyse
from benchmarks.imports import AT, sample
from benchmarks.measuring import Figure, Server, Took, percentile, timed
from core.access.actor import Actor
from registry.actions import submissions
from registry.models import Household, Person
from registry.queries import search
from registry.sample import read
from reporting.demo import people

MOST = 300


def times(households: int, *, most: int = MOST) -> int:
    """How often something is done one by one, in a register of that size."""
    return min(most, max(20, households // 10))


def run(*, households: int, server: Server, look_ups: bool, desk: bool) -> list[Figure]:
    count = times(households)
    who = people.People([])
    analyse()
    figures = [*_look_ups(who["supervisor-national"], count)] if look_ups else []
    if desk:
        figures.append(_register(who["importer"], server, count))
    return figures


def _look_ups(actor: Actor, looks: int) -> Iterator[Figure]:
    chosen = list(Person.objects.order_by("id").values_list("id", "national_id", "reference", "given_names", "surname"))
    persons, count = random.Random(7).choices(chosen, k=looks), len(chosen)
    references = list(Household.objects.order_by("id").values_list("reference", flat=True)[:looks])
    floor = _each([row[0] for row in persons], _by_key)
    numbers = [row[1] for row in persons if row[1]]

    def find(text: str) -> None:
        if not search.find(actor=actor, text=text).hits:
            raise RuntimeError("A search did not find who is there.")

    for name, texts in (
        ("search by national ID", numbers),
        ("search by reference of a person", [row[2] for row in persons]),
        ("search by reference of a household", references),
        ("search by names", [f"{row[4]} {row[3]}" for row in persons]),
    ):
        took = _each(texts, find)
        yield Figure(
            name=name,
            size=f"{count:,} persons",
            figure=1000 * percentile(took, 0.5),
            unit="ms (median)",
            floor=1000 * percentile(floor, 0.5),
            floor_is="a row by its primary key over the same connection",
            ratio=percentile(took, 0.5) / percentile(floor, 0.5),
            note=f"95 of 100 within {1000 * percentile(took, 0.95):.1f} ms (floor"
            f" {1000 * percentile(floor, 0.95):.1f})",
        )


def _by_key(number: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM registry_person WHERE id = %s", [number])
        cursor.fetchall()


def _each(values: list[Any], work: Callable[[Any], None]) -> list[float]:
    """Seconds of each; the first ten warm what is warm in a running system."""
    for value in values[:10]:
        work(value)
    took = []
    for value in values:
        began = time.perf_counter()
        work(value)
        took.append(time.perf_counter() - began)
    return took


def _register(actor: Actor, server: Server, registered: int) -> Figure:
    told_of = list(read.payloads(sample(households=registered + 20, seed=99)))
    warm, told = told_of[:20], told_of[20:]
    for payload in warm:
        submissions.receive(uuid=uuid4(), door="form", payload=payload, actor=actor, at=AT)
    last = Household.objects.order_by("-id").values_list("id", flat=True)[0]
    each = []
    with timed(server) as took:
        for payload in told:
            began = time.perf_counter()
            submissions.receive(uuid=uuid4(), door="form", payload=payload, actor=actor, at=AT)
            each.append(time.perf_counter() - began)
    entered = list(Household.objects.filter(id__gt=last).order_by("id").values_list("id", flat=True))
    floor = _one_statement(entered, server)
    return Figure(
        name="registration at the desk",
        size=f"{len(told):,} households",
        figure=len(told) / took.wall,
        unit="households/s",
        floor=len(entered) / floor.wall,
        floor_is="the household's rows and its persons' in one statement, committed",
        ratio=(took.wall / len(told)) / (floor.wall / len(entered)),
        cpu_ratio=(took.cpu / len(told)) / (floor.cpu / len(entered)) if floor.cpu else None,
        note=f"one process, without HTTP; 95 of 100 within {1000 * percentile(each, 0.95):.0f} ms",
    )


def _one_statement(households: list[int], server: Server) -> Took:
    tables = ("household", "person", "membership")
    with owner() as bare:
        for table in tables:
            bare.execute(f"DROP TABLE IF EXISTS bench_{table}")
            bare.execute(f"CREATE TABLE bench_{table} (LIKE registry_{table} INCLUDING INDEXES)")
            bare.execute(f"GRANT INSERT, SELECT ON bench_{table} TO {settings.DATABASE_APP_ROLE}")
        with timed(server) as took, connection.cursor() as cursor:
            for household in households:
                with transaction.atomic():
                    cursor.execute(_COPY_ONE, {"household": household})
        for table in tables:
            bare.execute(f"DROP TABLE bench_{table}")
    return took


_COPY_ONE = """
WITH one AS (INSERT INTO bench_household SELECT * FROM registry_household WHERE id = %(household)s),
belonging AS (INSERT INTO bench_membership SELECT * FROM registry_membership WHERE household_id = %(household)s)
INSERT INTO bench_person SELECT * FROM registry_person
WHERE id IN (SELECT person_id FROM registry_membership WHERE household_id = %(household)s AND counts)
"""
