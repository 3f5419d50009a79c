"""Two at once: the second waits for the first. Held from a second connection, so that a missing lock is noticed."""

from uuid import uuid4

import psycopg
import pytest
from django.db import OperationalError, connection

from core.locks import Lock
from grievances.actions import cases
from tests.fixtures.people import AT


@pytest.fixture
def impatient(committed_db: None) -> None:
    """Our own connection gives up waiting after a moment."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")


def test_a_double_click_waits_for_the_first_one(
    committed_db: None, impatient, lodge, second_connection: psycopg.Connection
) -> None:
    key = uuid4()
    second_connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (Lock.CASE, key.hex))

    with pytest.raises(OperationalError, match="lock timeout"):
        lodge(uuid=key)
    second_connection.rollback()
    assert lodge(uuid=key).secret == lodge(uuid=key).secret


def test_an_act_waits_for_another_act_on_the_same_case(
    committed_db: None, impatient, received, officer, second_connection: psycopg.Connection
) -> None:
    second_connection.execute("SELECT FROM grievances_case WHERE id = %s FOR UPDATE", (received.pk,))

    with pytest.raises(OperationalError, match="lock timeout"):
        cases.acknowledge(case_id=received.pk, actor=officer, at=AT)
    second_connection.rollback()
    assert cases.acknowledge(case_id=received.pk, actor=officer, at=AT).status == "acknowledged"
