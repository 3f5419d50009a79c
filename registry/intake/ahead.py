"""Work done ahead in a thread: while the database takes in one part, the next is read. Pure: no Django."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """One piece of work under way at a time, kept under a key until it is taken.

    What is taken under another key than it was started with is let go: it was made of something that has changed. The
    work must not touch the database, whose connection and transaction belong to the thread that starts it.
    """

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._under_way: tuple[object, Future[T]] | None = None

    def start(self, key: object, work: Callable[[], T]) -> None:
        """Begin ``work``, and forget what was begun before."""
        if self._pool is None:  # not before: threads do not survive the fork of a worker
            self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ahead")
        self._under_way = (key, self._pool.submit(work))

    def take(self, key: object) -> T | None:
        """What was begun under this key, waited for; ``None`` if nothing was. It raises what the work raised."""
        under_way, self._under_way = self._under_way, None
        if under_way is None or under_way[0] != key:
            return None
        return under_way[1].result()
