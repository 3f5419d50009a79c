"""A partner's system that signs in with a token."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from core.access.actor import SYSTEM
from core.access.roles import Role
from core.actions import api_clients, appointments, users
from core.models import Area, User
from tests.fixtures.people import AT

Send = Callable[..., Any]


@pytest.fixture
def machine(db_or_committed: None, district: Area) -> User:
    """An account without a password, officer of the first district."""
    user = users.create(email="machine@example.org", full_name="Partner system", password=None, actor=SYSTEM, at=AT)
    appointments.propose(
        user_id=user.pk,
        role=Role.DISTRICT_OFFICER,
        scope_id=appointments.scope_for(area_id=district.pk).pk,
        starts_on=AT.date().replace(year=2020),
        actor=SYSTEM,
        at=AT,
    )
    return user


@pytest.fixture
def token(machine: User) -> str:
    now = timezone.now()
    _, token = api_clients.create(
        name="Partner", user_id=machine.pk, expires_at=now + timedelta(days=1), actor=SYSTEM, at=now
    )
    return token


@pytest.fixture
def api(token: str) -> Client:
    """A client that sends the token with every request."""
    return Client(headers={"Authorization": f"Bearer {token}"}, raise_request_exception=False)


@pytest.fixture
def send(api: Client) -> Send:
    """``send(payload, ..., key=)``: a bundle, and what it is answered."""

    def post(*payloads: Any, key: Any = None, **headers: str) -> Any:
        return api.post(
            "/api/v1/bundles/",
            json.dumps({"households": payloads}),
            content_type="application/json",
            headers={"Idempotency-Key": str(key or uuid4())} | headers,
        )

    return post
