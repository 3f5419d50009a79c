"""A message leaves if and only if its change was committed; a failing receiver holds up nobody else."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from core import outbox
from core.access.actor import SYSTEM
from core.acting import NobodyActs, acting
from core.models import OutboxMessage
from tests.fixtures.people import AT


@pytest.fixture
def received() -> Iterator[list[str]]:
    keys: list[str] = []
    outbox.register("test.told", lambda message: keys.append(message.key))
    yield keys
    outbox._senders.pop("test.told")


def put(key: str, topic: str = "test.told") -> OutboxMessage:
    with acting(actor=SYSTEM, at=AT):
        return outbox.put(topic=topic, key=key, payload={"reference": key})


def test_messages_are_delivered_once_in_their_order(received):
    put("a"), put("b")
    assert outbox.deliver(at=AT) == 2
    assert outbox.deliver(at=AT) == 0
    assert received == ["a", "b"]


def test_the_same_key_is_the_same_message(received):
    assert put("a").pk == put("a").pk
    outbox.deliver(at=AT)
    assert received == ["a"]


def test_a_change_that_is_rolled_back_tells_nobody(received):
    with pytest.raises(RuntimeError), acting(actor=SYSTEM, at=AT):
        outbox.put(topic="test.told", key="a", payload={})
        raise RuntimeError
    assert outbox.deliver(at=AT) == 0
    assert received == []


def test_a_failing_receiver_holds_up_nobody_and_is_tried_again(received):
    def fails(message: OutboxMessage) -> None:
        raise ConnectionError("No answer")

    outbox.register("test.deaf", fails)
    put("deaf", topic="test.deaf")
    put("a")

    assert outbox.deliver(at=AT) == 1
    assert outbox.deliver(at=AT + timedelta(minutes=1)) == 0

    deaf = OutboxMessage.objects.get(key="deaf")
    assert (deaf.attempts, deaf.last_error, deaf.delivered_at) == (2, "ConnectionError: No answer", None)
    assert received == ["a"]
    outbox._senders.pop("test.deaf")


def test_two_deliverers_never_take_the_same_message(committed_db, second_connection, received):
    message = put("a")
    second_connection.execute("SELECT 1 FROM core_outbox WHERE id = %s FOR UPDATE", (message.pk,))
    assert outbox.deliver(at=AT) == 0
    second_connection.rollback()
    assert outbox.deliver(at=AT) == 1


def test_nothing_is_told_when_nobody_acts():
    with pytest.raises(NobodyActs):
        outbox.put(topic="test.told", key="a", payload={})
