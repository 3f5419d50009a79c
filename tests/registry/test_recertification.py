"""Who is due to be seen again, where, since when and why."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.access.actor import SYSTEM
from core.access.roles import Role
from core.acting import acting
from core.hooks import RecertificationTerm, recertification_terms
from core.models import Area
from registry.models import Household
from registry.queries import entities, recertification
from tests.fixtures.visits import VISITS_AT

ON = date(2026, 11, 20)


@pytest.fixture
def home(an_accepted_household) -> Household:
    return an_accepted_household.household


@pytest.fixture
def a_shorter_term(monkeypatch):
    """``a_shorter_term(household, months)``: a programme asks for it sooner."""

    def make(household: Household, months: int) -> None:
        chosen = Household.objects.filter(pk=household.pk).values("id")
        monkeypatch.setattr(recertification_terms, "_functions", {})
        recertification_terms.register("eligibility", lambda: [RecertificationTerm("A pension", months, chosen)])

    return make


def due(actor, on=ON, **options) -> list[int]:
    return list(recertification.due(actor=actor, on=on, **options).values_list("id", flat=True))


def test_a_household_is_listed_a_quarter_before_its_four_years_end(home, last_seen, officer):
    last_seen(home, date(2022, 11, 21) + timedelta(days=90))
    assert due(officer) == []
    last_seen(home, date(2022, 11, 20) + timedelta(days=90))
    assert due(officer) == [home.pk]
    assert due(officer, overdue_only=True) == []
    assert recertification.counts(actor=officer, on=ON) == (1, 0)


def test_it_is_overdue_from_the_day_after_its_period_ended(home, last_seen, officer):
    last_seen(home, date(2022, 11, 20))
    assert due(officer, overdue_only=True) == []
    last_seen(home, date(2022, 11, 19))
    assert due(officer, overdue_only=True) == [home.pk]
    assert recertification.term_of(home, on=ON) == recertification.Term(date(2026, 11, 19), "")
    assert recertification.counts(actor=officer, on=ON) == (1, 1)


def test_a_programme_may_ask_for_it_sooner(home, last_seen, officer, a_shorter_term):
    last_seen(home, date(2025, 10, 1))
    assert due(officer) == []
    a_shorter_term(home, 12)
    assert due(officer, overdue_only=True) == [home.pk]
    assert recertification.term_of(home, on=ON) == recertification.Term(date(2026, 10, 1), "A pension")


def test_a_programme_that_asks_for_it_later_changes_nothing(home, last_seen, officer, a_shorter_term):
    last_seen(home, date(2022, 5, 20))
    a_shorter_term(home, 60)
    assert due(officer, overdue_only=True) == [home.pk]
    assert recertification.term_of(home, on=ON).because == ""


def test_the_shortest_of_several_terms_counts(home, last_seen, monkeypatch):
    last_seen(home, date(2025, 10, 1))
    chosen = Household.objects.filter(pk=home.pk).values("id")
    terms = [RecertificationTerm(f"{months} months", months, chosen) for months in (24, 6, 12)]
    monkeypatch.setattr(recertification_terms, "_functions", {})
    recertification_terms.register("eligibility", lambda: terms)
    assert recertification.term_of(home, on=ON) == recertification.Term(date(2026, 4, 1), "6 months")


def test_a_closed_household_is_not_due(overdue_home, officer):
    with acting(actor=SYSTEM, at=VISITS_AT):
        Household.objects.filter(pk=overdue_home.pk).update(status="closed")
    assert due(officer) == []


def test_nobody_sees_what_is_due_elsewhere(overdue_home, make_user, as_actor, other_district, country):
    elsewhere = as_actor(make_user(Role.DISTRICT_OFFICER, other_district))
    above = as_actor(make_user(Role.SUPERVISOR, country))
    nobody = as_actor(make_user(None))
    assert due(elsewhere) == due(nobody) == []
    assert due(above) == [overdue_home.pk]
    assert recertification.counts(actor=elsewhere, on=ON) == (0, 0)


def test_counts_are_added_up_by_place(overdue_home, make_user, as_actor, country, district):
    above = as_actor(make_user(Role.SUPERVISOR, country))
    (of_country,) = recertification.places(actor=above, on=ON)
    assert (of_country.area, of_country.due, of_country.overdue) == (district, 1, 1)
    (of_district,) = recertification.places(actor=above, on=ON, above=district)
    assert of_district.area.level == Area.Level.COUNCIL
    (of_council,) = recertification.places(actor=above, on=ON, above=of_district.area)
    assert of_council.area == overdue_home.area


def test_a_page_goes_on_after_its_last_household(overdue_home, tell, other_payload, last_seen, officer, district):
    other = last_seen(tell(other_payload).household, date(2022, 5, 20))
    first = recertification.page(actor=officer, on=ON, area=district, size=1)
    second = recertification.page(actor=officer, on=ON, area=district, after=first.next_key, size=1)
    assert [row.pk for row in (*first.rows, *second.rows)] == sorted([overdue_home.pk, other.pk])
    assert second.next_key == ""
    assert recertification.page(actor=officer, on=ON, area=district, after="yesterday_x", size=9).rows


def test_terms_of_many_households_take_one_statement_a_programme(overdue_home, tell, other_payload, a_shorter_term):
    other = tell(other_payload).household
    a_shorter_term(other, 12)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = recertification.terms_of([overdue_home, other], on=ON)
    assert len(queries) == 1
    assert found[other.pk].because == "A pension"


def test_the_list_of_a_district_is_served_by_its_index(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'registry_household_seen'")
        (definition,) = cursor.fetchone()
    assert "(district_id, interviewed_on, area_id, id) WHERE (status = 'active'::text)" in definition


# A protected address


@pytest.fixture
def hidden(home, last_seen, protect) -> Household:
    return protect(last_seen(home, date(2022, 5, 20)), at=VISITS_AT)


def test_a_protected_household_stands_on_no_list_but_on_its_districts_own(hidden, officer, district, village):
    assert due(officer) == due(officer, area=district) == due(officer, overdue_only=True) == []
    assert recertification.counts(actor=officer, on=ON) == (0, 0)
    assert recertification.places(actor=officer, on=ON) == []
    apart = partial(recertification.due_apart, actor=officer, on=ON)
    assert list(apart(area=district)) == [hidden]
    assert list(apart(area=village)) == []


def test_who_may_not_see_its_place_or_knows_a_village_alone_is_not_told_of_it(
    hidden, make_user, as_actor, district, village, other_district
):
    for role, area in ((Role.AUDITOR, None), (Role.DISTRICT_OFFICER, village), (Role.SUPERVISOR, other_district)):
        actor = as_actor(make_user(role, area))
        assert list(recertification.due_apart(actor=actor, on=ON, area=district)) == [], role


def test_a_protected_household_goes_to_no_device(hidden, officer):
    told = b"".join(entities.due_households_csv(actor=officer, on=ON)).decode()
    assert len(told.splitlines()) == 1
