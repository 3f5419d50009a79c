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

_few: ContextVar[bool] = ContextVar("statements_for_few", default=False)


@contextmanager
def for_few_rows(*, when: bool = True, alone: bool = False) -> Iterator[None]:
    """Within this block, inside a transaction, ``cursor`` prepares its statements and sends them ahead.

    A statement that fails raises where the next answer is asked for, at the latest at the end of the block. Only for
    statements that find few rows, by key: their plans allow nothing else. The framework's own cursors are refused
    meanwhile, because they would take "not answered yet" for "no row changed". ``when`` false: nothing of the kind.
    ``alone``: the transaction ends with the block.
    """
    if not when or _few.get():
        yield
        return
    with _preparing() as raw:
        token = _few.set(True)
        try:
            with connection.execute_wrapper(_refuse), connection.wrap_database_errors, raw.pipeline():
                _plan(_PLANS)
                yield
                if not alone:
                    _plan(_AS_EVER)
        finally:
            _few.reset(token)


def look_up(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows that a statement finds by key; each connection plans it once. Outside of transactions, too."""
    if _few.get():
        with cursor() as one:
            one.execute(statement, values)
            return list(one.fetchall())
    with _preparing() as raw, connection.wrap_database_errors, Cursor(raw) as one:
        return list(one.execute(statement, values).fetchall())


def cursor() -> Any:
    """A cursor, to be closed by ``with``: the framework's, or within ``for_few_rows`` one of its kind."""
    return Cursor(connection.connection) if _few.get() else connection.cursor()


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


def _plan(settings: dict[str, str]) -> None:
    with cursor() as one:
        one.execute("SELECT " + ", ".join(f"set_config('{name}', '{to}', true)" for name, to in settings.items()))


def _refuse(*_: Any) -> NoReturn:
    raise RuntimeError("Within core.statements.for_few_rows statements go through its cursor.")
