"""A job's page is seen by who started it and by those who watch jobs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from core.access.actor import SYSTEM, Actor, ActorKind
from core.actions import users
from core.jobs import queue

AT = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
BACKEND = "django.contrib.auth.backends.ModelBackend"


def user(name: str):
    return users.create(email=f"{name}@example.org", full_name=name, password=None, actor=SYSTEM, at=AT)


@pytest.fixture
def starter(db):
    return user("starter")


@pytest.fixture
def job(starter):
    actor = Actor(kind=ActorKind.USER, user_id=starter.pk, name="starter")
    return queue.enqueue(kind="test", identity="test:1", label="Counting", actor=actor, at=AT, send=False)


def test_the_starter_sees_the_page_and_the_same_fragment(client: Client, starter, job) -> None:
    client.force_login(starter, backend=BACKEND)
    page = client.get(f"/jobs/{job.pk}/")
    fragment = client.get(f"/jobs/{job.pk}/progress/")
    assert page.status_code == fragment.status_code == 200
    assert b"Counting" in fragment.content and b"<html" not in fragment.content
    assert fragment.content.strip() in page.content


def test_another_user_without_the_permission_sees_no_such_job(client: Client, job) -> None:
    client.force_login(user("other"), backend=BACKEND)
    assert client.get(f"/jobs/{job.pk}/").status_code == 404
    assert client.get(f"/jobs/{job.pk}/progress/").status_code == 404


def test_a_stranger_must_sign_in(client: Client, job) -> None:
    assert client.get(f"/jobs/{job.pk}/progress/").status_code == 302
