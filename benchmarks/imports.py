"""Import through its door, with every check, the search for duplicates, history triggers and audit.

Floor: COPY of the same persons into a bare table, then the same indexes built.
"""

from __future__ import annotations

import io
import re
import resource
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection, transaction

from benchmarks.database import owner
from benchmarks.measuring import Figure, Peak, Server, Took, least_of, timed
from core.access.actor import SYSTEM
from core.jobs import runner
from registry.actions import imports
from registry.models import ImportBatch
from registry.sample import write

INTERVIEWED_BY = date(2026, 9, 30)
AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
BARE = "bench_persons"
#: What is asked of 100,000 households on two processors: times the floor at most, and persons a second at least.
GOAL = (15, 20_000)


@dataclass(frozen=True, slots=True)
class Imported:
    batch: ImportBatch
    persons: int
    took: Took
    peak: float


def run(*, households: int, server: Server, linear: bool = True) -> list[Figure]:
    """Import a tenth of the households and then all of them, as two files one after the other."""
    sizes = [max(100, households // 10), households] if linear else [households]
    figures, each = [], []
    for number, size in enumerate(sizes):
        imported = bring_in(sample(households=size, seed=41 + number), server)
        floor = copied_bare(imported, server)
        each.append(imported.took.cpu / imported.persons)
        grown = f"; {each[-1] / each[0]:.2f} of the smaller's processor time a person" if number else ""
        figure = Figure.of(
            "import",
            f"{imported.persons:,} persons",
            imported.persons,
            "persons/s",
            imported.took,
            floor,
            "COPY into a bare table, then the same indexes",
            f"memory of the worker {imported.peak:.0f} MiB, of what reads ahead at most {_of_children():.0f}{grown}",
        )
        figure.note += f"; {_goal(figure)}"
        figures.append(figure)
    return figures


def _goal(figure: Figure) -> str:
    """Whether this is what was asked for, in words."""
    times, persons = GOAL
    near = "reached" if figure.ratio <= times else "not reached"
    quick = "reached" if figure.figure >= persons else "not reached"
    return f"goal of {times} times the floor {near}, of {persons:,} persons/s {quick}"


def _of_children() -> float:
    """The most memory that any ended process of ours has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def sample(*, households: int, seed: int) -> Path:
    """The folder of a sample register's files; made once for a size and seed."""
    folder = settings.VAR_DIR / "bench" / f"sample-{households}-{seed}"
    if not (folder / "persons.csv").exists():
        shutil.rmtree(folder, ignore_errors=True)
        write.write(
            pack=settings.COUNTRY_PACK_DIR, out=folder, households=households, seed=seed, on=INTERVIEWED_BY, workers=2
        )
    return folder


def bring_in(folder: Path, server: Server) -> Imported:
    """Import a pair of files in the foreground, the upload included."""
    peak = Peak()
    peak.reset()
    with timed(server) as took:
        batch = imports.receive(
            households=folder / "households.csv", persons=folder / "persons.csv", actor=SYSTEM, at=AT, send=False
        )
        job = runner.run(job_id=batch.job_id, worker="bench", clock=lambda: AT)
    if job.error:
        raise RuntimeError(job.error)
    batch.refresh_from_db()
    return Imported(batch, batch.counts["persons_registered"], took, peak.mebibytes())


def copied_bare(imported: Imported, server: Server) -> Took:
    """What the same persons cost as bare rows; the least of three runs, since others use the machine too."""
    held = io.BytesIO()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM registry_person ORDER BY id DESC OFFSET %s LIMIT 1", [imported.persons - 1])
        first = cursor.fetchone()[0]
        with cursor.copy(f"COPY (SELECT * FROM registry_person WHERE id >= {first} ORDER BY id) TO STDOUT") as copy:
            for block in copy:
                held.write(block)
    rows = held.getbuffer()
    return least_of(3, lambda: _floor(rows, server))


def _floor(rows: memoryview, server: Server) -> Took:
    with owner() as bare:
        bare.execute(f"DROP TABLE IF EXISTS {BARE}")
        bare.execute(f"CREATE TABLE {BARE} (LIKE registry_person)")
        indexes = _same_indexes(bare)
        with timed(server) as took:
            with bare.cursor() as cursor, cursor.copy(f"COPY {BARE} FROM STDIN") as copy:
                for start in range(0, len(rows), 1 << 20):
                    copy.write(rows[start : start + (1 << 20)])
            for index in indexes:
                bare.execute(index)
        bare.execute(f"DROP TABLE {BARE}")
    return took


def _same_indexes(bare: psycopg.Connection) -> list[str]:
    found = bare.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'registry_person' ORDER BY indexname")
    return [
        re.sub(r"INDEX \S+ ON \S+", f"INDEX {BARE}_{number} ON {BARE}", row[0], count=1)
        for number, row in enumerate(found)
    ]
