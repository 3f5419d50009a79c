"""Runs: started once, published by a second person, discarded with a reason; the list that follows."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core import audit
from core.access.actor import NotPermitted
from core.acting import acting
from eligibility.actions import enrolling, enrolments, runs, validating
from eligibility.models import AssessmentRun, Enrolment
from registry.models import Household
from tests.fixtures.eligibility import Member
from tests.fixtures.people import AT, ON


@pytest.fixture
def poor(make_household):
    """Three poor households with children, and one without."""
    found = [make_household([Member(), *[Member(age=4)] * 6]) for _ in range(3)]
    make_household([Member()])
    return found


@pytest.fixture
def computed(poor, assess):
    return assess("CGP")


@pytest.fixture
def published(computed, second_manager):
    return runs.publish(run_id=computed.pk, seen_digest=computed.digest, actor=second_manager, at=AT)


def test_publishing_proposes_each_eligible_household_once(published, poor, second_manager):
    listed = Enrolment.objects.order_by("household_id")

    assert [row.household_id for row in listed] == [household.pk for household in poor]
    assert {row.status for row in listed} == {"proposed"}
    assert published.counts["proposed"] == 3
    for row in listed:
        reference = row.household.memberships.get(is_reference=True)
        assert (row.recipient_person_id, row.validation_required) == (reference.person_id, True)
        assert row.reference.startswith("EN-")


def test_a_repeat_by_the_same_publisher_changes_nothing(published, second_manager):
    again = runs.publish(run_id=published.pk, seen_digest=published.digest, actor=second_manager, at=AT)

    assert again.published_at == published.published_at
    assert Enrolment.objects.count() == 3


def test_the_preparer_may_not_publish(computed, manager):
    with pytest.raises(runs.SameOfficer):
        runs.publish(run_id=computed.pk, seen_digest=computed.digest, actor=manager, at=AT)

    assert Enrolment.objects.count() == 0


def test_the_database_refuses_the_preparer_as_publisher_whatever_the_application_does(computed, manager):
    with pytest.raises(IntegrityError, match="eligibility_run_four_eyes"), acting(actor=manager, at=AT):
        AssessmentRun.objects.filter(pk=computed.pk).update(
            status="published", published_by=manager.user_id, published_at=AT
        )


def test_the_system_publishes_nothing_by_itself(computed):
    from core.access.actor import SYSTEM

    with pytest.raises(runs.NobodyDecides):
        runs.publish(run_id=computed.pk, seen_digest=computed.digest, actor=SYSTEM, at=AT)


def test_other_findings_than_those_seen_are_not_published(computed, second_manager):
    with pytest.raises(runs.RunChanged):
        runs.publish(run_id=computed.pk, seen_digest="0" * 64, actor=second_manager, at=AT)


def test_an_officer_of_a_district_neither_starts_nor_publishes(computed, officer):
    with pytest.raises(NotPermitted):
        runs.start(programme_code="CGP", as_of=ON, actor=officer, at=AT, send=False)
    with pytest.raises(NotPermitted):
        runs.publish(run_id=computed.pk, seen_digest=computed.digest, actor=officer, at=AT)


def test_nothing_is_published_when_the_audit_record_fails(computed, second_manager, monkeypatch):
    def broken(*args, **kwargs):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO core_audit (at) VALUES (now())")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(IntegrityError), transaction.atomic():
        runs.publish(run_id=computed.pk, seen_digest=computed.digest, actor=second_manager, at=AT)

    computed.refresh_from_db()
    assert (computed.status, Enrolment.objects.count()) == ("computed", 0)


def test_starting_twice_gives_the_same_run(asked, manager):
    first = runs.start(programme_code="CGP", as_of=ON, actor=manager, at=AT, send=False)
    second = runs.start(programme_code="CGP", as_of=ON, actor=manager, at=AT, send=False)

    assert (first.pk, first.job_id) == (second.pk, second.job_id)


def test_a_draft_programme_and_a_day_to_come_are_refused(asked, manager):
    from datetime import timedelta

    with pytest.raises(runs.ProgrammeNotOpen):
        runs.start(programme_code="DG", as_of=ON, actor=manager, at=AT, send=False)
    with pytest.raises(runs.DayInTheFuture):
        runs.start(programme_code="CGP", as_of=ON + timedelta(days=1), actor=manager, at=AT, send=False)


def test_a_discarded_run_is_never_published(computed, manager, second_manager):
    with pytest.raises(runs.IllegalMove):
        runs.discard(run_id=computed.pk, reason=" ", actor=manager, at=AT)
    runs.discard(run_id=computed.pk, reason="Wrong day", actor=manager, at=AT)
    runs.discard(run_id=computed.pk, reason="Wrong day", actor=manager, at=AT)

    with pytest.raises(runs.IllegalMove):
        runs.publish(run_id=computed.pk, seen_digest=computed.digest, actor=second_manager, at=AT)


def test_an_earlier_run_is_not_published_after_a_later_one(poor, assess, second_manager):
    earlier, later = assess("CGP"), assess("CGP")
    runs.publish(run_id=later.pk, seen_digest=later.digest, actor=second_manager, at=AT)

    with pytest.raises(runs.Superseded):
        runs.publish(run_id=earlier.pk, seen_digest=earlier.digest, actor=second_manager, at=AT)


def test_findings_of_a_run_cannot_be_changed_by_the_application(computed):
    for statement in (
        f"UPDATE eligibility_assessment_run_{computed.pk} SET outcome = 'eligible', reasons = '{{}}'",
        f"DELETE FROM eligibility_assessment WHERE run_id = {computed.pk}",
        f"INSERT INTO eligibility_assessment_run_{computed.pk} SELECT * FROM eligibility_assessment",
        f"SELECT eligibility_open_run({computed.pk})",
    ):
        refused = pytest.raises(DatabaseError, match=r"denied|not being computed")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def validated(published, officer):
    rows = list(Enrolment.objects.order_by("id"))
    validating.validate_many(
        programme_code="CGP",
        area_id=rows[0].area_id,
        confirmed=[rows[0].pk, rows[1].pk],
        rejected={rows[2].pk: "Moved away"},
        actor=officer,
        at=AT,
    )
    for row in rows:
        row.refresh_from_db()
    return rows


def test_the_community_confirms_some_and_rejects_others(published, officer):
    rows = validated(published, officer)

    assert [row.status for row in rows] == ["validated", "validated", "rejected"]
    assert rows[2].reason == "Moved away"
    again = validating.validate_many(
        programme_code="CGP",
        area_id=rows[0].area_id,
        confirmed=[rows[0].pk],
        rejected={rows[2].pk: "Moved away"},
        actor=officer,
        at=AT,
    )
    assert (again.confirmed, again.rejected) == (0, 0)


def test_validation_is_refused_elsewhere_without_reason_and_for_a_relative(
    published, officer, other_village, make_user, as_actor, other_district
):
    from core.access.roles import Role
    from registry.models import DeclaredInterest

    row = Enrolment.objects.order_by("id")[0]
    call = {"programme_code": "CGP", "area_id": row.area_id, "confirmed": [], "rejected": {}, "at": AT}
    with pytest.raises(NotPermitted):
        stranger = as_actor(make_user(Role.DISTRICT_OFFICER, other_district))
        validating.validate_many(**call | {"confirmed": [row.pk], "actor": stranger})
    with pytest.raises(validating.NotInThisPlace):
        everywhere = as_actor(make_user(Role.SUPERVISOR))
        validating.validate_many(**call | {"area_id": other_village.pk, "confirmed": [row.pk], "actor": everywhere})
    with pytest.raises(enrolments.ReasonNeeded):
        validating.validate_many(**call | {"rejected": {row.pk: ""}, "actor": officer})
    with acting(actor=officer, at=AT):
        DeclaredInterest.objects.create(
            user_id=officer.user_id, household=row.household, kind="relative", declared_at=AT
        )
    with pytest.raises(enrolments.OwnInterest):
        validating.validate_many(**call | {"confirmed": [row.pk], "actor": officer})
    row.refresh_from_db()
    assert row.status == "proposed"


def test_a_manager_who_neither_proposed_nor_validated_enrols(published, officer, manager, second_manager):
    rows = validated(published, officer)
    with pytest.raises(enrolling.SameOfficer):
        enrolling.enrol_many(programme_code="CGP", actor=second_manager, at=AT)

    done = enrolling.enrol_many(programme_code="CGP", actor=manager, at=AT)

    assert (done.enrolled, done.set_aside) == (2, 0)
    rows[0].refresh_from_db()
    assert (rows[0].status, rows[0].enrolled_on, rows[0].recertify_on.year) == ("enrolled", ON, 2030)
    assert enrolling.enrol_many(programme_code="CGP", actor=manager, at=AT).enrolled == 0


def test_nobody_who_died_is_enrolled(published, officer, manager):
    rows = validated(published, officer)
    with acting(actor=manager, at=AT):
        person = rows[0].recipient_person
        person.died_on = ON
        person.save()

    done = enrolling.enrol_many(programme_code="CGP", actor=manager, at=AT)

    assert (done.enrolled, done.no_recipient) == (1, 1)


def test_suspended_stays_suspended_and_nobody_is_listed_twice_when_a_later_run_is_published(
    published, officer, manager, second_manager, assess
):
    rows = validated(published, officer)
    enrolling.enrol_many(programme_code="CGP", actor=manager, at=AT)
    enrolments.suspend(enrolment_id=rows[0].pk, reason="Not found at home", actor=manager, at=AT)
    enrolments.suspend(enrolment_id=rows[0].pk, reason="Not found at home", actor=manager, at=AT)

    later = assess("CGP")
    runs.publish(run_id=later.pk, seen_digest=later.digest, actor=second_manager, at=AT)

    by_household = list(Enrolment.objects.order_by("id").values_list("household_id", "status"))
    assert by_household == [
        (rows[0].household_id, "suspended"),
        (rows[1].household_id, "enrolled"),
        (rows[2].household_id, "rejected"),
        (rows[2].household_id, "proposed"),
    ]


def test_suspend_resume_and_exit_need_a_reason_and_leave_history(published, officer, manager):
    row = validated(published, officer)[0]
    with pytest.raises(enrolments.IllegalMove):
        enrolments.exit(enrolment_id=row.pk, reason="x", actor=manager, at=AT)
    enrolling.enrol_many(programme_code="CGP", actor=manager, at=AT)
    with pytest.raises(enrolments.ReasonNeeded):
        enrolments.suspend(enrolment_id=row.pk, reason="", actor=manager, at=AT)
    enrolments.suspend(enrolment_id=row.pk, reason="Not found", actor=manager, at=AT)
    enrolments.resume(enrolment_id=row.pk, reason="Found", actor=manager, at=AT)
    enrolments.exit(enrolment_id=row.pk, reason="No child under 18", actor=manager, at=AT)

    row.refresh_from_db()
    assert (row.status, row.exited_on, row.reason) == ("exited", ON, "No child under 18")
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM eligibility_enrolmenthistory WHERE id = %s ORDER BY pgh_id", (row.pk,))
        assert [status for (status,) in cursor] == ["proposed", "validated", "enrolled", "suspended", "enrolled"]
    with pytest.raises(enrolments.IllegalMove):
        enrolments.resume(enrolment_id=row.pk, reason="x", actor=manager, at=AT)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"status": "suspended", "reason": "x"}, "Invalid transition"),
        ({"status": "exited", "reason": "x", "exited_on": ON}, "Invalid transition"),
        ({"status": "enrolled", "enrolled_on": ON}, "eligibility_enrolment_"),
        ({"status": "rejected"}, "eligibility_enrolment_end_has_reason"),
        ({"household_id": 0}, "stays with its household"),
    ],
)
def test_the_database_refuses_moves_that_are_not_drawn(published, manager, values, said):
    row = Enrolment.objects.order_by("id")[0]
    with pytest.raises(DatabaseError, match=said), acting(actor=manager, at=AT):
        Enrolment.objects.filter(pk=row.pk).update(**values)


def test_the_database_refuses_a_second_live_enrolment(published, manager):
    row = Enrolment.objects.order_by("id")[0]
    household = Household.objects.get(pk=row.household_id)
    with pytest.raises(IntegrityError, match="one_live_household"), acting(actor=manager, at=AT):
        Enrolment.objects.create(
            programme=row.programme,
            household=household,
            area=row.area,
            district=row.district,
            status_on=ON,
            validation_required=True,
            proposed_at=AT,
        )


def test_released_rules_never_change(asked, manager):
    from eligibility.models import ProgrammeRules

    with pytest.raises(IntegrityError, match="never changes"), acting(actor=manager, at=AT):
        ProgrammeRules.objects.update(amount="999999")


def test_the_database_refuses_a_move_of_a_relative_on_the_list(published, officer):
    from registry.models import DeclaredInterest

    row = Enrolment.objects.filter(run=published).order_by("id").first()
    with acting(actor=officer, at=AT):
        DeclaredInterest.objects.create(user_id=officer.user_id, household=row.household, kind="own", declared_at=AT)
    with (
        pytest.raises(IntegrityError, match="declared an interest"),
        acting(actor=officer, at=AT),
        transaction.atomic(),
    ):
        Enrolment.objects.filter(pk=row.pk).update(status="rejected", reason="No")
