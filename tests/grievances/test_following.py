"""Cases are about the household that theirs becomes part of; a protected place is not told in them."""

from __future__ import annotations

from core.access.actor import SYSTEM
from core.acting import acting
from core.hooks import HouseholdChange
from core.models import AuditEntry
from grievances.actions import cases, following
from grievances.models import Case
from registry.models import Household
from tests.grievances.conftest import AT, make_household


def test_cases_of_a_merged_household_are_about_the_other_one(lodge, household, village):
    case = lodge(reference=household.reference).case
    other = make_household(village, "0070010100001")
    change = HouseholdChange(kind="merge", household_id=household.pk, other_household_id=other.pk, person_ids=(), at=AT)
    with acting(actor=SYSTEM, at=AT):
        assert following.merge(change) == {"grievances.Case.household"}
    assert Case.objects.get(pk=case.pk).household == other
    assert AuditEntry.objects.get(action="case.follow").details == {"cases": 1}


def test_a_case_that_is_linked_to_a_protected_household_later_names_its_district_alone(
    lodge, household, officer, village
):
    with acting(actor=SYSTEM, at=AT):
        Household.objects.filter(pk=household.pk).update(is_protected=True, area_id=household.district_id)
    told = lodge(place="Behind the mill").case
    assert (told.area_id, told.place) == (village.pk, "Behind the mill")
    cases.acknowledge(case_id=told.pk, actor=officer, at=AT)
    cases.take(case_id=told.pk, actor=officer, at=AT)
    linked = cases.link_household(case_id=told.pk, reference=household.reference, actor=officer, at=AT)
    named = lodge(reference=household.reference, place="Behind the mill").case
    for case in (linked, named):
        assert (case.area_id, case.district_id, case.place) == (household.district_id, household.district_id, "")


def test_a_case_of_a_protected_household_names_its_district_alone(lodge, household):
    case = lodge(reference=household.reference, place="Behind the mill").case
    with acting(actor=SYSTEM, at=AT):
        Household.objects.filter(pk=household.pk).update(is_protected=True, area_id=household.district_id)
        following.follow(HouseholdChange(kind="protect_address", household_id=household.pk, person_ids=(), at=AT))
    case.refresh_from_db()
    assert (case.area_id, case.place) == (household.district_id, "")
