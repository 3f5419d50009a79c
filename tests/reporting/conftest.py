"""A small register with everything that figures count: two districts, two programmes, payments, submissions."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client, override_settings

from core.access.actor import SYSTEM, Actor, public
from core.access.roles import Role
from core.acting import acting
from core.models import Area, User
from eligibility.actions import runs
from eligibility.models import Programme
from grievances.actions import cases
from grievances.models import Case
from payments.actions import reconciling
from payments.sample import provider_returns
from registry.models import Household, Person, Submission
from reporting.actions import figures
from reporting.models import Snapshot
from tests.fixtures.eligibility import (
    Member,
    assessor,
    household_maker,
    notice_in_force,
    questionnaire_in_force,
    random_household,
)
from tests.fixtures.payments import (
    LATER,
    Steps,
    budget_maker,
    cycle_maker,
    list_maker,
    officers,
    pensioner_maker,
    preparing,
)
from tests.fixtures.people import AT, ON, actor_today, user_maker


@dataclass(frozen=True)
class Register:
    snapshot: Snapshot
    places: list[Area]
    """Three villages: two of the first district, in different councils, and one of the second."""


@pytest.fixture
def register(db_or_committed: None, own_files: None) -> Register:
    """The register after one round of everything, counted."""
    return made_register()


@pytest.fixture(scope="module")
def kept_register(module_db: None, tmp_path_factory: pytest.TempPathFactory) -> Register:
    """The same, made once for a module whose every test has it: what a test changes is rolled back after it."""
    with override_settings(FILES_DIR=tmp_path_factory.mktemp("files")):
        return made_register()


def made_register() -> Register:
    make_user = user_maker(at_home="register.example.org")
    manager, second_manager = (actor_today(make_user(Role.PROGRAMME_MANAGER)) for _ in range(2))
    places = three_villages()
    make_household = household_maker(questionnaire_in_force(), notice_in_force(), places[0])
    assess, enrol, finance = assessor(manager), list_maker(make_user), officers(make_user, actor_today)
    pensioner, steps = pensioner_maker(make_household, enrol), Steps(finance)
    draw = random.Random(20)
    households = [random_household(make_household, draw, area=places[n % 3]) for n in range(16)]
    _sexes(households, draw)
    households += [make_household([Member(age=70 + n), Member(age=4)], area=places[2]) for n in range(2)]
    budget_maker()("OAP")
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
    cycle = cycle_maker(finance)("OAP", first=date(2026, 1, 1), last=date(2026, 2, 28))
    payroll = steps.release(preparing(finance)(cycle))
    reconciling.import_returns(
        payroll_id=payroll.pk,
        content=provider_returns(payroll, 1),
        name="r.csv",
        actor=finance.preparer,
        at=LATER,
    )
    _later_news(households, draw)
    _submissions(places)
    _cases(places)
    return Register(snapshot=figures.count(actor=SYSTEM, at=LATER, on=ON), places=places)


def three_villages() -> list[Area]:
    first, second = Area.objects.filter(level=Area.Level.DISTRICT).order_by("path")[:2]
    councils = Area.objects.filter(level=Area.Level.COUNCIL, district=first).order_by("path")[:2]
    elsewhere = Area.objects.filter(level=Area.Level.VILLAGE, district=second).order_by("path")[0]
    return [*(Area.objects.get_children(council).order_by("path")[0] for council in councils), elsewhere]


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


@pytest.fixture
def signed_in(make_user: Callable[..., User]) -> Callable[..., Client]:
    """``signed_in(Role.X, area)``: a browser of somebody with that role."""

    def opened(role: Role | None = None, area: Area | None = None, **scope: str) -> Client:
        client = Client()
        client.force_login(make_user(role, area, **scope), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return opened
