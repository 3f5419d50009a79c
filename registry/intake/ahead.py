"""Work done ahead in a process of its own: while the database takes in one part, the next is read. Pure: no Django.

A thread would not do: reading is all Python, and the thread that talks to the database would wait for its turn after
every statement.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

from core import pipes

T = TypeVar("T")
_ROOT = Path(__file__).resolve().parents[2]


class Ahead(Generic[T]):
    """One piece of work under way at a time, kept under a key until it is taken.

    What is taken under another key than it was started with is let go: it was made of something that has changed. The
    work must not touch the database. The process ends with ``stop``, or when this one ends, however it does.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._under_way: object = None
        self._sent: tuple[Any, ...] = ()

    def start(self, key: object, work: Callable[..., T], *arguments: object, last: tuple[Any, ...] = ()) -> None:
        """Begin ``work`` (a function of a module, since it travels by name), and forget what was begun before.

        ``last``: its last arguments, which travel only when they have changed since the piece of work before.
        """
        if self._under_way is not None:
            self.stop()
        try:
            asked = self._pipes()[0]
            pipes.put(asked, (work, arguments, None if last == self._sent else last))
        except (OSError, pipes.Gone):  # it cannot be started, or was killed: whoever takes makes it anew
            self.stop()
        else:
            self._under_way, self._sent = key, last

    def take(self, key: object) -> T | None:
        """What was begun under this key, waited for; ``None`` if nothing was. It raises what the work raised."""
        if self._under_way is None or self._under_way != key:
            self.stop()
            return None
        self._under_way = None
        try:
            answer: tuple[T, Exception | None] = pipes.get(self._pipes()[1])
        except pipes.Gone:  # the process was killed
            self.stop()
            return None
        return pipes.value_of(answer)

    def stop(self) -> None:
        """End the process, and forget what was begun."""
        process, self._process, self._under_way, self._sent = self._process, None, None, ()
        if process is not None:
            process.kill()
            process.communicate()

    def _pipes(self) -> tuple[BinaryIO, BinaryIO]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (str(_ROOT), *sys.path)))},
            )
        assert self._process.stdin and self._process.stdout
        return self._process.stdin, self._process.stdout  # type: ignore[return-value]


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Do one piece of work after the other, until nobody asks any more."""
    last: tuple[Any, ...] = ()

    def next_piece() -> object:
        nonlocal last
        work, arguments, changed = pipes.get(asked)
        last = last if changed is None else changed
        return work(*arguments, *last)

    pipes.serve(answers, next_piece)


if __name__ == "__main__":
    serve(*pipes.ends())
