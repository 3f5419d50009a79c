"""Requests with an idempotency key: the same again is answered the same, and done once."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.crypto import salted_hmac

from core import audit, statements
from core.access.actor import Actor, NotPermitted
from core.acting import acting, current
from core.locks import Lock, hold
from core.models import KeptAnswer

KEPT_FOR = timedelta(days=90)
"""Longer than a partner's system stays cut off; a repeat after that would be a new request."""


_KEPT = "SELECT digest, answer::text FROM core_keptanswer WHERE user_id = %(user)s AND key = %(key)s"
_KEEP = """
INSERT INTO core_keptanswer (user_id, key, digest, answer, created_at)
VALUES (%(user)s, %(key)s, %(digest)s, %(answer)s, %(at)s)
"""


class KeyUsedOtherwise(Exception):
    """This idempotency key came before with another request."""


def kept(*, key: UUID, body: bytes, actor: Actor) -> dict[str, Any] | None:
    """What the same request was answered before, if it was. Inside the caller's act.

    Two at once: the second waits here until the first has committed or failed.

    Raises:
        NobodyActs: called outside ``core.acting``.
        KeyUsedOtherwise: the key came with another body.
    """
    current()
    hold(Lock.REPEAT, f"{actor.user_id}:{key}")
    found = statements.look_up(_KEPT, {"user": _user(actor), "key": key})
    if not found:
        return None
    digest, answer = found[0]
    if bytes(digest) != _digest(body):
        raise KeyUsedOtherwise("This idempotency key came before with another request: draw a new one.")
    return dict(json.loads(answer))


def keep(*, key: UUID, body: bytes, answer: Mapping[str, Any], actor: Actor, at: datetime) -> None:
    """Keep the answer, in the act that it tells of."""
    values = {"user": _user(actor), "key": key, "digest": _digest(body), "answer": json.dumps(answer), "at": at}
    with statements.cursor() as cursor:
        cursor.execute(_KEEP, values)


def sweep(*, actor: Actor, at: datetime, part: int = 5_000) -> int:
    """Remove answers older than ``KEPT_FOR``, ``part`` at a time, each part for itself; returns how many.

    A key that comes again after that is a new request.
    """
    removed = 0
    while True:
        with acting(actor=actor, at=at):
            old = KeptAnswer.objects.filter(created_at__lt=at - KEPT_FOR).order_by("created_at", "id")
            count, _ = KeptAnswer.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:part])).delete()
            if count:
                audit.record("repeats.sweep", subject_type="kept_answer", details={"removed": count})
        removed += count
        if count < part:
            return removed


def _user(actor: Actor) -> int:
    """Keys belong to who sends them.

    Raises:
        NotPermitted: nobody in person asks.
    """
    if actor.user_id is None:
        raise NotPermitted(sentence="Only somebody signed in sends a request with a key.")
    return actor.user_id


def _digest(body: bytes) -> bytes:
    return salted_hmac("core.repeats", body, algorithm="sha256").digest()
