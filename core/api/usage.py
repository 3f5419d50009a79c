"""When tokens were used, and how many calls were refused: counted beside the database, which a GET does not write.

The counters are brought into the database every few minutes (``core.actions.api_clients.note_use``); what was counted
since is lost if the cache is.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import redis
from django.core.cache import cache

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was counted for one token since the counters were emptied."""

    last_used_at: datetime | None
    refused: int


def used(client_id: int, at: datetime) -> None:
    """A call was let in."""
    try:
        cache.set(_used(client_id), at, timeout=None)
    except redis.RedisError:
        _LOG.warning("The use of tokens is not counted")


def refused(client_id: int) -> None:
    """A call with this token was turned away: wrong secret, ended, run out, or an account that is closed."""
    try:
        cache.add(_refused(client_id), 0, timeout=None)
        cache.incr(_refused(client_id))
    except (redis.RedisError, ValueError):
        _LOG.warning("Refused calls are not counted")


def taken(client_ids: Sequence[int]) -> dict[int, Seen]:
    """What was counted for each of these, and empties the counters of refusals."""
    kept = cache.get_many([key(one) for one in client_ids for key in (_used, _refused)])
    found = {
        one: Seen(kept.get(_used(one)), int(kept.get(_refused(one)) or 0))
        for one in client_ids
        if _used(one) in kept or kept.get(_refused(one))
    }
    cache.delete_many([_used(one) for one in found])
    for one, seen in found.items():
        if seen.refused:
            cache.decr(_refused(one), seen.refused)
    return found


def _used(client_id: int) -> str:
    return f"api-client:{client_id}:used"


def _refused(client_id: int) -> str:
    return f"api-client:{client_id}:refused"
