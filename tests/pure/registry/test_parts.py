"""Laws of the parts that a pair of files is cut into, and of what is read ahead."""

import csv
import os
import signal
import subprocess
import sys
import time
from operator import add
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.intake.ahead import Ahead
from registry.intake.columns import CORE_HOUSEHOLD_COLUMNS, CORE_PERSON_COLUMNS
from registry.intake.files import SourceFile, spool
from registry.intake.parts import read_part

NOTHING_ASKED = SimpleNamespace(of=lambda level: ())
HOUSEHOLD, PERSON = ([c.name for c in columns] for columns in (CORE_HOUSEHOLD_COLUMNS, CORE_PERSON_COLUMNS))
cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


def put(path, header, rows, ends):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", lineterminator=ends, quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
    return SourceFile(path, path.name)


@settings(max_examples=60, deadline=None)
@given(
    addresses=st.lists(cells, min_size=1, max_size=7),
    names=st.lists(st.tuples(st.integers(0, 6), cells), min_size=1, max_size=15),
    size=st.integers(1, 4),
    ends=st.sampled_from(["\n", "\r\n"]),
)
def test_every_cell_comes_out_of_its_part_as_it_was_written(addresses, names, size, ends):
    households = [{"household_no": f"H{n}", "address": text} for n, text in enumerate(addresses)]
    persons = [{"household_no": f"H{home % len(addresses)}", "given_names": text} for home, text in names]

    with TemporaryDirectory() as folder:
        spooled = spool(
            households=put(Path(folder, "h.csv"), HOUSEHOLD, households, ends),
            persons=put(Path(folder, "p.csv"), PERSON, persons, ends),
            questionnaire=NOTHING_ASKED,
            folder=Path(folder),
            part_size=size,
        )
        came = [one for part in range(spooled.parts) for one in read_part(Path(folder), part)]

    assert [(one.key, one.row.get("address", "")) for one in came] == [
        (row["household_no"], row["address"]) for row in households
    ]
    assert [one.line for one in came] == list(range(2, len(households) + 2))
    for one in came:
        theirs = [(n, row) for n, row in enumerate(persons, start=2) if row["household_no"] == one.key]
        assert one.member_lines == [n for n, _ in theirs]
        assert [member.get("given_names", "") for member in one.members] == [row["given_names"] for _, row in theirs]


@pytest.fixture
def ahead():
    ahead = Ahead()
    yield ahead
    ahead.stop()


def test_what_was_read_ahead_of_something_else_is_let_go(ahead):
    ahead.start(("part", 2), str, "read against the old questionnaire")

    assert ahead.take(("part", 3)) is None
    assert ahead.take(("part", 2)) is None


def test_what_was_begun_before_does_not_come_for_what_was_begun_after(ahead):
    ahead.start(1, str, "one")
    ahead.start(2, str, "two")

    assert ahead.take(2) == "two"


def test_what_work_is_done_with_is_kept_until_it_changes(ahead):
    for number, last in enumerate(["old", "old", "new", "old"]):
        ahead.start(number, add, "against the ", last=(last,))
        assert ahead.take(number) == f"against the {last}"


def test_what_was_read_ahead_is_waited_for_and_its_error_raised(ahead, tmp_path):
    ahead.start(1, time.sleep, 0.05)
    assert ahead.take(1) is None

    ahead.start(2, os.getpid)
    assert ahead.take(2) not in (None, os.getpid())

    ahead.start(3, Path.read_text, tmp_path / "gone")
    with pytest.raises(FileNotFoundError):
        ahead.take(3)


def test_when_the_process_is_killed_nothing_was_read_ahead_and_the_next_is(ahead):
    ahead.start(1, os.getpid)
    process = ahead.take(1)
    ahead.start(2, time.sleep, 30)
    os.kill(process, signal.SIGKILL)

    assert ahead.take(2) is None
    ahead.start(3, str, "again")
    assert ahead.take(3) == "again"


def test_the_process_ends_when_who_reads_ahead_is_gone(tmp_path):
    script = (
        "import os, sys, time; from registry.intake.ahead import Ahead; a = Ahead(); a.start(1, os.getpid);"
        "print(a.take(1), flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert done.returncode == -signal.SIGKILL
    with pytest.raises(psutil.NoSuchProcess):
        psutil.Process(int(done.stdout)).wait(timeout=20)
        psutil.Process(int(done.stdout))
