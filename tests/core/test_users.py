"""Accounts are made, given a link, closed and opened again by administrators, and by nobody for themselves."""

import pytest
from django.db import IntegrityError
from django.utils import timezone

from core.access.actor import NotPermitted
from core.access.permissions import Permission
from core.access.roles import Role
from core.actions import appointments, users
from core.models import Appointment, AuditEntry, User


@pytest.fixture
def administrator(make_user, as_actor):
    return as_actor(make_user(Role.ADMINISTRATOR))


def acts(action: str) -> int:
    return AuditEntry.objects.filter(action=action).count()


def test_a_person_is_added_without_password_or_role(administrator, as_actor):
    user = users.create(
        email="New.Person@Example.org", full_name="New Person", password=None, actor=administrator, at=timezone.now()
    )
    assert (user.email, user.has_usable_password()) == ("new.person@example.org", False)
    assert not as_actor(user).grants


def test_adding_the_same_address_twice_gives_the_same_person(administrator):
    values = {"full_name": "New Person", "password": None, "actor": administrator, "at": timezone.now()}
    first = users.create(email="new@example.org", **values)
    before = acts("user.create")
    assert users.create(email="NEW@example.org", **values) == first
    assert acts("user.create") == before


def test_only_an_administrator_adds_people(make_user, as_actor):
    with pytest.raises(NotPermitted):
        users.create(
            email="x@example.org",
            full_name="X",
            password=None,
            actor=as_actor(make_user(Role.SUPERVISOR)),
            at=timezone.now(),
        )


def test_deactivating_ends_appointments_password_and_permissions(make_user, as_actor, administrator):
    user = make_user(Role.SUPERVISOR)
    closed = users.deactivate(user_id=user.pk, reason="Left", actor=administrator, at=timezone.now())
    assert (closed.is_active, closed.has_usable_password()) == (False, False)
    assert set(Appointment.objects.filter(user=user).values_list("status", flat=True)) == {"ended"}
    assert not as_actor(user).grants
    assert AuditEntry.objects.get(action="user.deactivate").reason == "Left"


def test_deactivating_refuses_what_was_only_proposed(make_user, administrator, country):
    user = make_user()
    appointments.propose(
        user_id=user.pk,
        role=Role.AUDITOR,
        scope_id=appointments.scope_for(area_id=country.pk).pk,
        starts_on=timezone.localdate(),
        actor=administrator,
        at=timezone.now(),
    )
    users.deactivate(user_id=user.pk, reason="A mistake", actor=administrator, at=timezone.now())
    assert Appointment.objects.get(user=user).status == "refused"


def test_deactivating_twice_writes_once(make_user, administrator):
    user = make_user()
    for _ in range(2):
        users.deactivate(user_id=user.pk, reason="Left", actor=administrator, at=timezone.now())
    assert acts("user.deactivate") == 1


def test_nobody_deactivates_renews_or_reactivates_their_own_account(administrator):
    for action in (users.deactivate, users.reactivate, users.expect_new_password):
        with pytest.raises(users.NotOneself):
            action(user_id=administrator.user_id, reason="x", actor=administrator, at=timezone.now())


def test_an_administrator_of_one_district_cannot_close_an_account_with_a_role_elsewhere(
    make_user, as_actor, district, other_district
):
    local = as_actor(make_user(Role.ADMINISTRATOR, district))
    elsewhere = make_user(Role.DISTRICT_OFFICER, other_district)
    for action in (users.deactivate, users.expect_new_password):
        with pytest.raises(NotPermitted):
            action(user_id=elsewhere.pk, reason="x", actor=local, at=timezone.now())
    neighbour = make_user(Role.DISTRICT_OFFICER, district)
    assert not users.deactivate(user_id=neighbour.pk, reason="x", actor=local, at=timezone.now()).is_active


def test_an_account_opened_again_has_no_role_and_no_password(make_user, as_actor, administrator):
    user = make_user(Role.SUPERVISOR)
    users.deactivate(user_id=user.pk, reason="Left", actor=administrator, at=timezone.now())
    for _ in range(2):
        opened = users.reactivate(user_id=user.pk, reason="Back", actor=administrator, at=timezone.now())
    assert (opened.is_active, opened.has_usable_password()) == (True, False)
    assert not as_actor(user).may(Permission.REGISTRY_VIEW)
    assert acts("user.reactivate") == 1


def test_a_closed_account_gets_no_link_and_no_role(make_user, administrator, country):
    user = make_user()
    users.deactivate(user_id=user.pk, reason="Left", actor=administrator, at=timezone.now())
    with pytest.raises(users.NotActive):
        users.expect_new_password(user_id=user.pk, reason="x", actor=administrator, at=timezone.now())
    with pytest.raises(appointments.NotActive):
        appointments.propose(
            user_id=user.pk,
            role=Role.SUPERVISOR,
            scope_id=appointments.scope_for(area_id=country.pk).pk,
            starts_on=timezone.localdate(),
            actor=administrator,
            at=timezone.now(),
        )


def test_expecting_a_new_password_forgets_the_old_one(make_user, administrator):
    user = make_user(Role.SUPERVISOR)
    users.expect_new_password(user_id=user.pk, reason="Forgot it", actor=administrator, at=timezone.now())
    assert not User.objects.get(pk=user.pk).has_usable_password()
    assert acts("user.expect_new_password") == 1


def test_nothing_of_an_account_changes_when_the_audit_record_fails(make_user, administrator, broken_audit):
    user = make_user(Role.SUPERVISOR)
    closed = make_user()
    users.deactivate(user_id=closed.pk, reason="Left", actor=administrator, at=timezone.now())
    values = {"actor": administrator, "at": timezone.now()}
    with broken_audit():
        with pytest.raises(IntegrityError):
            users.create(email="x@example.org", full_name="X", password=None, **values)
        with pytest.raises(IntegrityError):
            users.deactivate(user_id=user.pk, reason="x", **values)
        with pytest.raises(IntegrityError):
            users.expect_new_password(user_id=user.pk, reason="x", **values)
        with pytest.raises(IntegrityError):
            users.reactivate(user_id=closed.pk, reason="x", **values)
    user.refresh_from_db()
    closed.refresh_from_db()
    assert (user.is_active, user.has_usable_password(), closed.is_active) == (True, True, False)
    assert Appointment.objects.get(user=user).status == "in_force"
    assert not User.objects.filter(email="x@example.org").exists()
