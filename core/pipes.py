"""Two processes of one program speak by the pipes between them: a length, and what was pickled. Pure: no Django."""

import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO


class Gone(Exception):
    """Nobody is at the other end any more."""


def put(stream: BinaryIO, value: object) -> None:
    """Say something to the other side.

    Raises:
        Gone: nobody hears it.
    """
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    try:
        stream.write(len(data).to_bytes(8, "big") + data)
        stream.flush()
    except OSError as error:
        raise Gone from error


def get(stream: BinaryIO) -> Any:
    """What the other side says, waited for.

    Raises:
        Gone: it ended before it had said all.
    """
    try:
        length = stream.read(8)
        data = stream.read(int.from_bytes(length, "big"))
    except OSError as error:
        raise Gone from error
    if len(length) < 8 or len(data) < int.from_bytes(length, "big"):
        raise Gone
    return pickle.loads(data)


def value_of(answer: tuple[Any, Exception | None]) -> Any:
    """What came of the work that ``serve`` did at the other side; it raises what the work raised."""
    value, error = answer
    if error is not None:
        raise error
    return value


def ends() -> tuple[BinaryIO, BinaryIO]:
    """In a process that was started to serve: where it is asked, and where it answers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is for who started us, and then we end too
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints does not spoil the answers
    return sys.stdin.buffer, answers


def serve(answers: BinaryIO, work: Callable[[], object]) -> None:
    """Do one piece of work after the other, and say what came of each or what it raised, until nobody asks any more.

    ``work`` hears itself what it is asked for (``get``).
    """
    with suppress(Gone):
        while True:
            answer: tuple[object, Exception | None]
            try:
                answer = work(), None
            except Gone:
                raise
            except Exception as error:
                answer = None, _told(error)
            put(answers, answer)


def _told(error: Exception) -> Exception:
    """The same, fit to travel, with where it was raised."""
    where = traceback.format_exc()
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        error = RuntimeError(str(error))
    error.add_note(where)
    return error
