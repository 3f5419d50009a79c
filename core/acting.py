"""Acting: the transaction in which somebody changes something."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from core import statements
from core.access.actor import Actor

_SETTINGS = ("core.actor_kind", "core.actor_id", "core.reason", "core.request_id", "core.at", "core.today")
_SET = "SELECT " + ", ".join(f"set_config('{name}', %s, true)" for name in _SETTINGS)


@dataclass(frozen=True, slots=True)
class Act:
    """The act under way: its actor, why and when (``at`` is passed in: no clock below views and tasks)."""

    actor: Actor
    reason: str
    at: datetime
    job_id: int | None = None


_current: ContextVar[Act | None] = ContextVar("act", default=None)


class NobodyActs(Exception):
    """This must happen inside ``core.acting``."""


@contextmanager
def acting(
    *, actor: Actor, at: datetime, reason: str = "", job_id: int | None = None, few_rows: bool = False
) -> Iterator[Act]:
    """Open a transaction in which ``actor`` acts; the database's guards and history read who it is.

    Nested acts (an action that calls a lower package's action) join the transaction and restore the outer act's
    actor and reason when they end. Without an act, triggers refuse every write to a guarded table.
    ``few_rows``: its statements are sent ahead (``core.statements.for_few_rows``).
    """
    outer = _current.get()
    act = Act(
        actor=actor,
        reason=reason or (outer.reason if outer else ""),
        at=at,
        job_id=job_id or (outer.job_id if outer else None),
    )
    joins = connection.in_atomic_block
    settings = _settings(act)
    with (
        transaction.atomic(),
        statements.for_few_rows(when=few_rows, alone=not joins, settings=settings) as announced,
    ):
        if not announced:
            _announce(settings)
        token = _current.set(act)
        try:
            yield act
        except BaseException:
            # The rollback to the savepoint restores the settings; a failed statement allows no other before it.
            _current.reset(token)
            raise
        _current.reset(token)
        if joins and not connection.needs_rollback:
            _announce(_settings(outer))  # else the transaction ends, and with it who acts in it


def current() -> Act:
    """The act under way.

    Raises:
        NobodyActs: there is none.
    """
    act = _current.get()
    if act is None:
        raise NobodyActs("Nobody is acting: open core.acting first.")
    return act


def _settings(act: Act | None) -> dict[str, str]:
    values = (
        (
            act.actor.kind.value,
            str(act.actor.user_id or ""),
            act.reason,
            act.actor.request_id,
            act.at.isoformat(),
            timezone.localdate(act.at).isoformat(),  # the country's day, which the database does not know
        )
        if act
        else ("",) * len(_SETTINGS)
    )
    return dict(zip(_SETTINGS, values, strict=True))


def _announce(settings: Mapping[str, str]) -> None:
    with statements.cursor() as cursor:
        cursor.execute(_SET, [*settings.values()])
