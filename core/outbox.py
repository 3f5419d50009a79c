"""Messages that leave: written with the change that they tell of, delivered after it is committed, at least once."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from core.acting import current
from core.models import OutboxMessage

Sender = Callable[[OutboxMessage], None]
BATCH = 100
_senders: dict[str, Sender] = {}


def register(topic: str, sender: Sender) -> None:
    """Say who delivers a topic's messages; packages call this in ``AppConfig.ready``. A topic without one waits."""
    _senders[topic] = sender


def put(*, topic: str, key: str, payload: Mapping[str, Any]) -> OutboxMessage:
    """Write a message in the transaction of the act under way. The same ``key`` again is the same message.

    ``payload`` holds references and counts; who receives it asks for personal data under its own rights.

    Raises:
        NobodyActs: called outside ``core.acting``.
    """
    act = current()
    message, _ = OutboxMessage.objects.get_or_create(
        key=key, defaults={"topic": topic, "payload": dict(payload), "created_at": act.at}
    )
    return message


def deliver(*, at: datetime) -> int:
    """Hand waiting messages to their senders, oldest first; returns how many were delivered.

    Each message is locked and marked in a transaction of its own, so that a failure of one holds up no other, and two
    deliverers never take the same one. A sender that fails is tried again at the next call; the receiver sees a
    repeat by the key.
    """
    waiting = OutboxMessage.objects.filter(delivered_at__isnull=True, topic__in=list(_senders)).order_by("id")
    delivered = 0
    for key in list(waiting.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            message = (
                OutboxMessage.objects.select_for_update(skip_locked=True).filter(pk=key, delivered_at=None).first()
            )
            if message is None:
                continue
            message.attempts += 1
            try:
                with transaction.atomic():
                    _senders[message.topic](message)
            except Exception as error:  # whatever a sender does, the others' messages go on
                message.last_error = f"{type(error).__name__}: {error}"[:500]
            else:
                message.delivered_at, message.last_error = at, ""
                delivered += 1
            message.save(update_fields=["attempts", "last_error", "delivered_at"])
    return delivered
