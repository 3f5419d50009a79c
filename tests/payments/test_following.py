"""Holds stay on a household, wherever it is and whatever it becomes part of."""

from __future__ import annotations

import pytest

from core.acting import acting
from core.hooks import HouseholdChange
from core.models import AuditEntry
from payments.actions import following, holds
from payments.models import Hold
from tests.fixtures.people import AT

WHY = "Two people claim it."


@pytest.fixture
def two(pensioner):
    return pensioner().household, pensioner().household


def _merge(finance, home, other):
    change = HouseholdChange(kind="merge", household_id=home.pk, other_household_id=other.pk, person_ids=(), at=AT)
    with acting(actor=finance.preparer, at=AT):
        return following.merge(change)


def test_a_hold_goes_into_the_household_that_another_becomes_part_of(finance, two):
    home, other = two
    holds.place(household_id=home.pk, reason=WHY, actor=finance.preparer, at=AT)
    assert "payments.Hold.household" in _merge(finance, home, other)
    hold = Hold.objects.get()
    assert (hold.household, hold.lifted_at) == (other, None)
    assert AuditEntry.objects.get(action="hold.follow").details["holds"] == 1


def test_a_hold_that_the_other_household_has_already_ends(finance, two):
    home, other = two
    for household in two:
        holds.place(household_id=household.pk, reason=WHY, actor=finance.preparer, at=AT)
    _merge(finance, home, other)
    assert [hold.household for hold in Hold.objects.filter(lifted_at__isnull=True)] == [other]
    assert Hold.objects.get(lifted_at__isnull=False).lifted_by_id == finance.preparer.user_id
