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

from core.api.counters import counters

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was counted for one token since the counters were emptied."""

    last_used_at: datetime | None
    refused: int


def used(client_id: int, at: datetime) -> None:
    """A call was let in."""
    try:
        counters().set(_used(client_id), at.isoformat())
    except redis.RedisError:
        _LOG.warning("The use of tokens is not counted")


def refused(client_id: int) -> None:
    """A call with this token was turned away: wrong secret, ended, run out, or an account that is closed."""
    try:
        counters().incr(_refused(client_id))
    except redis.RedisError:
        _LOG.warning("Refused calls are not counted")


def taken(client_ids: Sequence[int]) -> dict[int, Seen]:
    """What was counted for each of these, and empties the counters of refusals."""
    if not client_ids:
        return {}
    used_at = _kept([_used(one) for one in client_ids])
    refusals = _kept([_refused(one) for one in client_ids])
    found = {
        one: Seen(datetime.fromisoformat(at.decode()) if at else None, int(many or 0))
        for one, at, many in zip(client_ids, used_at, refusals, strict=True)
        if at or int(many or 0)
    }
    for one, seen in found.items():
        counters().delete(_used(one))
        if seen.refused:
            counters().decrby(_refused(one), seen.refused)
    return found


def _kept(keys: list[str]) -> list[bytes | None]:
    return list(counters().mget(keys))  # type: ignore[arg-type]  # the library's types tell of both its kinds of client


def _used(client_id: int) -> str:
    return f"api-client:{client_id}:used"


def _refused(client_id: int) -> str:
    return f"api-client:{client_id}:refused"
