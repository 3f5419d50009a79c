"""A small register with everything that figures count: two districts, two programmes, payments, submissions."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from core.access.actor import SYSTEM, Actor, public
from core.access.roles import Role
from core.acting import acting
from core.models import Area
from eligibility.actions import runs
from eligibility.models import Programme
from grievances.actions import cases
from grievances.models import Case
from payments.actions import reconciling
from payments.sample import provider_returns
from registry.models import Household, Person, Submission
from reporting.actions import figures
from reporting.models import Snapshot
from tests.fixtures.eligibility import Member, random_household
from tests.fixtures.payments import LATER, Steps
from tests.fixtures.people import AT, ON


@dataclass(frozen=True)
class Register:
    snapshot: Snapshot
    places: list[Area]
    """Three villages: two of the first district, in different councils, and one of the second."""


@pytest.fixture
def places(district: Area, other_village: Area) -> list[Area]:
    councils = Area.objects.filter(level=Area.Level.COUNCIL, district=district).order_by("path")[:2]
    return [*(Area.objects.get_children(council).order_by("path")[0] for council in councils), other_village]


@pytest.fixture
def register(
    places: list[Area],
    make_household: Callable[..., Household],
    assess: Callable[..., Any],
    second_manager: Actor,
    enrol: Callable[..., Any],
    pensioner: Callable[..., Any],
    make_budget: Callable[..., Any],
    make_cycle: Callable[..., Any],
    prepare: Callable[..., Any],
    steps: Steps,
) -> Register:
    """The register after one round of everything, counted."""
    draw = random.Random(20)
    households = [random_household(make_household, draw, area=places[n % 3]) for n in range(16)]
    _sexes(households, draw)
    households += [make_household([Member(age=70 + n), Member(age=4)], area=places[2]) for n in range(2)]
    make_budget("OAP")
    for place in (places[0], places[1], places[2], places[2]):
        pensioner(area=place)
    published = {}
    for code in ("CGP", "OAP"):
        run = assess(code)
        published[code] = runs.publish(run_id=run.pk, seen_digest=run.digest, actor=second_manager, at=AT)
    eligible = published["CGP"].assessments.filter(outcome="eligible").order_by("id")
    taken = {e.household_id for e in Programme.objects.get(code="CGP").enrolments.filter(status="enrolled")}
    for finding in eligible[:6]:
        if finding.household_id not in taken and not finding.household.enrolments.filter(programme__code="CGP"):
            enrol(finding.household, "CGP")
    payroll = steps.release(prepare(make_cycle("OAP", first=date(2026, 1, 1), last=date(2026, 2, 28))))
    reconciling.import_returns(
        payroll_id=payroll.pk,
        content=provider_returns(payroll, 1),
        name="r.csv",
        actor=steps.finance.preparer,
        at=LATER,
    )
    _later_news(households, draw)
    _submissions(places)
    _cases(places)
    return Register(snapshot=figures.count(actor=SYSTEM, at=LATER, on=ON), places=places)


def _sexes(households: list[Household], draw: random.Random) -> None:
    with acting(actor=SYSTEM, at=AT, reason="Test register"):
        for person in Person.objects.filter(memberships__household__in=households).order_by("pk"):
            Person.objects.filter(pk=person.pk).update(sex=draw.choice("FM"))


def _later_news(households: list[Household], draw: random.Random) -> None:
    """Interviews at other times, a household that closed, one that merged, a member who died, a head who left."""
    with acting(actor=SYSTEM, at=AT, reason="Test register"):
        for household in households:
            Household.objects.filter(pk=household.pk).update(
                interviewed_on=ON - timedelta(days=draw.choice([0, 3, 40, 400, 900]))
            )
        Household.objects.filter(pk=households[0].pk).update(status="closed")
        Household.objects.filter(pk=households[1].pk).update(status="merged", merged_into=households[2])
        dead = households[3].memberships.order_by("-position")[0].person
        type(dead).objects.filter(pk=dead.pk).update(died_on=ON)
        households[4].memberships.filter(is_reference=True).update(until_on=ON)


def _submissions(places: list[Area]) -> None:
    questionnaire = Household.objects.all()[0].questionnaire
    with acting(actor=SYSTEM, at=AT, reason="Test register"):
        for n, status in enumerate(
            ["in_review", "refused", "rejected", "in_review", "in_review", "refused", "received", "refused"]
        ):
            area = [*places, None][n % 4] if status != "in_review" else places[n % 3]
            submission = Submission.objects.create(
                door="import", questionnaire=questionnaire, area=area,
                district_id=area.district_id if area else None, received_at=AT,
            )  # fmt: skip
            steps = {"received": [], "rejected": ["in_review", "rejected"]}.get(status, [status])
            for step in steps:
                Submission.objects.filter(pk=submission.pk).update(status=step)


def _cases(places: list[Area]) -> None:
    """Open, overdue and withdrawn ones, one of an unknown place, and a sensitive one, which no figure shows."""
    for number, (category, day) in enumerate(
        [("other", AT), ("other", AT - timedelta(days=60)), ("misconduct", AT), ("other", AT), ("other", AT)]
    ):
        area = places[number] if number < len(places) else None
        complaint = cases.Complaint(category=category, description="Told.", area_id=area.pk if area else None)
        lodged = cases.lodge(complaint=complaint, uuid=uuid4(), actor=public("test-request"), at=day)
    with acting(actor=SYSTEM, at=AT, reason="Test register"):
        Case.objects.filter(pk=lodged.case.pk).update(status="withdrawn", due_on=None)


@pytest.fixture
def national(make_user: Callable[..., Any], as_actor: Callable[..., Actor]) -> Actor:
    return as_actor(make_user(Role.PROGRAMME_MANAGER))


@pytest.fixture
def local(make_user: Callable[..., Any], as_actor: Callable[..., Actor], district: Area) -> Actor:
    """A district officer of the first district."""
    return as_actor(make_user(Role.DISTRICT_OFFICER, district))
