"""Lodging: reference, secret, dates, matching, repeats."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import check_password
from django.db import IntegrityError
from django.utils import timezone

from core.access.actor import SYSTEM, NotPermitted
from core.acting import acting
from core.models import Area, AuditEntry
from grievances import secret
from grievances.actions import lodging, moving
from grievances.models import Case, CaseEvent, NonWorkingDay
from tests.fixtures.people import AT
from tests.grievances.conftest import NATIONAL_ID, make_household


def test_a_case_gets_a_reference_a_secret_and_its_dates_in_working_days(lodge):
    case, told = lodge()
    case.refresh_from_db()

    assert case.reference.startswith("GR-")
    assert len(told) == 11
    # AT is a Monday: two working days and fourteen working days
    assert (case.acknowledge_by.isoformat(), case.decide_by.isoformat()) == ("2026-03-18", "2026-04-03")
    assert case.due_on == case.acknowledge_by
    assert CaseEvent.objects.get(case=case).kind == "lodged"
    assert AuditEntry.objects.get(action="case.lodge").subject_reference == case.reference


def test_a_holiday_moves_the_date(lodge):
    with acting(actor=SYSTEM, at=AT):
        NonWorkingDay.objects.create(on=date(2026, 3, 17), name="A holiday")

    assert lodge().case.acknowledge_by == date(2026, 3, 19)


def test_only_a_slow_hash_of_the_secret_and_a_digest_of_the_key_are_kept(lodge):
    key = uuid4()
    case, told = lodge(uuid=key)

    assert check_password(told, case.secret_hash)
    assert told not in case.secret_hash
    assert bytes(case.one_shot_digest) == secret.digest_of(key) != key.bytes


def test_the_same_key_is_the_same_case_and_for_an_hour_the_same_secret(lodge):
    key = uuid4()
    first = lodge(uuid=key)
    again = lodge(uuid=key, description="Something else altogether.", at=AT + timedelta(minutes=59))
    late = lodge(uuid=key, at=AT + timedelta(minutes=61))

    assert first.secret == again.secret
    assert late.secret is None
    assert {first.case.pk} == {again.case.pk, late.case.pk}
    assert (Case.objects.count(), CaseEvent.objects.count()) == (1, 1)


def test_somebody_else_with_the_same_key_does_not_get_the_secret(lodge, officer):
    key = uuid4()
    lodge(uuid=key)

    assert lodge(uuid=key, actor=officer).secret is None


def test_a_secret_from_before_the_servers_key_changed_is_not_told_wrongly(lodge, settings):
    key = uuid4()
    lodge(uuid=key)
    settings.SECRET_KEY = "another key altogether"

    assert lodge(uuid=key).secret is None


def test_the_household_is_found_by_identity_number_or_reference_and_only_claimed(lodge, household):
    by_id = lodge(national_id="012 345 678 901 2", name="Somebody").case
    by_reference = lodge(reference=household.reference.lower()).case

    for case in (by_id, by_reference):
        assert case.household == household
        assert not case.household_confirmed
    assert by_id.person.national_id == NATIONAL_ID
    assert by_reference.person is None


def test_a_reference_and_an_identity_number_of_different_households_do_not_name_the_person(
    lodge, household, other_village
):
    other = make_household(other_village, national_id="5555555555555")

    case = lodge(reference=other.reference, national_id=NATIONAL_ID, name="Somebody").case

    assert (case.household, case.person) == (other, None)


def test_a_case_whose_place_nobody_knows_belongs_to_the_whole_country(lodge, officer, national_officer):
    from grievances.queries.cases import cases_for

    case = lodge(area_id=None).case

    assert (case.area.level, case.district) == (Area.Level.COUNTRY, None)
    assert not cases_for(officer).exists()
    assert cases_for(national_officer).get() == case


def test_a_case_without_a_place_goes_where_its_household_lives(lodge, household):
    assert lodge(area_id=None, reference=household.reference).case.area == household.area


def test_an_anonymous_complainant_leaves_no_trace_of_themselves(lodge):
    case = lodge(anonymous=True, name="Palesa", phone="50000000", national_id=NATIONAL_ID, relationship="self").case

    assert (case.complainant_name, case.complainant_phone, case.given_national_id, case.relationship) == ("",) * 4
    with pytest.raises(IntegrityError), acting(actor=SYSTEM, at=AT):
        Case.objects.filter(pk=case.pk).update(complainant_name="Palesa")


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        ({"category": "nonsense"}, lodging.UnknownCategory),
        ({"description": "  "}, moving.TextMissing),
        ({"description": "x" * 4001}, moving.TextTooLong),
    ],
)
def test_what_cannot_be_a_case_is_refused_in_words(lodge, told, refusal):
    with pytest.raises(refusal):
        lodge(**told)
    assert Case.objects.count() == 0


def test_a_day_before_any_standard_is_refused(lodge):
    with pytest.raises(lodging.NoStandard):
        lodge(at=AT.replace(year=2001))


def test_an_officer_lodges_only_in_the_own_areas_and_only_who_handles_cases(lodge, officer, other_village, manager):
    assert lodge(actor=officer, channel="phone").case.lodged_by_id == officer.user_id
    with pytest.raises(NotPermitted):
        lodge(actor=officer, area_id=other_village.pk)
    with pytest.raises(NotPermitted):
        lodge(actor=manager)


def test_nothing_is_lodged_when_the_audit_record_fails(lodge, break_audit):
    break_audit()

    with pytest.raises(IntegrityError):
        lodge()
    assert (Case.objects.count(), CaseEvent.objects.count()) == (0, 0)


def test_what_was_lodged_and_promised_is_never_rewritten(received):
    for change in ({"description": "Nothing happened."}, {"acknowledge_by": date(2030, 1, 1)}, {"secret_hash": "x"}):
        with pytest.raises(IntegrityError), acting(actor=SYSTEM, at=AT):
            Case.objects.filter(pk=received.pk).update(**change)


def test_dates_are_those_of_the_country_not_of_greenwich(lodge):
    case = lodge(at=AT.replace(hour=23)).case

    assert timezone.localdate(case.lodged_at) == date(2026, 3, 17)
    assert case.acknowledge_by == date(2026, 3, 19)


@pytest.mark.parametrize(
    ("typed", "meant"), [("GR-8YX2TXX8U3-0", "GR-8YX2TXX8U3-O"), ("gr 8yx2txx8u3 o", "GR-8YX2TXX8U3-O")]
)
def test_a_look_alike_of_the_check_character_is_understood(typed, meant):
    assert secret.reference_as_meant(typed) == meant


def test_a_wrong_check_character_is_not_mended():
    assert secret.reference_as_meant("GR-8YX2TXX8U3-7") == "GR-8YX2TXX8U3-7"
    assert secret.reference_as_meant("nonsense") == "NONSENSE"
