"""Finding households and persons, within one's area and no further."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from core.access.actor import SYSTEM
from core.access.roles import Role
from core.acting import acting
from core.models import Area, ReadEntry, User
from registry.models import Household, Person
from registry.queries import search
from tests.fixtures.people import AT, AsActor, MakeUser
from tests.registry_pages.conftest import NATIONAL_ID, PHONE, Register, SignIn, a_member, text_of


def looked_for(client: Client, text: str) -> Any:
    return client.post(reverse("registry:search"), {"text": text}, follow=True)


@pytest.fixture
def household(registered: Register) -> Household:
    return registered(
        a_member(national_id=NATIONAL_ID, given_names="Palesa Mary", surname="Tšosane"),
        a_member("2", given_names="Thabo", relationship="spouse", sex="M", birth_date="1979"),
        legacy_number="OLD-77",
    )


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (NATIONAL_ID, "Same national ID"),
        ("012-3456 789012", "Same national ID"),
        (PHONE, "Same telephone"),
        ("+266 5812 3456", "Same telephone"),
        ("OLD-77", "Same number in an earlier register"),
        ("palesa tsosane", "All parts of the name"),
        ("TŠOSANE Mary", "All parts of the name"),
        ("thabo", "All parts of the name"),
    ],
)
def test_a_household_is_found_by_what_people_say(typed: str, why: str, household: Household, desk: Client) -> None:
    said = text_of(looked_for(desk, typed))
    assert household.reference in said
    assert why in said


def test_it_is_found_by_reference_however_it_is_typed(household: Household, desk: Client) -> None:
    for typed in (household.reference, household.reference.lower().replace("-", " ")):
        assert "Same reference" in text_of(looked_for(desk, typed))


def test_a_person_is_found_by_interim_number(household: Household, desk: Client) -> None:
    person = Person.objects.get(national_id=None)
    assert person.interim_number
    assert "Same interim number" in text_of(looked_for(desk, person.interim_number))


def test_a_mistyped_reference_is_said_to_be_mistyped(household: Household, desk: Client) -> None:
    wrong = household.reference[:-1] + ("A" if household.reference[-1] != "A" else "B")
    said = text_of(looked_for(desk, wrong))
    assert "This reference is mistyped" in said
    assert "Nothing found" not in said


def test_every_part_of_the_name_must_fit(household: Household, desk: Client) -> None:
    assert "Nothing found in your area" in text_of(looked_for(desk, "Palesa Mokoena"))


@pytest.mark.parametrize("typed", ["palesa tsosane", PHONE, "OLD-77"])
def test_what_lies_in_another_district_is_not_found(
    typed: str, household: Household, officer_elsewhere: User, sign_in: SignIn
) -> None:
    response = looked_for(sign_in(officer_elsewhere), typed)
    assert household.reference not in response.content.decode()
    assert "Nothing found in your area" in text_of(response)


def test_a_national_id_of_another_district_tells_only_masked_name_district_and_reference(
    household: Household, officer_elsewhere: User, sign_in: SignIn, district: Area
) -> None:
    response = looked_for(sign_in(officer_elsewhere), NATIONAL_ID)
    said = text_of(response)
    person = Person.objects.get(national_id=NATIONAL_ID)
    for part in ("P•••• M•••• T••••", district.name, person.reference):
        assert part in said
    for secret in ("Palesa", "Tšosane", household.reference, "1981"):
        assert secret not in said
    entry = ReadEntry.objects.using("reads").get(page="search")
    assert (entry.actor_id, entry.subject_ids) == (officer_elsewhere.pk, [person.pk])


def test_no_number_stands_in_results_or_addresses(household: Household, desk: Client) -> None:
    response = looked_for(desk, "palesa")
    assert NATIONAL_ID not in response.content.decode()
    response = looked_for(desk, NATIONAL_ID)
    addresses = [address for address, _status in response.redirect_chain]
    assert addresses
    assert not any(NATIONAL_ID in address for address in addresses)


def test_a_search_is_logged(household: Household, desk: Client, officer: User) -> None:
    looked_for(desk, "palesa")
    entry = ReadEntry.objects.using("reads").get(page="search")
    person = Person.objects.get(national_id=NATIONAL_ID)
    assert (entry.actor_id, entry.subject_ids) == (officer.pk, [person.pk])


def test_somebody_elses_search_cannot_be_opened(
    household: Household, desk: Client, officer_elsewhere: User, sign_in: SignIn
) -> None:
    response = looked_for(desk, NATIONAL_ID)
    address = response.redirect_chain[-1][0]
    assert sign_in(officer_elsewhere).get(address)["Location"] == reverse("registry:search")


def test_an_empty_search_asks_for_something(desk: Client) -> None:
    response = desk.post(reverse("registry:search"), {"text": "  "})
    assert response.status_code == 422
    assert "Enter what you look for" in text_of(response)


def test_long_results_come_a_page_at_a_time_each_person_once(
    registered: Register, officer: User, as_actor: AsActor
) -> None:
    registered(
        *(
            a_member(str(n), given_names=f"Neo{n}", surname="Mohale", relationship="reference" if n == 1 else "sibling")
            for n in range(1, 8)
        ),
        phone="",
    )
    actor, seen, after = as_actor(officer), [], ""
    while True:
        found = search.find(actor=actor, text="mohale", after=after, size=3)
        seen.append([hit.person.pk for hit in found.hits if hit.person])
        after = found.next_key
        if not after:
            break
    everybody = [number for page in seen for number in page]
    assert [len(page) for page in seen] == [3, 3, 1]
    assert everybody == sorted(set(everybody))
    assert len(everybody) == 7


def test_a_search_costs_the_same_however_many_it_finds(
    registered: Register, desk: Client, django_assert_max_num_queries: Callable[..., object]
) -> None:
    registered(
        *(
            a_member(str(n), given_names=f"Neo{n}", surname="Mohale", relationship="reference" if n == 1 else "sibling")
            for n in range(1, 15)
        ),
        phone="",
    )
    with django_assert_max_num_queries(24):
        assert "14 results" in text_of(looked_for(desk, "mohale"))


def test_a_name_is_looked_up_under_the_index(officer: User, as_actor: AsActor, household: Household) -> None:
    persons = search.persons_with_names(actor=as_actor(officer), parts=["palesa", "tsosane"])
    with acting(actor=SYSTEM, at=AT), connection.cursor() as cursor:
        # Among a handful of rows any index, or none, is as good: there have to be enough to choose the right one.
        cursor.execute(
            "INSERT INTO registry_searchkey (person_id, district_id, kind, key)"
            " SELECT k.person_id, k.district_id, 'name', 'filler' || n"
            " FROM (SELECT * FROM registry_searchkey ORDER BY id LIMIT 1) k, generate_series(1, 5000) n"
        )
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = persons.values_list("person_id", flat=True)[:21].explain()
    assert "registry_search_key_look_up" in plan
    assert "Seq Scan" not in plan


def test_a_village_lists_its_households_for_its_officers_only(
    household: Household, desk: Client, village: Area, officer_elsewhere: User, sign_in: SignIn
) -> None:
    address = reverse("registry:village", args=[village.code])
    assert household.reference in text_of(desk.get(address))
    assert village.name in text_of(looked_for(desk, village.name))
    assert sign_in(officer_elsewhere).get(address).status_code == 404


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_only_roles_that_see_the_registry_search(role: Role, make_user: MakeUser, sign_in: SignIn) -> None:
    client = sign_in(make_user(role))
    seeing = role not in {Role.FINANCE_PREPARER, Role.FINANCE_APPROVER, Role.FINANCE_RELEASER, Role.ADMINISTRATOR}
    assert client.get(reverse("registry:search")).status_code == (200 if seeing else 403)
