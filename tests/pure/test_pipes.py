"""Two processes of one program: what is said comes as it was said, and who is gone keeps nobody waiting."""

import os
from contextlib import closing

import pytest

from core import pipes


class OnlyHere(Exception):
    """It cannot be made again from what it tells: it takes two."""

    def __init__(self, first, second):
        super().__init__(f"{first} and {second}")


@pytest.fixture
def pipe():
    reads, writes = os.pipe()
    with os.fdopen(reads, "rb") as at_this_end, os.fdopen(writes, "wb") as at_the_other:
        yield at_this_end, at_the_other


def answers_to(pipe, *questions):
    """What is answered by work that takes one question after the other, until they are over."""
    here, there = pipe
    left = list(questions)

    def work():
        if not left:
            raise pipes.Gone
        return left.pop(0)()

    pipes.serve(there, work)
    return [pipes.get(here) for _ in questions]


def test_what_is_said_comes_whole_and_in_its_order(pipe):
    here, there = pipe
    said = [None, {"counts": [1, 2]}, "long " * 5000]

    for one in said:
        pipes.put(there, one)

    assert [pipes.get(here) for _ in said] == said


def test_who_ends_before_or_within_what_is_said_is_gone(pipe):
    here, there = pipe
    there.write((100).to_bytes(8, "big") + b"a beginning")
    there.close()

    for _ in range(2):
        with pytest.raises(pipes.Gone):
            pipes.get(here)


def test_what_is_said_to_nobody_is_refused(pipe):
    here, there = pipe
    here.close()

    with closing(os.fdopen(os.dup(there.fileno()), "wb", buffering=0)) as there, pytest.raises(pipes.Gone):
        pipes.put(there, "hello?")


def test_what_work_raises_is_raised_where_it_is_waited_for_and_the_next_is_done(pipe):
    def goes_wrong():
        raise KeyError("H7")

    failed, done = answers_to(pipe, goes_wrong, lambda: 7)

    with pytest.raises(KeyError, match="H7") as raised:
        pipes.value_of(failed)
    assert "goes_wrong" in raised.value.__notes__[0]
    assert pipes.value_of(done) == 7


def test_an_error_that_cannot_travel_is_told_in_its_words(pipe):
    def goes_wrong():
        raise OnlyHere("this", "that")

    (failed,) = answers_to(pipe, goes_wrong)

    with pytest.raises(RuntimeError, match="this and that"):
        pipes.value_of(failed)


def test_work_that_ends_too_early_is_not_taken_for_somebody_who_is_gone(pipe):
    def reads_on_after_the_end():
        raise EOFError("The file is shorter than it says.")

    (failed,) = answers_to(pipe, reads_on_after_the_end)

    with pytest.raises(EOFError, match="shorter than it says"):
        pipes.value_of(failed)
