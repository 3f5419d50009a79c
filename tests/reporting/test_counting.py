"""Every figure equals what a slow count of the rows says."""

from __future__ import annotations

from collections import defaultdict

import pytest
from django.db import IntegrityError, transaction

from core.access.actor import SYSTEM, NotPermitted
from core.access.roles import Role
from core.acting import acting
from core.jobs import runner
from core.models import Job
from reporting.actions import figures
from reporting.indicators import Counted, listed
from reporting.models import Figure, Snapshot
from tests.fixtures.people import AT, ON
from tests.reporting.conftest import Register
from tests.reporting.shown import kept
from tests.reporting.slow import Recount


@pytest.fixture
def register(kept_register: Register) -> Register:
    """Every test here reads the same one."""
    return kept_register


def test_every_figure_is_what_a_slow_count_of_the_rows_says(register: Register) -> None:
    expected = dict(Recount(ON).cells)

    found = kept(register.snapshot)

    assert {key: (value, found.get(key)) for key, value in expected.items() if found.get(key) != value} == {}
    assert {key: value for key, value in found.items() if key not in expected} == {}


def test_the_test_register_has_something_for_every_indicator_to_count(register: Register) -> None:
    counted = {indicator.code for indicator in listed() if indicator.counted}
    assert counted <= {cell[0] for cell in kept(register.snapshot)}
    assert {cell[1] for cell in kept(register.snapshot)} == {"", "CGP", "OAP"}


def test_a_household_in_two_programmes_counts_once_in_all(register: Register) -> None:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for cell, value in kept(register.snapshot).items():
        sums[cell[0], cell[1]] += value

    assessed = [sums["households_assessed", code] for code in ("", "CGP", "OAP")]
    assert max(assessed[1:]) <= assessed[0] < assessed[1] + assessed[2]


def test_a_refresh_asked_for_twice_is_one_job_and_makes_the_figures(local, register: Register) -> None:
    key = "0199c7a0-0000-7000-8000-000000000001"
    job = figures.refresh(actor=local, at=AT, one_shot=key, send=False)
    assert figures.refresh(actor=local, at=AT, send=False).pk == job.pk

    done = runner.run(job_id=job.pk, worker="test", clock=lambda: AT)

    assert (done.status, done.error) == ("done", "")
    assert done.counts["figures"] == len(kept(Snapshot.objects.get(job=job))) > 0
    assert figures.refresh(actor=local, at=AT, one_shot=key, send=False).pk == job.pk
    assert Job.objects.filter(kind=figures.JOB_KIND).count() == 1


def test_who_may_not_see_figures_may_not_have_them_counted(make_user, as_actor) -> None:
    with pytest.raises(NotPermitted):
        figures.refresh(actor=as_actor(make_user(Role.ADMINISTRATOR)), at=AT)


def test_figures_are_written_only_by_somebody_who_acts(db_or_committed: None) -> None:
    with pytest.raises(Exception, match="Nobody is acting"), transaction.atomic():
        Snapshot.objects.create(computed_at=AT, on=ON)


@pytest.mark.parametrize("wrong", [{"value": -1}, {"value": 1, "area_id": None}])
def test_the_database_refuses_a_figure_that_cannot_be(district, wrong: dict) -> None:
    with acting(actor=SYSTEM, at=AT):
        snapshot = Snapshot.objects.create(computed_at=AT, on=ON)
        values = {"area_id": district.pk, "district_id": district.pk, **wrong}
        with pytest.raises(IntegrityError), transaction.atomic():
            Figure.objects.create(snapshot=snapshot, indicator="households_registered", **values)


def test_every_indicator_says_what_it_means_and_can_be_counted(register: Register) -> None:
    codes = {indicator.code for indicator in listed()}
    for indicator in listed():
        assert indicator.title and indicator.definition.endswith("."), indicator.code
        assert indicator.sources and indicator.by, indicator.code
        if indicator.counted is None:
            assert {indicator.numerator, indicator.denominator} <= codes | {"population"}, indicator.code
        if indicator.unit.value in ("money", "percent", "per_thousand", "months"):
            assert indicator.hidden_with, f"{indicator.code} would be passed on whatever it rests on"
        assert set(indicator.hidden_with) <= codes
    assert {indicator.counted for indicator in listed()} == {*Counted, None}
