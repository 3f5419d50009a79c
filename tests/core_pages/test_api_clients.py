"""Partner systems: an administrator adds one, its token is shown once, acts where it was appointed, and is ended."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from core.access.actor import SYSTEM, NotPermitted
from core.access.roles import Role
from core.acting import acting
from core.actions import api_clients, appointments, users
from core.models import ApiClient, Appointment, AuditEntry, User
from core.queries.access import actor_of
from tests.core_pages.conftest import parse, words


@pytest.fixture
def client(signed_in, administrator) -> Client:
    return signed_in(administrator)


@pytest.fixture(autouse=True)
def _no_counters():
    cache.clear()
    yield
    cache.clear()


def told(district, **changes) -> dict[str, object]:
    day = timezone.localdate() + timedelta(days=30)
    return {
        "one_shot": str(uuid4()),
        "name": "Civil registry",
        "email": "civil@example.org",
        "role": "district_officer",
        "place": district.pk,
        "programme": "",
        "last_day_day": day.day,
        "last_day_month": day.month,
        "last_day_year": day.year,
        "reason": "Agreement 7",
    } | changes


def token_on(page) -> str:
    return re.search(r"app-reference\">([0-9a-f]{16}\.[\w-]{43})<", page.content.decode())[1]


def call(token: str):
    return Client(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/households/")


def test_a_system_is_added_called_and_ended(client, district):
    form = told(district)
    page = client.post("/people/clients/new/", form)
    token = token_on(page)
    assert call(token).status_code == 200
    made = ApiClient.objects.get()
    assert (made.user.has_usable_password(), made.user.email) == (False, "civil@example.org")
    shown = client.get(f"/people/clients/{made.pk}/")
    assert token.partition(".")[2] not in shown.content.decode()
    assert district.name in words(shown) and "District officer" in words(shown)
    assert client.post("/people/clients/new/", form).status_code == 409  # the same form twice

    answer = client.post(f"/people/clients/{made.pk}/end/", {"reason": "Agreement over"}, follow=True)
    assert "is of no use any more" in words(answer) and "Ended" in words(answer)
    assert call(token).status_code == 401
    assert AuditEntry.objects.get(action="api_client.revoke").reason == "Agreement over"


def test_another_token_is_given_for_the_same_account(client, district):
    first = token_on(client.post("/people/clients/new/", told(district)))
    made = ApiClient.objects.get()
    last = {key: value for key, value in told(district).items() if key.startswith(("last_day", "one_shot"))}
    second = token_on(client.post(f"/people/clients/{made.pk}/token/", last))
    assert first != second and call(first).status_code == call(second).status_code == 200
    assert User.objects.filter(email="civil@example.org").count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"role": "finance_releaser"}, "not one of the available choices"),
        ({"role": "auditor"}, "not one of the available choices"),
        ({"last_day_year": 2020}, "The last day must be today or later"),
        ({"name": " "}, "This field is required"),
        ({"reason": ""}, "Write why."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(client, district, changes, sentence):
    page = client.post("/people/clients/new/", told(district, **changes))
    assert page.status_code == 422 and sentence in words(page)
    assert not ApiClient.objects.exists() and not User.objects.filter(email="civil@example.org").exists()


def test_a_persons_address_is_no_systems(client, district, make_user):
    user = make_user()
    page = client.post("/people/clients/new/", told(district, email=user.email))
    assert page.status_code == 422 and "a system has an account of its own" in words(page)
    assert not Appointment.objects.filter(user=user).exists()


def test_use_and_refusals_are_counted_and_shown(client, district):
    token = token_on(client.post("/people/clients/new/", told(district)))
    assert "Never" in words(client.get("/people/clients/"))
    call(token)
    call(f"{token}x")
    call(f"{token}y")
    now = timezone.now()
    assert api_clients.note_use(actor=SYSTEM, at=now) == 1
    assert api_clients.note_use(actor=SYSTEM, at=now) == 0
    made = ApiClient.objects.get()
    assert made.refused == 2 and made.last_used_at is not None
    row = parse(client.get("/people/clients/")).xpath("//tbody/tr")[0].text_content()
    assert "Never" not in row and "2" in row


def test_no_token_acts_in_a_sensitive_role(client, district, administrator, country, second_administrator):
    actor = actor_of(user_id=administrator.pk)
    token = token_on(client.post("/people/clients/new/", told(district)))
    made = ApiClient.objects.get()
    appointments.propose(
        user_id=made.user_id, role=Role.AUDITOR, scope_id=appointments.scope_for(area_id=country.pk).pk,
        starts_on=timezone.localdate(), actor=actor, at=timezone.now(),
    )  # fmt: skip
    with pytest.raises(api_clients.SensitiveRole):
        api_clients.create(
            name="x",
            user_id=made.user_id,
            expires_at=timezone.now() + timedelta(days=1),
            actor=actor,
            at=timezone.now(),
        )
    with (
        pytest.raises(IntegrityError, match="No token acts in a sensitive role"),
        transaction.atomic(),
        acting(actor=actor, at=timezone.now()),
    ):
        ApiClient.objects.create(
            name="x", public_id="x", secret_sha256=b"x" * 32, user_id=made.user_id, created_by_id=administrator.pk,
            created_at=timezone.now(), expires_at=timezone.now() + timedelta(days=1),
        )  # fmt: skip
    assert call(token).status_code == 200
    appointments.confirm(
        appointment_id=Appointment.objects.get(role="auditor", user_id=made.user_id).pk,
        actor=actor_of(user_id=second_administrator.pk), at=timezone.now(),
    )  # fmt: skip
    refused = call(token)
    assert refused.status_code == 401 and "sensitive role" in refused.json()["detail"]


def test_the_database_keeps_a_token_as_it_was_given(client, district, administrator):
    client.post("/people/clients/new/", told(district))
    actor = actor_of(user_id=administrator.pk)
    for values in ({"secret_sha256": b"y" * 32}, {"expires_at": timezone.now() + timedelta(days=900)}):
        with (
            pytest.raises(IntegrityError, match="never changes"),
            transaction.atomic(),
            acting(actor=actor, at=timezone.now()),
        ):
            ApiClient.objects.update(**values)


def test_an_administrator_of_one_district_sees_and_adds_there_alone(
    signed_in, make_user, client, district, other_district
):
    client.post("/people/clients/new/", told(other_district))
    local_user = make_user(Role.ADMINISTRATOR, district)
    local, made = signed_in(local_user), ApiClient.objects.get()
    assert "Civil registry" not in words(local.get("/people/clients/"))
    assert local.get(f"/people/clients/{made.pk}/").status_code == 404
    with pytest.raises(NotPermitted):
        api_clients.revoke(
            public_id=made.public_id, reason="x", actor=actor_of(user_id=local_user.pk), at=timezone.now()
        )
    page = local.post("/people/clients/new/", told(other_district, email="x@example.org"))
    assert page.status_code == 422 and not User.objects.filter(email="x@example.org").exists()


def test_nothing_is_given_when_the_audit_record_fails(committed_db, broken_audit, administrator, district):
    with broken_audit(), pytest.raises(IntegrityError):
        api_clients.add_system(
            uuid=uuid4(), name="X", email="x@example.org", role=Role.DISTRICT_OFFICER, area_id=district.pk,
            programme_code="", expires_at=timezone.now() + timedelta(days=1), reason="x",
            actor=actor_of(user_id=administrator.pk), at=timezone.now(),
        )  # fmt: skip
    assert not User.objects.filter(email="x@example.org").exists() and not ApiClient.objects.exists()
    user = users.create(email="m@example.org", full_name="M", password=None, actor=SYSTEM, at=timezone.now())
    made, _token = api_clients.create(
        name="M", user_id=user.pk, expires_at=timezone.now() + timedelta(days=1), actor=SYSTEM, at=timezone.now()
    )
    with broken_audit(), pytest.raises(IntegrityError):
        api_clients.revoke(public_id=made.public_id, reason="x", actor=SYSTEM, at=timezone.now())
    assert ApiClient.objects.get().revoked_at is None
