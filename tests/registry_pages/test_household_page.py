"""The page of one household: who may open it, what it hides, what it logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import InternalError, connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from core.access.roles import Role
from core.acting import acting
from core.models import Area, ReadEntry, User
from registry.models import Household, Person
from tests.fixtures.people import AT, AsActor, MakeUser
from tests.registry_pages.conftest import NATIONAL_ID, PHONE, Register, SignIn, a_member, text_of

SEEING = {
    Role.DISTRICT_OFFICER,
    Role.SUPERVISOR,
    Role.PROGRAMME_MANAGER,
    Role.GRIEVANCE_OFFICER,
    Role.AUDITOR,
    Role.DATA_PROTECTION_OFFICER,
}


@pytest.fixture
def household(registered: Register) -> Household:
    return registered(
        a_member(national_id=NATIONAL_ID),
        a_member(
            "2",
            given_names="Thabo",
            sex="M",
            relationship="child",
            birth_date="2019",
            education="preschool",
            activity="",
            school_attending="yes",
        ),
    )


def page_of(household: Household, name: str = "household") -> str:
    return reverse(f"registry:{name}", args=[household.reference])


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_only_roles_that_see_the_registry_open_a_household(
    role: Role, household: Household, make_user: MakeUser, sign_in: SignIn
) -> None:
    client = sign_in(make_user(role))
    for name in ("household", "household_history", "household_print"):
        assert client.get(page_of(household, name)).status_code == (200 if role in SEEING else 403)


def test_a_stranger_is_led_to_the_sign_in(household: Household, client: Client) -> None:
    response = client.get(page_of(household))
    assert response.status_code == 302
    assert reverse("account_login") in response["Location"]


@pytest.mark.parametrize("name", ["household", "household_history", "household_print"])
def test_a_household_of_another_district_is_not_found(
    name: str, household: Household, officer_elsewhere: User, sign_in: SignIn
) -> None:
    assert sign_in(officer_elsewhere).get(page_of(household, name)).status_code == 404


def test_the_page_says_who_lives_there_and_how_old_the_data_is(household: Household, desk: Client) -> None:
    said = text_of(desk.get(page_of(household)))
    for part in ("Palesa Tšosane", "Thabo Tšosane", household.reference, "2 March 2026", "Son or daughter", "Candles"):
        assert part in said


@pytest.mark.parametrize("name", ["household", "household_history", "household_print"])
def test_no_number_of_a_person_stands_in_the_page(name: str, household: Household, desk: Client) -> None:
    body = desk.get(page_of(household, name)).content.decode()
    for number in (NATIONAL_ID, PHONE, "62009988"):
        assert number not in body


def test_the_look_is_logged_before_the_page_is_shown(household: Household, desk: Client, officer: User) -> None:
    desk.get(page_of(household))
    entry = ReadEntry.objects.using("reads").get(page="household")
    assert (entry.actor_id, entry.subject_ids) == (officer.pk, [household.pk])


def test_the_page_is_refused_when_the_look_cannot_be_logged(household: Household, desk: Client) -> None:
    with connections["reads"].cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
    with pytest.raises(InternalError, match="read-only"):
        desk.get(page_of(household))


def test_browsers_are_told_to_keep_nothing(household: Household, desk: Client) -> None:
    assert "no-store" in desk.get(page_of(household))["Cache-Control"]


def test_the_number_of_members_does_not_change_the_number_of_statements(
    registered: Register, desk: Client, django_assert_num_queries: Callable[..., Any]
) -> None:
    small = registered(a_member(), a_member("2", given_names="Sister", relationship="sibling"), phone="")
    more = [a_member(str(n), given_names=f"Child{n}", surname="Moleko", relationship="sibling") for n in range(2, 12)]
    large = registered(a_member(given_names="Thabo", surname="Moleko"), *more, phone="")
    assert large.reference != small.reference
    desk.get(page_of(small))
    with CaptureQueriesContext(connection) as counted:
        desk.get(page_of(small))
    with django_assert_num_queries(len(counted)):
        desk.get(page_of(large))


# -- numbers in full


def show_address(household: Household) -> str:
    person = Person.objects.get(national_id=NATIONAL_ID)
    return reverse("registry:show_of_member", args=[household.reference, person.reference, "national_id"])


def test_a_number_is_shown_for_a_reason_and_the_reason_is_kept(
    household: Household, desk: Client, officer: User
) -> None:
    response = desk.post(show_address(household), {"reason": "Comparing with the card shown at the desk"})
    assert NATIONAL_ID in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    entry = ReadEntry.objects.using("reads").get(page="unmask.national_id")
    person = Person.objects.get(national_id=NATIONAL_ID)
    assert (entry.actor_id, entry.subject_ids, entry.reason) == (
        officer.pk,
        [person.pk],
        "Comparing with the card shown at the desk",
    )


@pytest.mark.parametrize("reason", ["", "   ", "because"])
def test_without_a_reason_the_number_stays_hidden(reason: str, household: Household, desk: Client) -> None:
    response = desk.post(show_address(household), {"reason": reason})
    assert response.status_code == 422
    assert NATIONAL_ID not in response.content.decode()
    assert not ReadEntry.objects.using("reads").filter(page="unmask.national_id").exists()


@pytest.mark.parametrize("field", ["phone", "account"])
def test_numbers_of_the_household_are_shown_the_same_way(field: str, household: Household, desk: Client) -> None:
    address = reverse("registry:show", args=[household.reference, field])
    response = desk.post(address, {"reason": "The household asked us to call"}, headers={"HX-Request": "true"})
    body = response.content.decode()
    assert {"phone": PHONE, "account": "62009988"}[field] in body
    assert "<html" not in body


def test_a_number_is_never_shown_by_looking(household: Household, desk: Client) -> None:
    assert desk.get(show_address(household)).status_code == 405


def test_a_number_elsewhere_is_not_found(household: Household, officer_elsewhere: User, sign_in: SignIn) -> None:
    response = sign_in(officer_elsewhere).post(show_address(household), {"reason": "I would like to see it"})
    assert response.status_code == 404


def test_who_may_not_unmask_is_offered_nothing_and_refused(
    household: Household, make_user: MakeUser, sign_in: SignIn
) -> None:
    client = sign_in(make_user(Role.AUDITOR))
    assert "Why do you need to see it?" not in text_of(client.get(page_of(household)))
    assert client.post(show_address(household), {"reason": "I would like to see it"}).status_code == 403


# -- history


def test_history_tells_who_changed_what_and_why_field_by_field(
    household: Household, desk: Client, officer: User, as_actor: AsActor, other_village: Area
) -> None:
    person = Person.objects.get(national_id=NATIONAL_ID)
    with acting(actor=as_actor(officer), at=AT, reason="Married in church last week"):
        person.surname = "Mokoena"
        person.answers = person.answers | {"activity": "casual"}
        person.national_id = "0123456789999"
        person.save()
    household.refresh_from_db()
    with acting(actor=as_actor(officer), at=AT, reason="New number"):
        Household.objects.filter(pk=household.pk).update(phone="58999999", answers=household.answers | {"rooms": 3})
    said = text_of(desk.get(page_of(household, "household_history")))
    for part in (
        "Particulars of Palesa Mokoena changed",
        "by Officer of the district",
        "Married in church last week",
        "Surname Tšosane Mokoena",
        "What did this person mainly do in the last month? Farmed or herded for the household Piece jobs",
        "National ID ••••••••••012 ••••••••••999",
        "Phone •••••456 •••••999",
        "sleep and live in? 2 3",
        "Registered",
    ):
        assert part in said


# -- later stages


def test_the_tabs_of_later_stages_are_shown_within_the_page(
    household: Household, make_user: MakeUser, sign_in: SignIn
) -> None:
    client = sign_in(make_user(Role.AUDITOR))  # sees every stage
    address = reverse("registry:household_tab", args=[household.reference, 0])[:-2]
    tabs = [
        link
        for link in html.document_fromstring(client.get(page_of(household)).content.decode()).xpath("//nav//a/@href")
        if address in link
    ]
    assert tabs
    for tab in tabs:
        response = client.get(tab)
        assert response.status_code == 200
        assert response.content.decode().count("<html") == 1
        assert household.reference in text_of(response)


def test_a_tab_that_is_not_there_is_not_found(household: Household, desk: Client) -> None:
    assert desk.get(reverse("registry:household_tab", args=[household.reference, 99])).status_code == 404
