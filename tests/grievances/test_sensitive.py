"""Sensitive cases: seen by those named on them, and by nobody else in any way."""

import pytest
from django.db import IntegrityError

from core.access.actor import SYSTEM
from core.access.roles import Role
from core.acting import acting
from core.actions import appointments
from core.models import Appointment
from grievances.actions import cases, moving, naming
from grievances.models import Case
from grievances.queries import cases as reading
from grievances.queries.officers import named_on
from tests.fixtures.people import AT
from tests.grievances.test_officers_pages import LIST, signed_in


@pytest.fixture
def misconduct(national_officer, lodge, household) -> Case:
    return lodge(category="misconduct", description="He asked for money.", reference=household.reference).case


def test_the_countrys_grievance_officers_are_named_at_once_and_the_districts_are_not(
    officer, national_officer, misconduct
):
    assert [user.pk for user in named_on(case=misconduct)] == [national_officer.user_id]


@pytest.mark.parametrize("role", [Role.GRIEVANCE_OFFICER, Role.SUPERVISOR, Role.AUDITOR])
def test_those_not_named_find_neither_row_count_search_page_nor_act(role, misconduct, make_user, as_actor, household):
    user = make_user(role)
    actor, client = as_actor(user), signed_in(user)

    assert reading.page_of(actor=actor, wanted=reading.Filter(status="all"), on=AT.date()).cases == []
    assert reading.counts(actor=actor, on=AT.date())["open"] == 0
    assert reading.of_household(actor=actor, household_id=household.pk) == []
    for query in ({}, {"words": misconduct.reference, "status": "all"}, {"category": "misconduct"}):
        page = client.get(LIST, query).content.decode()
        assert f"{LIST}{misconduct.reference}/" not in page
    assert client.get(f"{LIST}{misconduct.reference}/").status_code == 404
    assert client.get(f"/grievances/households/{household.pk}/").content.decode().count("GR-") == 0
    assert client.get(f"{LIST}{misconduct.reference}/note/").status_code in (403, 404)
    if role is Role.GRIEVANCE_OFFICER:
        with pytest.raises(moving.CaseNotFound):
            cases.note(case_id=misconduct.pk, text="Hm", actor=actor, at=AT)


def test_who_is_named_sees_and_handles_it_even_from_another_district(misconduct, national_officer, elsewhere):
    named = cases.name_officer(case_id=misconduct.pk, user_id=elsewhere.user_id, actor=national_officer, at=AT)
    cases.name_officer(case_id=misconduct.pk, user_id=elsewhere.user_id, actor=national_officer, at=AT)

    assert cases.acknowledge(case_id=named.pk, actor=elsewhere, at=AT).status == "acknowledged"
    assert signed_in(elsewhere).get(f"{LIST}{misconduct.reference}/").status_code == 200
    assert misconduct.events.filter(kind="named").count() == 1


def test_somebody_who_handles_no_cases_cannot_be_named(misconduct, national_officer, manager):
    with pytest.raises(naming.NoGrievanceOfficer):
        cases.name_officer(case_id=misconduct.pk, user_id=manager.user_id, actor=national_officer, at=AT)


def test_the_last_one_named_cannot_be_taken_off(misconduct, national_officer, elsewhere):
    with pytest.raises(naming.LastOneNamed):
        cases.unname_officer(
            case_id=misconduct.pk, user_id=national_officer.user_id, reason="Holiday", actor=national_officer, at=AT
        )
    cases.name_officer(case_id=misconduct.pk, user_id=elsewhere.user_id, actor=national_officer, at=AT)
    cases.unname_officer(
        case_id=misconduct.pk, user_id=elsewhere.user_id, reason="It is about them.", actor=national_officer, at=AT
    )
    assert not reading.cases_for(elsewhere).exists()


def test_nobody_is_named_on_a_case_that_is_not_sensitive(received, officer, second_officer):
    with pytest.raises(naming.NotSensitive):
        cases.name_officer(case_id=received.pk, user_id=second_officer.user_id, actor=officer, at=AT)


def test_a_case_that_turns_out_sensitive_disappears_from_everybody_elses_sight(
    received, officer, second_officer, national_officer
):
    cases.make_sensitive(case_id=received.pk, reason="It is about violence.", actor=officer, at=AT)

    assert reading.cases_for(officer).exists()
    assert reading.cases_for(national_officer).exists()
    assert not reading.cases_for(second_officer).exists()
    with pytest.raises(IntegrityError), acting(actor=SYSTEM, at=AT):
        Case.objects.filter(pk=received.pk).update(sensitive=False)


def test_a_sensitive_case_is_not_lost_when_the_only_one_named_leaves_the_post(
    misconduct, national_officer, make_user, as_actor
):
    post = Appointment.objects.get(user_id=national_officer.user_id)
    appointments.end(appointment_id=post.pk, reason="Left", actor=SYSTEM, at=AT)
    successor = as_actor(make_user(Role.GRIEVANCE_OFFICER))
    # The appointment ends today and holds until the day is over.
    tomorrow = AT.replace(day=AT.day + 1)

    assert cases.name_where_nobody_is(actor=SYSTEM, at=tomorrow) == 1
    assert cases.name_where_nobody_is(actor=SYSTEM, at=tomorrow) == 0
    assert reading.cases_for(successor).exists()
