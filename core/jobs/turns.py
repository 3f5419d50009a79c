"""Parts of a job that are made ready side by side and go in one after the other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Turn:
    """The turn of one part: comes when every part before it is in, and comes once."""

    def __init__(self, wait: Callable[[], None]) -> None:
        self._wait: Callable[[], None] | None = wait

    def come(self) -> None:
        wait, self._wait = self._wait, None
        if wait is not None:
            wait()


_current: ContextVar[Turn | None] = ContextVar("turn", default=None)


@contextmanager
def of(turn: Turn) -> Iterator[None]:
    """``wait`` waits for this turn meanwhile; at the end of the block it has come."""
    token = _current.set(turn)
    try:
        yield
        turn.come()
    finally:
        _current.reset(token)


def wait() -> None:
    """Wait until every part before this one is in, where parts are made ready side by side (``core.jobs.beside``).

    ``JobKind.run_part`` calls it before it looks at what parts before may have written, or holds what another part
    may wait for. Where a part is done by itself it returns at once.
    """
    turn = _current.get()
    if turn is not None:
        turn.come()
