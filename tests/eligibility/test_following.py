"""Enrolments stay with their household: where it moves, what it becomes part of, and whom it is for."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError

from core.access.actor import SYSTEM
from core.acting import acting
from core.models import AuditEntry
from eligibility.models import Enrolment, EnrolmentNotice
from registry.actions import changes
from registry.models import DeclaredInterest, Household
from tests.eligibility.conftest import AT

WHY = "They came together and told us."


@pytest.fixture
def other(tell, other_payload) -> Household:
    return tell(other_payload).household


@pytest.fixture
def carry_out(clerk, decider):
    """``carry_out(household, kind, person, **details)``: asked for, and decided by another where it waits."""

    def act(household, kind, person=None, /, **texts):
        asked = changes.request(
            uuid=uuid4(), kind=kind, household_id=household.pk, texts=texts, seen_versions=None, reason=WHY,
            person_reference=person.reference if person else "", actor=clerk, at=AT,
        )  # fmt: skip
        if asked.status == "requested":
            changes.accept(change_id=asked.pk, reason="Checked with the chief.", actor=decider, at=AT)
        return asked

    return act


def relations(household: Household) -> dict[str, str]:
    rows = household.memberships.filter(until_on__isnull=True).select_related("person")
    return {f"relationship_{row.person.reference}": "sibling" for row in rows}


def test_a_move_takes_enrolments_to_the_new_place(home, enrolment, carry_out, other_village):
    carry_out(home, "move", moved_on="2026-11-01", village=other_village.code, address="Beside the school")
    enrolment.refresh_from_db()
    assert (enrolment.area, enrolment.district, enrolment.status) == (
        other_village, other_village.district, "proposed",
    )  # fmt: skip
    entry = AuditEntry.objects.get(action="enrolment.follow")
    assert entry.details == {"kind": "move", "moved": 0, "places": 1}


def test_lists_name_the_district_alone_where_an_address_is_protected(home, enrolment, carry_out):
    mother = home.memberships.get(is_reference=True).person
    carry_out(home, "protect_address", asked_by=mother.reference)
    enrolment.refresh_from_db()
    assert enrolment.area_id == enrolment.district_id
    assert not EnrolmentNotice.objects.exists()  # nothing that was assessed has changed


def test_a_merge_takes_live_and_ended_enrolments_along(home, other, enrolment, put_on_list, carry_out, pensions):
    ended = put_on_list(pensions, home)
    with acting(actor=SYSTEM, at=AT):
        Enrolment.objects.filter(pk=ended.pk).update(status="rejected", reason="Too young")
    carry_out(home, "merge", other_household=other.reference, **relations(home))
    assert set(Enrolment.objects.values_list("household", flat=True)) == {other.pk}
    assert Household.objects.get(pk=home.pk).status == "merged"


def test_a_merge_of_two_that_are_on_one_list_refuses_and_leaves_everything(
    home, other, enrolment, put_on_list, carry_out, child_grants
):
    put_on_list(child_grants, other)
    with pytest.raises(changes.NobodyAnswers, match="Both households are on the list of"):
        carry_out(home, "merge", other_household=other.reference, **relations(home))
    assert Household.objects.get(pk=home.pk).status == "active"
    enrolment.refresh_from_db()
    assert enrolment.household == home


def test_whoever_has_an_interest_in_a_merged_household_has_it_in_the_other(home, other, carry_out, supervisor):
    with acting(actor=SYSTEM, at=AT):
        DeclaredInterest.objects.create(user_id=supervisor.pk, household=home, kind="relative", declared_at=AT)
    carry_out(home, "merge", other_household=other.reference, **relations(home))
    assert DeclaredInterest.objects.filter(user_id=supervisor.pk, household=other).exists()


def test_an_enrolment_of_a_person_goes_where_the_person_goes(home, other, put_on_list, carry_out, pensions):
    child = home.memberships.get(is_reference=False).person
    own = put_on_list(pensions, home, child)
    carry_out(home, "transfer", child, other_household=other.reference, since="2026-11-01", relationship="grandchild")
    own.refresh_from_db()
    assert own.household == other


def test_the_database_keeps_an_enrolment_with_its_household(home, other, enrolment):
    with (
        pytest.raises(IntegrityError, match="stays with its household"),
        acting(actor=SYSTEM, at=AT),
    ):
        Enrolment.objects.filter(pk=enrolment.pk).update(household=other)


def test_nothing_follows_when_the_audit_record_fails(
    committed_db, home, other, enrolment, clerk, decider, broken_audit
):
    asked = changes.request(
        uuid=uuid4(), kind="merge", household_id=home.pk, seen_versions=None, reason=WHY, actor=clerk, at=AT,
        texts={"other_household": other.reference, **relations(home)},
    )  # fmt: skip
    with broken_audit(), pytest.raises(IntegrityError):
        changes.accept(change_id=asked.pk, reason="Seen them.", actor=decider, at=AT)
    enrolment.refresh_from_db()
    assert enrolment.household == home
