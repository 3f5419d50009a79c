"""The households of a part of an import, read and written for COPY: what is done ahead, without the database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid5

from registry.intake.files import Household, read_part
from registry.intake.reading import Reader, Source, Surroundings, Told
from registry.intake.staging import Arrival, Arrived, written

_reader: Reader | None = None


def made(
    folder: Path, part: int, around: Surroundings, arrival: Arrival, namespace: UUID, missing: frozenset[str]
) -> list[Arrived]:
    """The households of one part, to travel far.

    Of each only its rows, issues and names of itself are kept, and what it tells if it speaks of another file.

    Raises:
        FileNotFoundError: this machine has not got the part.
    """
    reader = _reader_of(around)
    return [_arrived(reader, one, arrival, namespace, missing) for one in read_part(folder, part)]


def _reader_of(around: Surroundings) -> Reader:
    """The last one if it reads against the same: it remembers what people write."""
    global _reader
    if _reader is None or _reader.around != around:
        _reader = Reader(around)
    return _reader


def _arrived(
    reader: Reader, household: Household, arrival: Arrival, namespace: UUID, missing: frozenset[str]
) -> Arrived:
    source = Source(
        households=arrival.households_name,
        persons=arrival.persons_name,
        line=household.line,
        member_lines=household.member_lines,
        missing_links=missing,
        issues=household.issues,
    )
    told = reader.read(household.payload, source)
    key = household.key
    made = written(Arrived(told, uuid5(namespace, key), key, household.line, household.member_lines), arrival)
    # What a row says of the file itself, such as which submission it corrects, is compared with what is there.
    kept = told.payload if "file" in told.payload else {}
    return replace(made, told=Told(kept, {}, [], told.issues), member_lines=())
