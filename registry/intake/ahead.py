"""Work done ahead in a process of its own: while the database takes in one part, the next is read. Pure: no Django.

A thread would not do: reading is all Python, and the thread that talks to the database would wait for its turn after
every statement.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

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
            _put(asked, (work, arguments, None if last == self._sent else last))
        except OSError:  # the process was killed: whoever takes makes it anew
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
            message = _get(self._pipes()[1])
        except (OSError, EOFError):  # the process was killed
            self.stop()
            return None
        value, error = pickle.loads(message)
        if error is not None:
            raise error
        return value

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


def _put(stream: BinaryIO, value: Any) -> None:
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    stream.write(len(data).to_bytes(8, "big") + data)
    stream.flush()


def _get(stream: BinaryIO) -> bytes:
    """Raises: EOFError: who writes is gone."""
    length = stream.read(8)
    data = stream.read(int.from_bytes(length, "big"))
    if len(length) < 8 or len(data) < int.from_bytes(length, "big"):
        raise EOFError
    return data


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Do one piece of work after the other, until nobody asks any more."""
    last: tuple[Any, ...] = ()
    while True:
        try:
            message = _get(asked)
        except EOFError:
            return
        try:
            work, arguments, changed = pickle.loads(message)
            last = last if changed is None else changed
            answer: tuple[Any, Exception | None] = (work(*arguments, *last), None)
        except Exception as error:
            answer = (None, error)
        _put(answers, answer)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is for who started us, and then we end too
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints does not spoil the answers
    serve(sys.stdin.buffer, out)
