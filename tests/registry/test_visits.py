"""Visits: sending, reporting, deciding; four eyes, guards, repeats, rollback."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core.access.actor import SYSTEM, NotPermitted
from core.access.roles import Role
from core.acting import acting
from core.actions import appointments
from core.hooks import visit_outcome
from core.models import AuditEntry
from registry.actions import interests, visits
from registry.actions.reviews import DeclaredInterestInTheWay, ReasonNeeded
from registry.models import Household, Visit
from registry.queries import visits as planned_visits
from tests.fixtures.visits import BY, VISITS_AT, VISITS_ON

WHY = "The chief says that they are there."
NOBODY = "The neighbours have seen nobody for months."


@pytest.fixture
def report(a_visit, officer):
    """``report(outcome)``: who was sent says what was found."""

    def make(outcome: str = "seen", *, on: date = VISITS_ON, text: str = NOBODY, by=officer) -> Visit:
        return visits.report(visit_id=a_visit.pk, outcome=outcome, visited_on=on, report=text, actor=by, at=VISITS_AT)

    return make


@pytest.fixture
def accept(a_visit, reviewer):
    def make(by=reviewer, reason: str = WHY) -> Visit:
        return visits.accept(visit_id=a_visit.pk, reason=reason, actor=by, at=VISITS_AT)

    return make


def assign(area, actor, to, *, ids=None, by: date = BY) -> visits.Assigned:
    return visits.assign(area_id=area.pk, household_ids=ids, to_id=to, visit_by=by, actor=actor, at=VISITS_AT)


def acts() -> list[str]:
    return list(AuditEntry.objects.filter(action__startswith="visit.").order_by("id").values_list("action", flat=True))


# Sending


def test_to_a_protected_address_goes_who_is_sent_there_alone_and_may_see_it(
    overdue_home, protect, district, officer, reviewer, make_user
):
    hidden = protect(overdue_home, at=VISITS_AT)
    assert assign(district, reviewer, officer.user_id) == visits.Assigned(made=0, left_out=0)
    enumerator = make_user(Role.ENUMERATOR, district)
    told = assign(district, reviewer, enumerator.pk, ids=[hidden.pk])
    assert told == visits.Assigned(made=0, left_out=1)
    assert assign(district, reviewer, officer.user_id, ids=[hidden.pk]) == visits.Assigned(made=1, left_out=0)
    visit = Visit.objects.get()
    assert (visit.area_id, visit.district_id) == (district.pk, district.pk)


def test_somebody_is_sent_to_all_that_are_due_in_a_place(
    overdue_home, tell, other_payload, district, officer, reviewer
):
    seen_lately = tell(other_payload).household
    assert assign(district, reviewer, officer.user_id) == visits.Assigned(made=1, left_out=0)
    visit = Visit.objects.get()
    assert (visit.household, visit.assigned_to_id, visit.visit_by) == (overdue_home, officer.user_id, BY)
    assert visit.district_id == overdue_home.district_id and visit.area_id == overdue_home.area_id
    assert not Visit.objects.filter(household=seen_lately).exists()
    assert acts() == ["visit.assign"]


def test_sending_twice_makes_one_visit(overdue_home, district, officer, reviewer):
    assign(district, reviewer, officer.user_id)
    assert assign(district, reviewer, officer.user_id) == visits.Assigned(made=0, left_out=1)
    assert Visit.objects.count() == 1 and acts() == ["visit.assign"]


def test_an_officer_may_send_themselves(overdue_home, officer):
    assert assign(overdue_home.area, officer, officer.user_id, ids=[overdue_home.pk]).made == 1


def test_households_elsewhere_are_never_visited_by_naming_them(overdue_home, district, tell, other_payload, officer):
    not_due = tell(other_payload).household
    assert assign(district, officer, officer.user_id, ids=[not_due.pk, 999_999]).made == 0


def test_a_household_of_a_declared_interest_is_left_out(overdue_home, district, officer, reviewer):
    interests.declare(reference=overdue_home.reference, kind="relative", actor=officer, at=VISITS_AT)
    assert assign(district, reviewer, officer.user_id) == visits.Assigned(made=0, left_out=1)


def test_nobody_is_sent_who_does_not_register_there(overdue_home, district, reviewer, make_user, other_district):
    elsewhere = make_user(Role.DISTRICT_OFFICER, other_district)
    with pytest.raises(visits.NotSendable):
        assign(district, reviewer, elsewhere.pk)


def test_nobody_sends_people_outside_their_own_area(overdue_home, officer, make_user, as_actor, other_district):
    elsewhere = as_actor(make_user(Role.SUPERVISOR, other_district))
    with pytest.raises(NotPermitted):
        assign(overdue_home.area, elsewhere, officer.user_id)
    with pytest.raises(NotPermitted):
        assign(overdue_home.area, SYSTEM, officer.user_id)


@pytest.mark.parametrize("role", [Role.DISTRICT_OFFICER, Role.SUPERVISOR])
def test_who_works_in_the_whole_country_sees_the_visits_of_others_everywhere(a_visit, make_user, as_actor, role):
    actor = as_actor(make_user(role))
    assert [row.pk for row in planned_visits.planned(actor=actor).rows] == [a_visit.pk]
    assert planned_visits.visit(actor=actor, uuid=a_visit.uuid) == a_visit


def test_a_visit_is_not_planned_for_yesterday(overdue_home, reviewer, officer):
    with pytest.raises(visits.DayHasPassed):
        assign(overdue_home.area, reviewer, officer.user_id, by=VISITS_ON - timedelta(days=1))


# Taking back


def test_a_visit_is_taken_back_and_somebody_else_sent(a_visit, overdue_home, reviewer, make_user, district):
    visits.take_back(visit_id=a_visit.pk, reason="On leave.", actor=reviewer, at=VISITS_AT)
    visits.take_back(visit_id=a_visit.pk, reason="On leave.", actor=reviewer, at=VISITS_AT)
    a_visit.refresh_from_db()
    assert a_visit.status == "taken_back"
    assert acts() == ["visit.assign", "visit.take_back"]
    assert assign(district, reviewer, make_user(Role.DISTRICT_OFFICER, district).pk).made == 1


def test_taking_back_needs_a_reason_and_a_visit_not_yet_made(a_visit, report, reviewer):
    with pytest.raises(ReasonNeeded):
        visits.take_back(visit_id=a_visit.pk, reason=" ", actor=reviewer, at=VISITS_AT)
    report()
    with pytest.raises(visits.NotOpen):
        visits.take_back(visit_id=a_visit.pk, reason="On leave.", actor=reviewer, at=VISITS_AT)


# Reporting


def test_who_was_sent_says_what_was_found(report):
    assert report("not_found").status == "reported"
    assert report("not_found").outcome == "not_found"
    assert acts() == ["visit.assign", "visit.report"]
    assert NOBODY not in str(list(AuditEntry.objects.filter(action="visit.report").values_list("details", flat=True)))


def test_only_who_was_sent_reports(report, reviewer):
    with pytest.raises(NotPermitted):
        report(by=reviewer)


@pytest.mark.parametrize("outcome", ["not_found", "refused", "moved", "died"])
def test_anything_but_seen_is_described(report, outcome):
    with pytest.raises(ReasonNeeded):
        report(outcome, text=" ")


@pytest.mark.parametrize("days", [-1, 1])
def test_a_visit_is_made_between_its_assignment_and_today(report, days):
    with pytest.raises(visits.DayImpossible):
        report(on=VISITS_ON + timedelta(days=days))


def test_a_later_declared_interest_stops_the_report(report, overdue_home, officer):
    interests.declare(reference=overdue_home.reference, kind="relative", actor=officer, at=VISITS_AT)
    with pytest.raises(DeclaredInterestInTheWay):
        report()


def test_a_report_waits_for_a_supervisor(report):
    report("not_found")
    with pytest.raises(visits.NotOpen):
        report("moved")


# Deciding


def test_an_accepted_seen_counts_as_seeing_the_household(report, accept, overdue_home):
    version = overdue_home.row_version
    report("seen")
    visit = accept()
    overdue_home.refresh_from_db()
    assert (visit.status, overdue_home.interviewed_on) == ("accepted", VISITS_ON)
    assert overdue_home.row_version == version + 1
    accept()
    overdue_home.refresh_from_db()
    assert overdue_home.row_version == version + 1
    assert acts() == ["visit.assign", "visit.report", "visit.accept"]


@pytest.mark.parametrize("outcome", ["not_found", "refused", "moved", "died"])
def test_any_other_outcome_is_told_upward_and_changes_nothing(report, accept, overdue_home, monkeypatch, outcome):
    told = []
    monkeypatch.setattr(visit_outcome, "_functions", {})
    visit_outcome.register("eligibility", told.append)
    before = Household.objects.filter(pk=overdue_home.pk).values().get()
    report(outcome)
    accept()
    assert [(one.outcome, one.household_id) for one in told] == [(outcome, overdue_home.pk)]
    assert Household.objects.filter(pk=overdue_home.pk).values().get() == before


def test_nobody_accepts_their_own_visit(overdue_home, officer, report, accept, make_user, district, as_actor):
    report()
    with pytest.raises(NotPermitted):
        accept(by=officer)


def test_a_supervisor_who_went_there_leaves_the_decision_to_another(overdue_home, make_user, district, as_actor):
    user = make_user(Role.SUPERVISOR, district)
    scope = appointments.scope_for(area_id=district.pk).pk
    since = date(2020, 1, 1)
    appointments.propose(
        user_id=user.pk, role=Role.DISTRICT_OFFICER, scope_id=scope, starts_on=since, actor=SYSTEM, at=VISITS_AT
    )
    both = as_actor(user)
    assign(overdue_home.area, both, user.pk)
    visit = Visit.objects.get()
    visits.report(visit_id=visit.pk, outcome="seen", visited_on=VISITS_ON, report="", actor=both, at=VISITS_AT)
    with pytest.raises(visits.OwnVisit):
        visits.accept(visit_id=visit.pk, reason=WHY, actor=both, at=VISITS_AT)


def test_a_decision_needs_a_reason_and_a_report(accept, report):
    with pytest.raises(visits.NotOpen):
        accept()
    report()
    with pytest.raises(ReasonNeeded):
        accept(reason="")


def test_a_supervisor_with_an_interest_does_not_decide(report, accept, overdue_home, reviewer):
    report()
    interests.declare(reference=overdue_home.reference, kind="relative", actor=reviewer, at=VISITS_AT)
    with pytest.raises(DeclaredInterestInTheWay):
        accept()


def test_a_report_sent_back_is_made_again(report, a_visit, reviewer):
    report("not_found")
    for _again in range(2):
        visits.send_back(visit_id=a_visit.pk, reason="Ask the chief as well.", actor=reviewer, at=VISITS_AT)
    a_visit.refresh_from_db()
    assert (a_visit.status, a_visit.outcome, a_visit.reported_by_id) == ("assigned", "", None)
    assert report("moved").status == "reported"
    assert acts() == ["visit.assign", "visit.report", "visit.send_back", "visit.report"]


# Closing by an interview


def test_an_interview_closes_the_visit(a_visit, last_seen, overdue_home):
    with acting(actor=SYSTEM, at=VISITS_AT):
        assert visits.close_interviewed(household_ids=[overdue_home.pk], at=VISITS_AT) == 0
    last_seen(overdue_home, VISITS_ON)
    with acting(actor=SYSTEM, at=VISITS_AT):
        assert visits.close_interviewed(household_ids=None, at=VISITS_AT) == 1
        assert visits.close_interviewed(household_ids=[overdue_home.pk], at=VISITS_AT) == 0
    a_visit.refresh_from_db()
    assert a_visit.status == "done"


# What the database refuses by itself


def refused(what: str, **values) -> None:
    visit = Visit.objects.get()
    with pytest.raises(DatabaseError) as raised, transaction.atomic():
        Visit.objects.filter(pk=visit.pk).update(**values)
    assert what in f"{raised.value} {raised.value.__cause__.diag.constraint_name}"


def test_the_database_refuses_who_accepts_their_own_visit(report, officer, a_visit):
    report()
    with acting(actor=officer, at=VISITS_AT):
        refused("registry_visit_four_eyes", status="accepted", decided_by_id=officer.user_id, closed_at=VISITS_AT)


def test_the_database_refuses_what_no_step_allows(a_visit, reviewer, officer):
    with acting(actor=reviewer, at=VISITS_AT):
        refused("Invalid transition", status="accepted", decided_by_id=reviewer.user_id, closed_at=VISITS_AT)
        refused("is about never changes", assigned_to_id=reviewer.user_id)
        refused("registry_visit_report_is_whole", status="reported")
        refused("registry_visit_reported_by_id_signs", reported_by_id=officer.user_id)
        refused("registry_visit_closed_is_dated", status="taken_back")


def test_the_database_refuses_a_second_open_visit_and_one_to_relatives(a_visit, officer, reviewer, overdue_home):
    def send_again() -> None:
        with acting(actor=reviewer, at=VISITS_AT):
            Visit.objects.create(
                household=overdue_home,
                area=a_visit.area,
                district=a_visit.district,
                assigned_to_id=officer.user_id,
                assigned_by_id=reviewer.user_id,
                assigned_at=VISITS_AT,
                assigned_on=VISITS_ON,
                visit_by=BY,
            )

    with pytest.raises(IntegrityError, match="registry_visit_one_open"):
        send_again()
    interests.declare(reference=overdue_home.reference, kind="relative", actor=officer, at=VISITS_AT)
    with pytest.raises(IntegrityError, match="declared an interest"):
        send_again()


def test_the_database_refuses_a_visit_that_nobody_acts_for(a_visit):
    with pytest.raises(Exception, match="Nobody is acting"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE registry_visit SET reason = 'x'")


def test_nothing_is_accepted_when_the_audit_record_fails(committed_db, broken_audit, report, accept, a_visit):
    report("seen")
    with broken_audit(), pytest.raises(IntegrityError):
        accept()
    a_visit.refresh_from_db()
    assert a_visit.status == "reported"
    assert a_visit.household.interviewed_on == date(2022, 5, 20)


def test_nobody_is_sent_when_the_audit_record_fails(committed_db, broken_audit, overdue_home, officer, reviewer):
    with broken_audit(), pytest.raises(IntegrityError):
        assign(overdue_home.area, reviewer, officer.user_id)
    assert not Visit.objects.exists()
