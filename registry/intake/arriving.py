"""The households of a part of an import, read and written for COPY: what is done ahead, without the database."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha1
from pathlib import Path
from uuid import UUID

from registry.intake.parts import Household, household_of, read_headers, read_lines, tells_of_itself
from registry.intake.plain import PlainReader
from registry.intake.reading import Reader, Source, Surroundings, Told
from registry.intake.staging import Arrival, Arrived, written

_NOTHING = Told({}, {}, [], [])
_reader: Reader | None = None
_plain: tuple[dict[str, list[str]], PlainReader] | None = None


def made(
    folder: Path, part: int, arrival: Arrival, namespace: UUID, missing: frozenset[str], around: Surroundings
) -> list[Arrived]:
    """The households of one part, to travel far.

    Of each only its rows, issues and names of itself are kept, and what it tells if it speaks of another file.

    Raises:
        FileNotFoundError: this machine has not got the part.
    """
    with _without_collecting():
        return _made(folder, part, arrival, namespace, missing, around)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Thousands of rows live until they are sent: there is nothing to look for meanwhile."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _made(
    folder: Path, part: int, arrival: Arrival, namespace: UUID, missing: frozenset[str], around: Surroundings
) -> list[Arrived]:
    headers = read_headers(folder)
    reader, plain = _readers_of(around, headers)
    # A file of ours, prefilled or to correct, needs more than a look into its columns.
    own = tells_of_itself(headers)
    arrived = []
    for one in read_lines(folder, part):
        uuid = _uuid5(namespace, one.key)
        rows = None if own else plain.rows(one, uuid, arrival)
        arrived.append(
            Arrived(_NOTHING, uuid, one.key, one.line, (), rows)
            if rows
            else _arrived(reader, household_of(one, headers), uuid, arrival, missing)
        )
    return arrived


def _readers_of(around: Surroundings, headers: dict[str, list[str]]) -> tuple[Reader, PlainReader]:
    """The last ones if they read against the same: they remember what people write."""
    global _reader, _plain
    if _reader is None or _reader.around != around:
        _reader, _plain = Reader(around), None
    if _plain is None or _plain[0] != headers:
        _plain = headers, PlainReader(around, headers)
    return _reader, _plain[1]


def _uuid5(namespace: UUID, name: str) -> str:
    """``uuid.uuid5`` as a text, without the object in between."""
    told = sha1(namespace.bytes + name.encode(errors="surrogateescape"), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(told[16], 16) & 3]
    return f"{told[:8]}-{told[8:12]}-5{told[13:16]}-{variant}{told[17:20]}-{told[20:32]}"


def _arrived(reader: Reader, household: Household, uuid: str, arrival: Arrival, missing: frozenset[str]) -> Arrived:
    source = Source(
        households=arrival.households_name,
        persons=arrival.persons_name,
        line=household.line,
        member_lines=household.member_lines,
        missing_links=missing,
        issues=household.issues,
    )
    told = reader.read(household.payload, source)
    made = written(Arrived(told, uuid, household.key, household.line, household.member_lines), arrival)
    # What a row says of the file itself, such as which submission it corrects, is compared with what is there.
    kept = told.payload if "file" in told.payload else {}
    return made._replace(told=Told(kept, {}, [], told.issues), member_lines=())
