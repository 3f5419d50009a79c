"""Roles come from dated appointments; what must not meet in one person is refused by the database."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, OperationalError, ProgrammingError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from core.access.actor import SYSTEM, NotPermitted
from core.access.permissions import Permission
from core.access.roles import INCOMPATIBLE, SENSITIVE, Role
from core.access.scoping import NOTHING, within
from core.acting import acting
from core.actions import appointments, users
from core.models import Appointment, Area, AuditEntry, ScopeUserObjectPermission, User
from core.queries.access import actor_of, holders
from tests.fixtures.people import AT

START = date(2026, 1, 1)


@pytest.fixture
def administrator(make_user, as_actor):
    return as_actor(make_user(Role.ADMINISTRATOR))


@pytest.fixture
def second_administrator(make_user, as_actor):
    return as_actor(make_user(Role.ADMINISTRATOR))


@pytest.fixture
def national(country):
    return appointments.scope_for(area_id=country.pk)


@pytest.fixture
def propose(administrator, national):
    def propose(user, role, **changes):
        values = {"scope_id": national.pk, "starts_on": START, "actor": administrator, "at": AT} | changes
        return appointments.propose(user_id=user.pk, role=role, **values)

    return propose


def test_an_ordinary_role_is_in_force_at_once(make_user, as_actor, propose):
    user = make_user()
    assert propose(user, Role.DISTRICT_OFFICER).status == "in_force"
    assert as_actor(user).may(Permission.REGISTRY_REGISTER)


@pytest.mark.parametrize("role", sorted(SENSITIVE, key=lambda role: role.value))
def test_a_sensitive_role_waits_for_a_second_person(role, make_user, as_actor, propose, second_administrator):
    user = make_user()
    appointment = propose(user, role)
    assert appointment.status == "proposed"
    assert not as_actor(user).grants

    appointments.confirm(appointment_id=appointment.pk, actor=second_administrator, at=AT)

    assert set(as_actor(user).grants) == set(role.permissions)


def test_who_proposed_cannot_confirm(make_user, propose, administrator):
    appointment = propose(make_user(), Role.AUDITOR)
    with pytest.raises(appointments.SecondPersonNeeded):
        appointments.confirm(appointment_id=appointment.pk, actor=administrator, at=AT)


def test_the_database_refuses_a_sensitive_role_without_a_second_person(make_user, propose):
    appointment = propose(make_user(), Role.AUDITOR)
    with (
        pytest.raises(IntegrityError, match="core_appointment_sensitive_confirmed"),
        acting(actor=SYSTEM, at=AT),
    ):
        Appointment.objects.filter(pk=appointment.pk).update(status="in_force")


def test_the_database_refuses_a_confirmation_by_the_proposer(make_user, propose, administrator):
    appointment = propose(make_user(), Role.AUDITOR)
    with pytest.raises(IntegrityError, match="core_appointment_four_eyes"), acting(actor=administrator, at=AT):
        Appointment.objects.filter(pk=appointment.pk).update(status="in_force", confirmed_by=administrator.user_id)


def test_nobody_proposes_a_role_for_themselves(administrator, national):
    with pytest.raises(appointments.NotToOneself):
        appointments.propose(
            user_id=administrator.user_id,
            role=Role.DISTRICT_OFFICER,
            scope_id=national.pk,
            starts_on=START,
            actor=administrator,
            at=AT,
        )


@pytest.mark.parametrize("pair", sorted(tuple(sorted(pair)) for pair in INCOMPATIBLE), ids=" and ".join)
def test_the_database_refuses_incompatible_roles_on_the_same_day(pair, make_user, propose):
    user = make_user(Role(pair[0]))
    with pytest.raises(appointments.IncompatibleRoles):
        propose(user, Role(pair[1]))


def test_incompatible_roles_may_follow_one_another(make_user, propose):
    user = make_user()
    propose(user, Role.FINANCE_PREPARER, ends_on=date(2026, 1, 31))
    assert propose(user, Role.FINANCE_APPROVER, starts_on=date(2026, 2, 1)).pk


def test_two_administrators_cannot_give_incompatible_roles_at_the_same_moment(
    committed_db, second_connection, make_user, propose, national
):
    user = make_user()
    second_connection.execute("SELECT set_config('core.actor_kind', 'system', true)")
    second_connection.execute(
        "INSERT INTO core_appointment (user_id, role, scope_id, kind, status, starts_on, reason)"
        " VALUES (%s, 'finance_approver', %s, 'substantive', 'proposed', '2026-01-01', '')",
        (user.pk, national.pk),
    )
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '300ms'")
    with pytest.raises(Exception, match="lock timeout"), transaction.atomic():
        propose(user, Role.FINANCE_PREPARER)  # waits for the other transaction: it would not see its row
    second_connection.commit()
    with pytest.raises(appointments.IncompatibleRoles):
        propose(user, Role.FINANCE_PREPARER)


def test_an_appointment_counts_only_on_its_days(make_user, propose):
    user = make_user()
    today = timezone.localdate()
    propose(user, Role.DISTRICT_OFFICER, starts_on=today - timedelta(days=9), ends_on=today, at=timezone.now())

    assert actor_of(user_id=user.pk, on=today).may(Permission.REGISTRY_REGISTER)
    assert not actor_of(user_id=user.pk, on=today + timedelta(days=1)).grants


def test_an_acting_appointment_needs_an_end(make_user, propose):
    with pytest.raises(appointments.ActingNeedsEnd):
        propose(make_user(), Role.SUPERVISOR, kind="acting")


def test_ending_takes_the_permissions_away_at_once(make_user, as_actor, propose, administrator):
    user = make_user()
    appointment = propose(user, Role.DISTRICT_OFFICER)
    appointments.end(appointment_id=appointment.pk, actor=administrator, at=timezone.now(), reason="Left")
    Appointment.objects.get(pk=appointment.pk)
    assert not ScopeUserObjectPermission.objects.filter(user=user).exists()
    assert AuditEntry.objects.filter(action="appointment.end", reason="Left").count() == 1


def test_a_permission_row_without_an_appointment_gives_nothing(make_user, as_actor, national):
    from guardian.shortcuts import assign_perm

    user = make_user()
    assign_perm(Permission.PAYMENTS_RELEASE.codename, user, national)
    assert not as_actor(user).grants


def test_an_appointment_without_its_permission_rows_gives_nothing(make_user, as_actor):
    user = make_user(Role.FINANCE_RELEASER)
    ScopeUserObjectPermission.objects.filter(user=user).delete()
    assert not as_actor(user).grants


def held_by(user):
    rows = ScopeUserObjectPermission.objects.filter(user=user)
    return set(rows.values_list("content_object_id", "permission__codename"))


def allowed_over(scope, *roles):
    return {(scope.pk, permission.codename) for role in roles for permission in role.permissions}


def test_each_day_permissions_follow_the_appointments_that_began_and_those_that_ended(make_user, propose, national):
    ends, begins, stays, closed = (make_user() for _ in range(4))
    for user in (ends, stays, closed):
        propose(user, Role.DISTRICT_OFFICER, ends_on=date(2026, 5, 31) if user == ends else None)
    propose(stays, Role.GRIEVANCE_OFFICER)
    propose(begins, Role.DISTRICT_OFFICER, starts_on=date(2026, 6, 1))
    users.deactivate(user_id=closed.pk, actor=SYSTEM, at=AT, reason="Left")
    assert held_by(ends) == allowed_over(national, Role.DISTRICT_OFFICER)
    assert held_by(begins) == set()
    june = datetime(2026, 6, 1, 9, tzinfo=UTC)

    changed = appointments.sync_all(actor=SYSTEM, at=june)

    assert changed == 2 * len(Role.DISTRICT_OFFICER.permissions)
    assert held_by(ends) == held_by(closed) == set()
    assert held_by(begins) == allowed_over(national, Role.DISTRICT_OFFICER)
    assert held_by(stays) == allowed_over(national, Role.DISTRICT_OFFICER, Role.GRIEVANCE_OFFICER)
    assert appointments.sync_all(actor=SYSTEM, at=june) == 0
    assert [one.details for one in AuditEntry.objects.filter(action="appointment.sync")] == [{"changed": changed}]


def test_only_an_administrator_proposes(make_user, as_actor, national):
    clerk = as_actor(make_user(Role.DISTRICT_OFFICER))
    with pytest.raises(NotPermitted):
        appointments.propose(
            user_id=make_user().pk, role=Role.SUPERVISOR, scope_id=national.pk, starts_on=START, actor=clerk, at=AT
        )


def test_a_district_officer_sees_their_district_alone(make_user, as_actor, district, other_district):
    officer = as_actor(make_user(Role.DISTRICT_OFFICER, district))
    villages = Area.objects.filter(level="village")
    seen = villages.filter(within(officer, Permission.REGISTRY_VIEW, area="", district="district"))
    assert set(seen.values_list("district_id", flat=True)) == {district.pk}
    assert not officer.may_in(Permission.REGISTRY_VIEW, area_path=other_district.path)


def test_without_the_permission_nothing_is_seen_rather_than_everything(make_user, as_actor):
    nobody = as_actor(make_user())
    assert not Area.objects.filter(within(nobody, Permission.REGISTRY_VIEW)).exists()


@pytest.mark.parametrize("whose", ["the country's", "the system's"])
def test_all_or_some_is_all_and_all_or_nothing_too(make_user, as_actor, whose):
    actor = SYSTEM if whose == "the system's" else as_actor(make_user(Role.SUPERVISOR))
    seen, places = within(actor, Permission.REGISTRY_VIEW), Area.objects.count()
    for other in (Q(level="village"), NOTHING, seen):
        assert Area.objects.filter(seen | other).count() == places
        assert Area.objects.filter(other | seen).count() == places
    assert not Area.objects.filter(seen & NOTHING).exists()
    assert not Area.objects.filter(~seen).exists()


def test_a_vacant_post_is_stood_in_for_by_the_next_area(make_user, district, village):
    national = make_user(Role.SUPERVISOR)
    on = timezone.localdate()
    assert holders(permission=Permission.REGISTRY_REVIEW, area=village, on=on) == [national]
    local = make_user(Role.SUPERVISOR, district)
    assert holders(permission=Permission.REGISTRY_REVIEW, area=village, on=on) == [local]
    assert holders(permission=Permission.REGISTRY_REVIEW, area=village, on=on, without=local.pk) == [national]


def test_a_scope_of_one_programme_gives_no_other(make_user, as_actor, country):
    manager = as_actor(make_user(Role.PROGRAMME_MANAGER, country, programme_code="CGP"))
    assert manager.may_for_programme(Permission.ELIGIBILITY_RUN, "CGP")
    assert not manager.may_for_programme(Permission.ELIGIBILITY_RUN, "OAP")


def test_history_keeps_what_an_appointment_was_and_who_changed_it(make_user, propose, second_administrator):
    from django.apps import apps

    appointment = propose(make_user(), Role.AUDITOR)
    appointments.confirm(appointment_id=appointment.pk, actor=second_administrator, at=AT)

    before = apps.get_model("core", "AppointmentHistory").objects.get(id=appointment.pk)

    assert (before.status, before.pgh_actor_id) == ("proposed", second_administrator.user_id)


def test_history_is_never_changed(make_user, propose, second_administrator):
    appointment = propose(make_user(), Role.AUDITOR)
    appointments.confirm(appointment_id=appointment.pk, actor=second_administrator, at=AT)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE core_appointmenthistory SET status = 'refused'")


def test_a_refused_appointment_gives_nothing_and_leaves_its_reason(make_user, as_actor, propose, second_administrator):
    user = make_user()
    appointment = propose(user, Role.AUDITOR)
    for _ in range(2):
        refused = appointments.refuse(
            appointment_id=appointment.pk, actor=second_administrator, at=AT, reason="Not the right person"
        )
    assert refused.status == "refused"
    assert not as_actor(user).grants
    assert AuditEntry.objects.get(action="appointment.refuse").reason == "Not the right person"


def test_who_proposed_may_withdraw(make_user, propose, administrator):
    appointment = propose(make_user(), Role.AUDITOR)
    refused = appointments.refuse(appointment_id=appointment.pk, actor=administrator, at=AT, reason="A mistake")
    assert refused.status == "refused"


def test_what_counts_already_is_ended_not_refused_and_what_waits_is_refused_not_ended(
    make_user, propose, administrator
):
    in_force, waiting = propose(make_user(), Role.SUPERVISOR), propose(make_user(), Role.AUDITOR)
    with pytest.raises(appointments.NotProposed):
        appointments.refuse(appointment_id=in_force.pk, actor=administrator, at=AT, reason="x")
    with pytest.raises(appointments.NotInForce):
        appointments.end(appointment_id=waiting.pk, actor=administrator, at=AT, reason="x")


def test_a_refused_appointment_cannot_be_confirmed(make_user, propose, administrator, second_administrator):
    appointment = propose(make_user(), Role.AUDITOR)
    appointments.refuse(appointment_id=appointment.pk, actor=administrator, at=AT, reason="x")
    with pytest.raises(appointments.NotProposed):
        appointments.confirm(appointment_id=appointment.pk, actor=second_administrator, at=AT)


def test_confirming_or_ending_twice_writes_once(make_user, propose, administrator, second_administrator):
    appointment = propose(make_user(), Role.AUDITOR)
    for _ in range(2):
        appointments.confirm(appointment_id=appointment.pk, actor=second_administrator, at=AT)
    for _ in range(2):
        appointments.end(appointment_id=appointment.pk, actor=administrator, at=AT, reason="x")
    written = AuditEntry.objects.filter(subject_type="appointment", subject_id=appointment.pk).order_by("id")
    assert list(written.values_list("action", flat=True)) == [
        "appointment.propose",
        "appointment.confirm",
        "appointment.end",
    ]


def test_the_last_day_must_not_lie_before_the_first(make_user, propose):
    with pytest.raises(appointments.DaysOutOfOrder, match="last day"):
        propose(make_user(), Role.SUPERVISOR, ends_on=START - timedelta(days=1))


def test_an_administrator_of_one_district_keeps_no_appointments_elsewhere(
    make_user, as_actor, propose, district, other_district
):
    local = as_actor(make_user(Role.ADMINISTRATOR, district))
    here = appointments.scope_for(area_id=district.pk).pk
    there = appointments.scope_for(area_id=other_district.pk).pk
    made = propose(make_user(), Role.DISTRICT_OFFICER, scope_id=here, actor=local)
    assert appointments.end(appointment_id=made.pk, actor=local, at=AT, reason="x").status == "ended"
    with pytest.raises(NotPermitted):
        propose(make_user(), Role.DISTRICT_OFFICER, scope_id=there, actor=local)
    waiting = propose(make_user(), Role.AUDITOR)
    for action in (
        lambda: appointments.confirm(appointment_id=waiting.pk, actor=local, at=AT),
        lambda: appointments.refuse(appointment_id=waiting.pk, actor=local, at=AT, reason="x"),
        lambda: appointments.end(appointment_id=waiting.pk, actor=local, at=AT, reason="x"),
    ):
        with pytest.raises(NotPermitted):
            action()


def test_an_administrator_of_one_programme_gives_no_role_for_all(make_user, as_actor, propose, country):
    limited = as_actor(make_user(Role.ADMINISTRATOR, country, programme_code="CGP"))
    with pytest.raises(NotPermitted):
        propose(make_user(), Role.SUPERVISOR, actor=limited)
    own = appointments.scope_for(area_id=country.pk, programme_code="CGP").pk
    assert propose(make_user(), Role.SUPERVISOR, scope_id=own, actor=limited).status == "in_force"


def test_no_appointment_changes_when_the_audit_record_fails(
    make_user, as_actor, propose, administrator, second_administrator, broken_audit
):
    user, other = make_user(), make_user()
    waiting, in_force = propose(user, Role.AUDITOR), propose(other, Role.SUPERVISOR)
    with broken_audit():
        with pytest.raises(IntegrityError):
            propose(user, Role.DATA_PROTECTION_OFFICER)
        with pytest.raises(IntegrityError):
            appointments.confirm(appointment_id=waiting.pk, actor=second_administrator, at=AT)
        with pytest.raises(IntegrityError):
            appointments.refuse(appointment_id=waiting.pk, actor=second_administrator, at=AT, reason="x")
        with pytest.raises(IntegrityError):
            appointments.end(appointment_id=in_force.pk, actor=administrator, at=AT, reason="x")
    assert list(Appointment.objects.filter(user__in=[user, other]).order_by("id").values_list("status", flat=True)) == [
        "proposed",
        "in_force",
    ]
    assert not as_actor(user).grants and as_actor(other).grants


def of(actor):
    return Appointment.objects.get(user_id=actor.user_id)


def test_the_last_who_administers_the_country_is_neither_ended_nor_deactivated(
    administrator, second_administrator, make_user, district, as_actor
):
    local = as_actor(make_user(Role.ADMINISTRATOR, district))
    appointments.end(appointment_id=of(second_administrator).pk, actor=administrator, at=AT, reason="Left")

    with pytest.raises(appointments.LastAdministrator, match="Appoint another first"), transaction.atomic():
        appointments.end(appointment_id=of(administrator).pk, actor=SYSTEM, at=AT, reason="x")
    with pytest.raises(appointments.LastAdministrator), transaction.atomic():
        users.deactivate(user_id=administrator.user_id, actor=SYSTEM, at=AT, reason="x")
    with pytest.raises(IntegrityError, match="administers"), acting(actor=SYSTEM, at=AT):
        Appointment.objects.filter(pk=of(administrator).pk).update(role=Role.SUPERVISOR.value)

    assert of(administrator).status == "in_force"
    assert appointments.end(appointment_id=of(local).pk, actor=administrator, at=AT, reason="x").status == "ended"


def test_an_administrator_whose_time_is_over_or_whose_account_is_closed_does_not_count(
    administrator, second_administrator
):
    with acting(actor=SYSTEM, at=AT):
        User.objects.filter(pk=second_administrator.user_id).update(is_active=False)

    with pytest.raises(appointments.LastAdministrator):
        appointments.end(appointment_id=of(administrator).pk, actor=SYSTEM, at=AT, reason="x")


def test_the_database_counts_days_as_the_country_does(administrator, second_administrator):
    night = datetime(2026, 11, 10, 23, 30, tzinfo=UTC)
    assert timezone.localdate(night) == date(2026, 11, 11)
    with acting(actor=SYSTEM, at=AT):
        rows = Appointment.objects.filter(pk=of(second_administrator).pk)
        rows.update(starts_on=date(2026, 1, 1), ends_on=date(2026, 11, 10))
    with pytest.raises(IntegrityError, match="administers"), acting(actor=SYSTEM, at=night):
        Appointment.objects.filter(pk=of(administrator).pk).update(status="ended")


def test_two_administrators_who_end_one_another_s_appointment_at_once_leave_one(
    committed_db, second_connection, make_user, as_actor
):
    one, other = as_actor(make_user(Role.ADMINISTRATOR)), as_actor(make_user(Role.ADMINISTRATOR))
    second_connection.execute("SELECT set_config('core.actor_kind', 'system', true)")
    second_connection.execute("UPDATE core_appointment SET status = 'ended' WHERE id = %s", [of(one).pk])
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '300ms'")
    try:
        with pytest.raises(OperationalError, match="lock timeout"):
            appointments.end(appointment_id=of(other).pk, actor=SYSTEM, at=AT, reason="x")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    second_connection.commit()

    with pytest.raises(appointments.LastAdministrator):
        appointments.end(appointment_id=of(other).pk, actor=SYSTEM, at=AT, reason="x")


def test_a_migration_gives_holders_of_a_role_what_it_gained_at_once(committed_db, make_user):
    user = make_user(Role.SUPERVISOR)
    lost = ScopeUserObjectPermission.objects.filter(user=user).order_by("id").first()
    codename = lost.permission.codename
    lost.delete()

    done = subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], check=False, capture_output=True)

    assert done.returncode == 0, done.stderr
    assert ScopeUserObjectPermission.objects.filter(user=user, permission__codename=codename).exists()
