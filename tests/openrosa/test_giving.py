"""Giving and ending phones' sign-ins: by whom, to whom, once, and what the database refuses."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.access.actor import NotPermitted
from core.access.roles import Role
from core.acting import acting
from core.actions import devices
from core.models import AuditEntry, DeviceSignIn
from core.queries import devices as queries


@pytest.fixture
def told(enumerator):
    now = timezone.now()
    return {
        "uuid": uuid4(),
        "name": "Phone 7",
        "user_id": enumerator.pk,
        "expires_at": now + timedelta(days=9),
        "at": now,
    }


@pytest.fixture
def supervisor(make_user, district, as_actor):
    return as_actor(make_user(Role.SUPERVISOR, district))


def test_a_supervisor_gives_a_sign_in_and_nothing_kept_is_the_password(told, supervisor):
    device, password = devices.give(**told, actor=supervisor)

    assert len(password.replace("-", "")) == 25
    kept = DeviceSignIn.objects.filter(pk=device.pk).values().get()
    assert not any(password in str(value) for value in kept.values())
    entry = AuditEntry.objects.get(action="device.give")
    assert (entry.subject_id, entry.actor_id) == (device.pk, supervisor.user_id)
    assert password not in str(entry.details)


def test_the_same_form_twice_gives_one_sign_in(told, supervisor):
    devices.give(**told, actor=supervisor)

    with pytest.raises(devices.GivenAlready):
        devices.give(**told, actor=supervisor)

    assert DeviceSignIn.objects.count() == 1


@pytest.mark.parametrize("role", [Role.DISTRICT_OFFICER, Role.PROGRAMME_MANAGER, Role.AUDITOR, Role.ENUMERATOR])
def test_others_give_none(told, make_user, as_actor, role):
    with pytest.raises(NotPermitted):
        devices.give(**told, actor=as_actor(make_user(role)))


def test_a_supervisor_of_another_district_gives_none(told, make_user, other_district, as_actor):
    with pytest.raises(NotPermitted):
        devices.give(**told, actor=as_actor(make_user(Role.SUPERVISOR, other_district)))


def test_nobody_gives_a_sign_in_to_themselves(told, make_user, district, as_actor):
    officer = make_user(Role.DISTRICT_OFFICER, district)
    with pytest.raises(devices.CollectsNowhere):
        devices.give(**told | {"user_id": make_user(Role.AUDITOR).pk}, actor=as_actor(make_user(Role.ADMINISTRATOR)))
    administrator = make_user(Role.ADMINISTRATOR)
    with pytest.raises(devices.NotToOneself):
        devices.give(**told | {"user_id": administrator.pk}, actor=as_actor(administrator))
    actor = as_actor(administrator)
    device, _ = devices.give(**told | {"user_id": officer.pk}, actor=actor)
    with (
        pytest.raises(IntegrityError, match="core_devicesignin_not_to_oneself"),
        transaction.atomic(),
        acting(actor=as_actor(officer), at=told["at"]),
    ):
        DeviceSignIn.objects.create(
            uuid=uuid4(), name="x", username="x", ha1_md5=b"", ha1_sha256=b"", user=officer,
            created_at=told["at"], created_by=officer, expires_at=told["expires_at"],
        )  # fmt: skip
    assert device.user_id == officer.pk


def test_it_has_to_end_later_than_now(told, supervisor):
    with pytest.raises(devices.ExpiresTooEarly):
        devices.give(**told | {"expires_at": told["at"]}, actor=supervisor)


def test_giving_changes_nothing_when_the_audit_record_fails(committed_db, told, supervisor, broken_audit):
    with broken_audit(), pytest.raises(IntegrityError):
        devices.give(**told, actor=supervisor)

    assert not DeviceSignIn.objects.exists()


def test_ending_works_at_once_and_a_repeat_writes_nothing(told, supervisor):
    device, _ = devices.give(**told, actor=supervisor)

    for _ in range(2):
        devices.revoke(device_id=device.pk, reason="Lost", actor=supervisor, at=told["at"])

    device.refresh_from_db()
    assert (device.revoked_at, device.revoked_by_id) == (told["at"], supervisor.user_id)
    assert AuditEntry.objects.filter(action="device.revoke").count() == 1


def test_a_supervisor_elsewhere_ends_none(told, supervisor, make_user, other_district, as_actor):
    device, _ = devices.give(**told, actor=supervisor)
    elsewhere = as_actor(make_user(Role.SUPERVISOR, other_district))

    with pytest.raises(NotPermitted):
        devices.revoke(device_id=device.pk, reason="Mine", actor=elsewhere, at=told["at"])

    assert list(queries.sign_ins(actor=elsewhere)) == []
    assert list(queries.sign_ins(actor=supervisor)) == [device]


def test_the_database_lets_no_sign_in_be_changed_or_begun_again(told, supervisor):
    device, _ = devices.give(**told, actor=supervisor)
    devices.revoke(device_id=device.pk, reason="Lost", actor=supervisor, at=told["at"])

    for change in ({"expires_at": told["expires_at"] + timedelta(days=900)}, {"username": "other"}, {"ha1_md5": b"1"}):
        with pytest.raises(IntegrityError), transaction.atomic(), acting(actor=supervisor, at=told["at"]):
            DeviceSignIn.objects.filter(pk=device.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic(), acting(actor=supervisor, at=told["at"]):
        DeviceSignIn.objects.filter(pk=device.pk).update(revoked_at=None)
