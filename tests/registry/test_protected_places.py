"""A protected household is nowhere to be found: not in its row, its history's page, its submissions, nor any list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError

from core.access.actor import SYSTEM, Actor, NotPermitted
from core.acting import acting
from registry.actions import changes as act
from registry.models import ChangeRequest, Household, Membership, SafePlace, Submission
from registry.queries import households, whereabouts
from tests.fixtures.people import BrokenAudit

AT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
WHY = "She came with the police officer."
Ask = Callable[..., ChangeRequest]


@pytest.fixture
def home(an_accepted_household: Submission) -> Household:
    household = an_accepted_household.household
    assert household is not None
    with acting(actor=SYSTEM, at=AT):
        Household.objects.filter(pk=household.pk).update(address="Behind the clinic", latitude=-29.5, longitude=27.5)
    household.refresh_from_db()
    return household


@pytest.fixture
def mother(home: Household) -> str:
    return str(home.memberships.get(is_reference=True).person.reference)


@pytest.fixture
def ask(officer: Actor) -> Ask:
    def make(household: Household, kind: str, **texts: str) -> ChangeRequest:
        return act.request(
            uuid=uuid4(), kind=kind, household_id=household.pk, texts=texts, seen_versions=None, reason=WHY,
            actor=officer, at=AT,
        )  # fmt: skip

    return make


@pytest.fixture
def accept(reviewer: Actor) -> Callable[[ChangeRequest], ChangeRequest]:
    return lambda asked: act.accept(change_id=asked.pk, reason="Spoke with her alone.", actor=reviewer, at=AT)


@pytest.fixture
def hidden(home: Household, mother: str, ask: Ask, accept) -> Household:
    accept(ask(home, "protect_address", asked_by=mother))
    home.refresh_from_db()
    return home


def test_the_row_then_tells_the_district_alone_and_the_place_is_kept_apart(home, hidden, village):
    assert (hidden.is_protected, hidden.area_id, hidden.address) == (True, hidden.district_id, "")
    assert (hidden.latitude, hidden.longitude) == (None, None)
    place = SafePlace.objects.get(household=hidden)
    assert (place.village, place.address, float(place.latitude)) == (village, "Behind the clinic", -29.5)


def test_nothing_that_told_the_place_tells_it_any_more(hidden):
    told = Submission.objects.get(household=hidden)
    asked = ChangeRequest.objects.get(household=hidden)
    assert (told.area_id, told.address) == (hidden.district_id, "")
    assert asked.area_id == hidden.district_id


def test_it_always_waits_for_a_second_person_who_has_one_working_day(home, mother, ask):
    asked = ask(home, "protect_address", asked_by=mother)
    assert (asked.status, asked.needs_second) == ("requested", True)
    assert (asked.due_on - AT.date()).days == 1


def test_a_new_place_may_be_told_at_once(home, mother, ask, accept, other_village):
    accept(ask(home, "protect_address", asked_by=mother, village=other_village.code, address="The green door"))
    home.refresh_from_db()
    place = SafePlace.objects.get(household=home)
    assert (home.district, home.area) == (other_village.district, other_village.district)
    assert (place.village, place.address, place.latitude) == (other_village, "The green door", None)
    assert set(home.memberships.values_list("district", flat=True)) == {other_village.district_id}


@pytest.mark.parametrize(
    ("told", "sentence"),
    [({}, "must be answered"), ({"asked_by": "PN-none"}, "not a known code"), ({"village": "nowhere"}, "No village")],
)
def test_what_cannot_be_is_refused_with_a_sentence(home, mother, ask, told, sentence):
    with pytest.raises(act.DetailsWrong, match=sentence):
        ask(home, "protect_address", **({"asked_by": mother} if "village" in told else {}) | told)


def test_what_is_protected_is_not_protected_again(hidden, mother, ask):
    with pytest.raises(act.DetailsWrong, match="protected already"):
        ask(hidden, "protect_address", asked_by=mother)


def test_a_move_of_it_stays_hidden_and_ends_the_former_place(hidden, ask, village):
    asked = ask(hidden, "move", moved_on="2026-11-01", address="The blue door")
    assert asked.status == "applied"
    hidden.refresh_from_db()
    assert (hidden.address, hidden.area_id) == ("", hidden.district_id)
    former, now = SafePlace.objects.filter(household=hidden).order_by("id")
    assert (former.until_on, now.until_on, now.address, now.village) == (AT.date(), None, "The blue door", village)


def test_who_leaves_it_to_live_apart_is_hidden_too(hidden, mother, ask, accept):
    child = hidden.memberships.get(is_reference=False).person
    accept(
        ask(hidden, "split", asked_by=mother, who=child.reference, head=child.reference, since="2026-11-01",
            address="With an aunt")
    )  # fmt: skip
    new = Membership.objects.get(person=child, until_on__isnull=True).household
    assert (new.is_protected, new.address, new.area_id) == (True, "", new.district_id)
    assert SafePlace.objects.get(household=new).address == "With an aunt"


def test_it_is_not_merged_with_another(hidden, ask, tell, other_payload):
    other = tell(other_payload).household
    relations = {f"relationship_{row.person.reference}": "sibling" for row in hidden.memberships.all()}
    with pytest.raises(act.DetailsWrong, match="protected"):
        ask(hidden, "merge", other_household=other.reference, **relations)
    relations = {f"relationship_{row.person.reference}": "sibling" for row in other.memberships.all()}
    with pytest.raises(act.DetailsWrong, match="protected"):
        ask(other, "merge", other_household=hidden.reference, **relations)


def test_the_protection_is_lifted_by_two_persons_and_the_place_is_shown_again(hidden, mother, ask, accept, village):
    asked = ask(hidden, "unprotect_address", asked_by=mother)
    assert asked.status == "requested"
    accept(asked)
    hidden.refresh_from_db()
    assert (hidden.is_protected, hidden.area, hidden.address) == (False, village, "Behind the clinic")
    assert SafePlace.objects.get().until_on == AT.date()


def test_what_is_not_protected_has_no_protection_to_lift(home, mother, ask):
    with pytest.raises(act.DetailsWrong, match="not protected"):
        ask(home, "unprotect_address", asked_by=mother)


def test_only_who_may_unmask_in_its_district_reads_where_it_is(hidden, officer, make_user, as_actor, other_district):
    from core.access.roles import Role

    assert whereabouts.safe_place(actor=officer, household=hidden).address == "Behind the clinic"
    for role, area in ((Role.AUDITOR, None), (Role.DISTRICT_OFFICER, other_district)):
        with pytest.raises(NotPermitted):
            whereabouts.safe_place(actor=as_actor(make_user(role, area)), household=hidden)


def test_who_knows_one_village_alone_does_not_see_it(hidden, make_user, as_actor, village):
    from core.access.roles import Role

    local = as_actor(make_user(Role.DISTRICT_OFFICER, village))
    assert households.household(actor=local, reference=hidden.reference) is None


def test_the_database_refuses_a_protected_row_that_tells_a_place(hidden, village):
    for told in ({"address": "Here"}, {"area_id": village.pk}, {"latitude": 1}):
        with (
            pytest.raises(IntegrityError, match="registry_household_protected_tells_the_district_alone"),
            acting(actor=SYSTEM, at=AT),
        ):
            Household.objects.filter(pk=hidden.pk).update(**told)


def test_the_database_keeps_what_a_safe_place_was(hidden):
    with pytest.raises(DatabaseError, match="never changes"), acting(actor=SYSTEM, at=AT):
        SafePlace.objects.update(address="Elsewhere")


def test_nothing_is_hidden_when_the_audit_record_fails(
    committed_db: None, home, mother, ask, accept, broken_audit: BrokenAudit
):
    asked = ask(home, "protect_address", asked_by=mother)
    with broken_audit(), pytest.raises(IntegrityError):
        accept(asked)
    home.refresh_from_db()
    assert (home.is_protected, home.address) == (False, "Behind the clinic")
    assert not SafePlace.objects.exists()
