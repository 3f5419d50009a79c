"""Statements of a short act: planned once a connection, and sent without waiting for what nobody asks back.

Whoever takes in one household sends some thirty statements. Planning them anew each time is most of the server's work,
and waiting for the end of each most of ours.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn

from django.db import connection
from psycopg import Cursor

# Planned for a few rows found by key, whatever the statistics say: a plan is kept for as long as the connection is.
_PLANS = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}
_AS_EVER = {"plan_cache_mode": "auto", "enable_seqscan": "on", "enable_hashjoin": "on", "enable_mergejoin": "on"}

# The driver's connection, while statements are sent ahead on it.
_few: ContextVar[Any] = ContextVar("statements_for_few", default=None)


@contextmanager
def for_few_rows(
    *, when: bool = True, alone: bool = False, settings: Mapping[str, str] | None = None
) -> Iterator[bool]:
    """Within this block, inside a transaction, ``cursor`` prepares its statements and sends them ahead.

    A statement that fails raises where the next answer is asked for, at the latest at the end of the block. Only for
    statements that find few rows, by key: their plans allow nothing else. The framework's own cursors are refused
    meanwhile, because they would take "not answered yet" for "no row changed". ``when`` false: nothing of the kind.
    ``alone``: the transaction ends with the block. ``settings`` are set for the transaction by the statement that sets
    how plans are made; true is told if that was done, false within another such block or where ``when`` is false.
    """
    if not when or _few.get() is not None:
        yield False
        return
    with _preparing() as raw:
        token = _few.set(raw)
        try:
            with connection.execute_wrapper(_refuse), connection.wrap_database_errors, raw.pipeline():
                _plan(_PLANS, settings)
                yield True
                if not alone:
                    _plan(_AS_EVER)
        finally:
            _few.reset(token)


def look_up(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows that a statement finds by key; each connection plans it once. Outside of transactions, too."""
    if _few.get() is not None:
        with cursor() as one:
            one.execute(statement, values)
            return list(one.fetchall())
    with _preparing() as raw, connection.wrap_database_errors, Cursor(raw) as one:
        return list(one.execute(statement, values).fetchall())


def cursor() -> Any:
    """A cursor, to be closed by ``with``: the framework's, or within ``for_few_rows`` one of its kind."""
    raw = _few.get()
    return connection.cursor() if raw is None else Cursor(raw)


@contextmanager
def _preparing() -> Iterator[Any]:
    """The driver's connection, which prepares each statement when it is first sent."""
    connection.ensure_connection()
    raw = connection.connection
    threshold, raw.prepare_threshold = raw.prepare_threshold, 0
    try:
        yield raw
    finally:
        raw.prepare_threshold = threshold


def _plan(plans: Mapping[str, str], settings: Mapping[str, str] | None = None) -> None:
    told = [f"set_config('{name}', '{to}', true)" for name, to in plans.items()]
    told += [f"set_config('{name}', %s, true)" for name in settings or ()]
    with cursor() as one:
        one.execute(f"SELECT {', '.join(told)}", [*(settings or {}).values()])


def _refuse(*_: Any) -> NoReturn:
    raise RuntimeError("Within core.statements.for_few_rows statements go through its cursor.")
