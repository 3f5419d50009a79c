"""A change of a household is noted on its enrolments, and suspends nobody by itself."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import DatabaseError

from core.access.actor import SYSTEM
from core.access.roles import Role
from core.acting import acting
from eligibility.models import EnrolmentNotice
from registry.actions import changes
from registry.models import Household
from tests.eligibility.conftest import AT


def died(home: Household, name: str) -> dict[str, object]:
    person = home.memberships.get(person__given_names=name).person
    return {
        "kind": "died",
        "household_id": home.pk,
        "person_reference": person.reference,
        "texts": {"died_on": "2026-11-01", "proof": "chief"},
        "at": AT,
    }


def test_the_preview_names_the_enrolment_whose_recipient_died(home, enrolment, clerk):
    enrolment.refresh_from_db()
    shown = changes.preview(**died(home, "Palesa"), actor=clerk)
    assert shown.effects == [
        f"Enrolment {enrolment.reference} names this person as recipient. Another will be asked for."
    ]


def test_a_death_that_is_carried_out_leaves_one_notice_and_the_state_as_it_was(
    home, enrolment, clerk, make_user, as_actor, district
):
    asked = changes.request(
        **died(home, "Palesa"), uuid=uuid4(), seen_versions=None, reason="The chief wrote.", actor=clerk
    )
    assert not EnrolmentNotice.objects.exists()
    decider = as_actor(make_user(Role.SUPERVISOR, district))
    for _ in range(2):
        changes.accept(change_id=asked.pk, reason="Seen the letter.", actor=decider, at=AT)
    notice = EnrolmentNotice.objects.get()
    assert (notice.enrolment, notice.proposes, notice.change_reference) == (enrolment, "recipient", asked.reference)
    enrolment.refresh_from_db()
    assert enrolment.status == "proposed"


def test_another_members_death_asks_for_a_new_assessment(home, enrolment, clerk):
    shown = changes.preview(**died(home, "Thabo"), actor=clerk)
    assert "rests on an assessment that is then out of date" in shown.effects[0]


def test_a_notice_is_never_changed_or_removed(home, enrolment):
    with acting(actor=SYSTEM, at=AT):
        notice = EnrolmentNotice.objects.create(
            enrolment=enrolment, kind="died", change_reference="CR-1", proposes="suspend", at=AT
        )
    with pytest.raises(DatabaseError, match="never changed or removed"), acting(actor=SYSTEM, at=AT):
        EnrolmentNotice.objects.filter(pk=notice.pk).delete()
