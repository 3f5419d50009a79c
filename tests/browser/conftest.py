"""A small register with work waiting for every role, a site that serves it, and people who sign in to it.

Made once for each module: sixty households through the import door, everything after it by the actions of the house,
each by the person whose work it is.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from core.access.actor import public
from core.access.roles import Role
from core.actions import appointments
from core.jobs import runner
from core.models import Area, Job
from eligibility.actions import enrolling, runs, validating
from eligibility.models import AssessmentRun, Enrolment, Programme
from grievances.actions import lodging
from payments.actions import budgets, cycles
from payments.actions.payrolls import checking, preparing, signing
from payments.models import Budget, PaymentCycle, Payroll
from payments.periods import plus_months
from registry.actions import imports, submissions
from reporting.actions import figures
from reporting.demo import fieldwork
from reporting.demo.people import People, appoint
from reporting.demo.screen import Screen
from tests import testdb

HOUSEHOLDS = 60
SEED = 7


@dataclass(frozen=True)
class Served:
    """The running site and how its people sign in."""

    url: str
    people: People
    passwords: dict[str, str]
    signed_in: dict[str, Any] = field(default_factory=dict)
    """The cookies of those who have signed in during this module."""


@pytest.fixture
def own_files() -> None:
    """Files made by the register of this module stay where its site looks for them."""


@pytest.fixture(scope="module")
def served(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    template_database: str,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Served]:
    """The site on a register of sixty households, with real commits; the database is made anew after the module."""
    request.getfixturevalue("chromium")  # where there is no browser, nothing is prepared
    folder = tmp_path_factory.mktemp("register")
    with django_db_blocker.unblock():
        people = appoint(at=timezone.now(), keep=folder / "sign-ins.json")
        prepare(people, folder=folder)
        server = LiveServer("127.0.0.1")
        yield Served(server.url, people, json.loads((folder / "sign-ins.json").read_text()))
        server.stop()
        connections.close_all()
    testdb.clone(template_database)


@pytest.fixture
def signed_in(served: Served, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """``signed_in("officer", width=360)``: the start page in a browser of this person, who types the password once."""
    opened = []

    def sign_in(key: str, *, width: int = 1280, **options: Any) -> Page:
        size = {"width": width, "height": 800}
        known = served.signed_in.get(key)
        context = chromium.new_context(viewport=size, base_url=served.url, storage_state=known, **options)
        opened.append(context)
        page = context.new_page()
        if known:
            page.goto("/")
            return page
        page.goto("/account/login/")
        page.get_by_label("E-mail address").fill(f"{key}@demo.example")
        page.get_by_label("Password").fill(served.passwords[f"{key}@demo.example"])
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Welcome").wait_for()
        served.signed_in[key] = context.storage_state()
        return page

    yield sign_in
    for context in opened:
        context.close()


def prepare(people: People, *, folder: Path) -> None:
    """Work for everybody, none of it done by a person whose test is to do it."""
    at = timezone.now()
    call_command("sample_register", households=HOUSEHOLDS, seed=SEED, out=folder, verbosity=0)
    batch = imports.receive(
        households=folder / "households.csv",
        persons=folder / "persons.csv",
        actor=people["importer"],
        at=at,
        send=False,
    )
    _work(batch.job)
    _tell_again(folder, people=people, at=at)
    for code in ("CGP", "OAP"):
        run = _assess(code, people=people, at=at)
        runs.publish(run_id=run.pk, seen_digest=run.digest, actor=people["manager2"], at=at, reason="Looked at")
    _assess("CGP", people=people, at=at)  # waits for the second manager
    _list(people=people, at=at)
    _pay(people=people, at=at)
    _complain(at=at)
    fieldwork.work(folder=folder, people=people, at=at, screen=Screen(io.StringIO()))
    appointments.propose(
        user_id=people["officer2"].user_id,
        role=Role.AUDITOR,
        scope_id=appointments.scope_for(area_id=Area.objects.get(level=Area.Level.COUNTRY).pk).pk,
        starts_on=timezone.localdate(at),
        actor=people["administrator2"],
        at=at,
        reason="Moves to the auditors",
    )
    _work(figures.refresh(actor=people["manager"], at=at, send=False))


def _tell_again(folder: Path, *, people: People, at: datetime) -> None:
    """A family of the officer's district tells of itself at the desk once more, without its numbers."""
    own = Area.objects.filter(level=Area.Level.DISTRICT).order_by("path")[0]
    codes = set(Area.objects.filter(district=own, level=Area.Level.VILLAGE).values_list("code", flat=True))
    household = next(row for row in _rows(folder / "households.csv") if row["area_code"] in codes)
    number = household.pop("household_no")
    members = [row | {"national_id": ""} for row in _rows(folder / "persons.csv") if row.pop("household_no") == number]
    told = {"household": household, "members": members}
    sent = submissions.receive(uuid=uuid4(), door="form", payload=told, actor=people["officer"], at=at)
    assert sent.status == sent.Status.IN_REVIEW, list(sent.issues.values_list("message", flat=True))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _work(job: Job | None) -> None:
    assert job is not None
    done = runner.run(job_id=job.pk, worker="browser")
    assert done.status == Job.Status.DONE, done.error


def _assess(code: str, *, people: People, at: datetime) -> AssessmentRun:
    run = runs.start(programme_code=code, as_of=timezone.localdate(at), actor=people["manager"], at=at, send=False)
    _work(run.job)
    run.refresh_from_db()
    return run


def _list(*, people: People, at: datetime) -> None:
    """Households of the officer's own district still wait for their meetings; of the rest one district is enrolled."""
    own, other, *_ = Area.objects.filter(level=Area.Level.DISTRICT).order_by("path")
    proposed = Enrolment.objects.filter(programme__code="CGP", status="proposed")
    for council in Area.objects.filter(level=Area.Level.COUNCIL).exclude(district=own).order_by("path"):
        waiting = list(proposed.filter(area__path__startswith=council.path).order_by("id").values_list("id", flat=True))
        if waiting:
            validating.validate_many(
                programme_code="CGP",
                area_id=council.pk,
                confirmed=waiting,
                rejected={},
                actor=people["importer"],
                at=at,
            )
    validated = Enrolment.objects.filter(programme__code="CGP", status="validated").order_by("district_id")
    first = validated.values_list("district_id", flat=True).first()
    enrolling.enrol_many(programme_code="CGP", area_id=first or other.pk, actor=people["manager"], at=at)
    enrolling.enrol_many(programme_code="OAP", actor=people["manager"], at=at)


def _pay(*, people: People, at: datetime) -> None:
    """One payroll to check, one to approve, one to release."""
    today = timezone.localdate(at)
    month = today.replace(day=1)
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    pensions = _payroll("OAP", month, 1, people=people, at=at)
    _sign(pensions, people=people, at=at)
    next_month = _payroll("OAP", plus_months(month, 1), 1, people=people, at=at)
    _submit(next_month, people=people, at=at)
    _payroll("CGP", quarter, 3, people=people, at=at)


def _payroll(code: str, first: date, months: int, *, people: People, at: datetime) -> Payroll:
    programme, last = Programme.objects.get(code=code), plus_months(first, months) - timedelta(days=1)
    if not Budget.objects.filter(programme=programme, year_from__lte=first, year_to__gte=first).exists():
        budget = budgets.create(
            programme_id=programme.pk,
            code=f"{code} {first}",
            year_from=first,
            year_to=plus_months(first, 12) - timedelta(days=1),
            amount_minor=100_000_00,
            actor=people["preparer"],
            at=at,
        )
        budgets.release(
            budget_id=budget.pk,
            reference=f"{code} {first}",
            amount_minor=100_000_00,
            released_on=timezone.localdate(at),
            actor=people["preparer"],
            at=at,
        )
    cycle: PaymentCycle = cycles.open_cycle(
        programme_id=programme.pk,
        code=f"{code} {first:%Y-%m}",
        period_from=first,
        period_to=last,
        cutoff_on=timezone.localdate(at),
        actor=people["preparer"],
        at=at,
    )
    payroll, job = preparing.create(cycle_id=cycle.pk, actor=people["preparer"], at=at, send=False)
    _work(job)
    return payroll


def _submit(payroll: Payroll, *, people: People, at: datetime) -> None:
    checking.check(payroll_id=payroll.pk, actor=people["preparer"], at=at)
    checking.submit(payroll_id=payroll.pk, actor=people["preparer"], at=at)
    payroll.refresh_from_db()


def _sign(payroll: Payroll, *, people: People, at: datetime) -> None:
    _submit(payroll, people=people, at=at)
    seen = bytes(payroll.digest or b"").hex()
    signing.approve(payroll_id=payroll.pk, seen_digest=seen, actor=people["approver"], at=at)


def _complain(*, at: datetime) -> None:
    for complaint in (
        lodging.Complaint(category="service_quality", description="The pay point opened three hours late."),
        lodging.Complaint(category="misconduct", description="Somebody asked me for money.", anonymous=True),
    ):
        lodging.lodge(complaint=complaint, uuid=uuid4(), actor=public("browser"), at=at)
