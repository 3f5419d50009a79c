"""Finding households and persons, within one's area and no further."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from core import hooks, references
from core.access.actor import SYSTEM, Actor
from core.access.roles import Role
from core.acting import acting
from core.hooks import NavigationItem
from core.models import Area, ReadEntry, User
from registry.intake import keys
from registry.models import Household, NameKey, Person
from registry.queries import name_walks, search
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
        (PHONE, "Same telephone of the household"),
        ("+266 5812 3456", "Same telephone of the household"),
        ("pallesa tshosane", "Given name sounds alike. Surname sounds alike"),
        ("tabo", "Given name sounds alike"),
        ("Mrs Mari Tšosane", "Given name sounds alike"),
        ("thabo 1979", "All parts of the name"),
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


def some_siblings(registered: Register, *names: str, **household: str) -> Household:
    first, *others = names
    return registered(
        a_member(given_names=first, surname="Mohale"),
        *(
            a_member(str(n), given_names=name, surname="Mohale", relationship="sibling")
            for n, name in enumerate(others, start=2)
        ),
        phone="",
        **household,
    )


def found_names(actor: Any, text: str, size: int = 20, near: Sequence[int] = ()) -> list[str]:
    """Given names in the order in which they are found, page after page."""
    names, after = [], ""
    while True:
        found = search.find(actor=actor, text=text, after=after, size=size, near=near)
        assert len(found.hits) <= size
        names += [hit.person.given_names for hit in found.hits if hit.person]
        after = found.next_key
        if not after:
            return names


@pytest.mark.parametrize("size", [1, 2, 3, 20])
def test_who_is_spelled_so_comes_before_who_sounds_so_and_nobody_twice(
    size: int, registered: Register, officer: User, as_actor: AsActor
) -> None:
    some_siblings(registered, "Tsepo", "Tshepo", "Tšepo", "Tsépho", "Lineo Tshepo Tsepo", "Neo")
    found = found_names(as_actor(officer), "tsepo mohale", size)
    assert sorted(found[:3]) == ["Lineo Tshepo Tsepo", "Tsepo", "Tšepo"]
    assert sorted(found[3:]) == ["Tshepo", "Tsépho"]


@pytest.mark.parametrize("size", [1, 20])
def test_the_village_asked_for_comes_first_with_a_comma_or_without(
    size: int, registered: Register, officer: User, as_actor: AsActor, village: Area
) -> None:
    other = Area.objects.filter(level="village", district=village.district).exclude(pk=village.pk)[0]
    some_siblings(registered, "Thabo", "Tabo")
    some_siblings(registered, "Thabo Teboho", "Tabo Teboho", area_code=other.code)
    actor = as_actor(officer)
    there = ["Thabo Teboho", "Thabo", "Tabo Teboho", "Tabo"]
    assert found_names(actor, f"Thabo, {other.name}", size) == there
    assert found_names(actor, f"Thabo {other.name}", size) == there
    assert found_names(actor, "Thabo", size, near=[other.pk]) == there


def test_an_officer_of_one_village_finds_its_people_and_no_others(
    registered: Register, make_user: MakeUser, as_actor: AsActor, village: Area
) -> None:
    other = Area.objects.filter(level="village", district=village.district).exclude(pk=village.pk)[0]
    some_siblings(registered, "Thabo", "Tabo")
    some_siblings(registered, "Thabo Teboho", "Tabo Teboho", area_code=other.code)
    actor = as_actor(make_user(Role.DISTRICT_OFFICER, village))
    for typed in ("Thabo", "Mohale Thabo", "Thabo 1981", f"Thabo, {village.name}"):
        assert found_names(actor, typed)[:1] == ["Thabo"], typed
        assert not set(found_names(actor, typed)) & {"Thabo Teboho", "Tabo Teboho"}, typed
    assert found_names(actor, "Teboho") == []


def test_a_year_of_birth_tells_people_of_one_name_apart(registered: Register, officer: User, as_actor: AsActor) -> None:
    registered(
        a_member(given_names="Thabo", surname="Mohale", birth_date="1985-03-02"),
        a_member("2", given_names="Thabo", surname="Mokoena", birth_date="1999", relationship="child"),
    )
    actor = as_actor(officer)
    assert [hit.person.birth_date.year for hit in search.find(actor=actor, text="Thabo 1985").hits] == [1985]
    assert not search.find(actor=actor, text="Thabo 1970").hits


def test_an_account_and_who_may_collect_are_found_by_their_numbers(
    registered: Register, officer: User, as_actor: AsActor
) -> None:
    household = registered(
        a_member(given_names="Palesa", surname="Mohale"),
        phone="", account_kind="mobile", account_provider="mpesa", account_number="58997701",
        nominee_given_names="Lineo", nominee_surname="Pheko", nominee_phone="58997702",
    )  # fmt: skip
    actor = as_actor(officer)
    for number, why in (("58997701", search.Why.ACCOUNT), ("+266 5899 7702", search.Why.NOMINEE)):
        (hit,) = search.find(actor=actor, text=number).hits
        assert (hit.why, hit.household, hit.person.given_names) == (why, household, "Palesa")


def test_two_names_that_share_a_number_by_chance_find_nobody(
    registered: Register, officer: User, as_actor: AsActor
) -> None:
    household = some_siblings(registered, "Neo")
    person = Person.objects.get(memberships__household=household)
    with acting(actor=SYSTEM, at=AT):
        NameKey.objects.create(
            key=keys.of_part("thabo"), district_id=person.district_id, born=person.birth_date.year, person=person
        )
    assert found_names(as_actor(officer), "thabo") == []


def test_the_last_village_opened_comes_first_on_the_page(
    household: Household, desk: Client, village: Area, registered: Register
) -> None:
    desk.get(reverse("registry:village", args=[village.code]))
    assert f"People of {village.name} come first" in text_of(looked_for(desk, "thabo"))
    assert "come first" not in text_of(looked_for(desk, PHONE))


def test_a_case_a_payroll_and_what_else_has_a_reference_is_found_by_it(
    desk: Client, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_cases(actor: Actor, reference: str) -> list[NavigationItem]:
        return [NavigationItem(f"Case {reference}", f"/cases/{reference}/")] if actor.user_id == officer.pk else []

    reference = "GR-" + "7K3M9QX2TB-" + references.check_character("GR-7K3M9QX2TB")
    monkeypatch.setitem(hooks.references._functions, "grievances", of_cases)
    assert f"Case {reference}" in text_of(looked_for(desk, reference.lower().replace("-", " ")))


@pytest.mark.parametrize("exact", [True, False])
def test_a_name_is_looked_up_under_its_one_index(
    exact: bool, officer: User, as_actor: AsActor, household: Household
) -> None:
    with acting(actor=SYSTEM, at=AT), connection.cursor() as cursor:
        # Among a handful of rows any index, or none, is as good: there have to be enough to choose the right one.
        cursor.execute(
            "INSERT INTO registry_namekey (key, district_id, born, person_id)"
            " SELECT n::bigint << 33, k.district_id, k.born, k.person_id"
            " FROM (SELECT * FROM registry_namekey LIMIT 1) k, generate_series(1, 20000) n"
        )
        cursor.execute("ANALYZE registry_namekey")
    typed = ("palesa", "tsosane") if exact else ("pallesa", "tshosane")
    walks = name_walks.Walks(actor=as_actor(officer), asked=name_walks.Asked(typed), near=())
    statement, values = walks.statement(step=1 if exact else 3, size=21) or ("", ())
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + statement, values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "registry_namekey_pkey" in plan
    assert "Seq Scan on registry_namekey" not in plan


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
    finance = {Role.FINANCE_PREPARER, Role.FINANCE_APPROVER, Role.FINANCE_RELEASER}
    seeing = role not in finance | {Role.ADMINISTRATOR, Role.ENUMERATOR}
    assert client.get(reverse("registry:search")).status_code == (200 if seeing else 403)
