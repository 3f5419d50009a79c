"""Two acts at the same moment, each on a connection of its own: the second waits for the first, then finds it done."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction


def one_after_the_other(first: Callable[[], Any], second: Callable[[], Any], *, waits: bool = True) -> Any:
    """What ``second`` returns or raises, begun after ``first`` has written and before that is committed.

    ``waits``: that the second meets a lock of the first is part of what is asserted. Needs ``committed_db``.
    """
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(second())
        except Exception as error:
            found.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    with transaction.atomic():
        first()
        thread.start()
        end = time.monotonic() + 60
        while thread.is_alive() and not _somebody_waits():
            assert time.monotonic() < end, "the second neither waits nor ends"
            time.sleep(0.02)
        assert thread.is_alive() or not waits, f"the second did not wait for the first: {found}"
    thread.join(60)
    assert found, "the second never ended"
    return found[0]


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # what was seen once in a transaction is else seen for good
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND wait_event_type = 'Lock')"
        )
        return bool(cursor.fetchone()[0])
