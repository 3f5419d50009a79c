"""Write the sample's files, part by part, in several processes if asked.

A part depends on the plan and its own bounds alone, so any number of processes and any size
of part give the same bytes. Files appear under their names only when all are complete.
"""

from __future__ import annotations

import csv
import io
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from registry.sample import duplicates, errors, world
from registry.sample.household import Household, make
from registry.sample.plan import Kind, Plan, kind_of

PART_SIZE = 500
AT_ONCE = 4  # parts that a process is given: no second process is started where one is given all
HOUSEHOLDS = errors.HOUSEHOLDS
PERSONS = errors.PERSONS
DUPLICATES = "truth/duplicates.csv"
ERRORS = "truth/errors.csv"
_DUPLICATE_HEADER = (
    "household_no",
    "person_no",
    "original_household_no",
    "original_person_no",
    "kind",
    "scope",
)
_ERROR_HEADER = ("household_no", "person_no", "file", "row", "column", "kind")

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Part:
    """Text of one part; ``errors`` hold rows counted from the part's first."""

    households: str
    persons: str
    duplicates: str
    errors: list[tuple[str, str, str, int, str, str]]
    household_rows: int
    person_rows: int
    duplicate_rows: int


@dataclass(slots=True)
class Summary:
    """How many rows each file holds, headers not counted."""

    households: int = 0
    persons: int = 0
    duplicate_persons: int = 0
    spoilt_households: int = 0


def write(
    *,
    pack: Path,
    out: Path,
    households: int,
    seed: int,
    on: date,
    spoilt_households: int = 0,
    workers: int = 1,
    part_size: int = PART_SIZE,
    progress: Progress | None = None,
) -> Summary:
    """Write households.csv, persons.csv and the truth files into ``out``.

    Raises:
        ValueError: a negative count, or more spoilt households than households.
        OSError: a file of the pack cannot be read or the folder cannot be written.
    """
    if households < 0 or not 0 <= spoilt_households <= households:
        raise ValueError("The sample needs 0 or more households, and no more spoilt ones.")
    bounds = [(a, min(a + part_size, households)) for a in range(0, households, part_size)]
    job = (pack, households, seed, on, spoilt_households)
    with ExitStack() as stack:
        plan = _plan(*job)
        files = _Files(stack, out, plan)
        for part in _parts(plan, job, bounds, workers, stack):
            files.add(part)
            if progress:
                progress(files.summary.households, households)
    files.publish()
    return files.summary


def _plan(pack: Path, households: int, seed: int, on: date, spoilt_count: int) -> Plan:
    return Plan(world.load(pack), households, seed, on, spoilt_count)


def _parts(
    plan: Plan,
    job: tuple[Path, int, int, date, int],
    bounds: list[tuple[int, int]],
    workers: int,
    stack: ExitStack,
) -> Iterator[Part]:
    if workers <= 1 or len(bounds) <= AT_ONCE:
        return (make_part(plan, *bound) for bound in bounds)
    pool = stack.enter_context(multiprocessing.get_context("spawn").Pool(workers, initializer=_start, initargs=job))
    return pool.imap(_work, bounds, chunksize=AT_ONCE)


_worker_plan: Plan | None = None


def _start(pack: Path, households: int, seed: int, on: date, spoilt_count: int) -> None:
    global _worker_plan
    _worker_plan = _plan(pack, households, seed, on, spoilt_count)


def _work(bound: tuple[int, int]) -> Part:
    assert _worker_plan is not None
    return make_part(_worker_plan, *bound)


def make_part(plan: Plan, first: int, last: int) -> Part:
    """Make the households of the slots from ``first`` up to, not including, ``last``."""
    texts = [io.StringIO() for _ in range(3)]
    writers = [csv.writer(text, lineterminator="\r\n") for text in texts]
    person_rows = duplicate_rows = 0
    errors_: list[tuple[str, str, str, int, str, str]] = []
    h_columns, p_columns = plan.world.household_columns, plan.world.person_columns
    for index in range(first, last):
        kind = kind_of(plan, index)
        truths: list[duplicates.Truth] = []
        if kind == Kind.DUPLICATE:
            household, truths = duplicates.plant(plan, index)
        elif kind == Kind.SPOILT:
            household, how = errors.spoil(plan, index)
            errors_.append(_error_row(household, how, index - first + 1, person_rows + 1))
        else:
            household = make(plan, index)
        get = household.row.get
        writers[0].writerow([get(c, "") for c in h_columns])
        writers[1].writerows([[p.get(c, "") for c in p_columns] for p in household.persons])
        for t in truths:
            writers[2].writerow(
                (
                    t.household_no,
                    t.person_no,
                    t.original_household_no,
                    t.original_person_no,
                    t.kind,
                    t.scope,
                )
            )
        person_rows += len(household.persons)
        duplicate_rows += len(truths)
    return Part(
        households=texts[0].getvalue(),
        persons=texts[1].getvalue(),
        duplicates=texts[2].getvalue(),
        errors=errors_,
        household_rows=last - first,
        person_rows=person_rows,
        duplicate_rows=duplicate_rows,
    )


def _error_row(
    household: Household, how: errors.Spoilt, household_row: int, first_person_row: int
) -> tuple[str, str, str, int, str, str]:
    no = household.row["household_no"]
    if how.place < 0:
        return no, "", HOUSEHOLDS, household_row, how.column, how.kind
    person = household.persons[how.place]
    row = first_person_row + how.place
    return person["household_no"], person["person_no"], PERSONS, row, how.column, how.kind


class _Files:
    """The files in the making; they take their names when all are written."""

    def __init__(self, stack: ExitStack, out: Path, plan: Plan) -> None:
        self.summary = Summary()
        (out / "truth").mkdir(parents=True, exist_ok=True)
        names = [HOUSEHOLDS, PERSONS, DUPLICATES] + ([ERRORS] if plan.errors else [])
        self._paths = {name: out / name for name in names}
        if not plan.errors:
            (out / ERRORS).unlink(missing_ok=True)
        self._files = {
            name: stack.enter_context(path.with_name(path.name + ".part").open("w", encoding="utf-8", newline=""))
            for name, path in self._paths.items()
        }
        headers = {
            HOUSEHOLDS: plan.world.household_columns,
            PERSONS: plan.world.person_columns,
            DUPLICATES: _DUPLICATE_HEADER,
            ERRORS: _ERROR_HEADER,
        }
        for name, file in self._files.items():
            csv.writer(file, lineterminator="\r\n").writerow(headers[name])

    def add(self, part: Part) -> None:
        counts = self.summary
        self._files[HOUSEHOLDS].write(part.households)
        self._files[PERSONS].write(part.persons)
        self._files[DUPLICATES].write(part.duplicates)
        for no, person_no, file, row, column, kind in part.errors:
            before = counts.households if file == HOUSEHOLDS else counts.persons
            csv.writer(self._files[ERRORS], lineterminator="\r\n").writerow(
                (no, person_no, file, before + row + 1, column, kind)
            )
        counts.households += part.household_rows
        counts.persons += part.person_rows
        counts.duplicate_persons += part.duplicate_rows
        counts.spoilt_households += len(part.errors)

    def publish(self) -> None:
        for path in self._paths.values():
            path.with_name(path.name + ".part").replace(path)
