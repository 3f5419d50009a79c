"""Clocks and figures: what a piece of work took, beside what the least possible work takes."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil


@dataclass(slots=True)
class Took:
    """Seconds by the clock on the wall, and of processors: ours, and the database server's with all its processes.

    On a machine that others use too, the wall says little and the processors say most.
    """

    wall: float = 0.0
    ours: float = 0.0
    server: float = 0.0

    @property
    def cpu(self) -> float:
        return self.ours + self.server


@dataclass(slots=True)
class Figure:
    """One line of the report. ``ratio`` is work by floor in wall time, ``cpu_ratio`` in time of processors."""

    name: str
    size: str
    figure: float
    unit: str
    floor: float
    floor_is: str
    ratio: float
    cpu_ratio: float | None = None
    note: str = ""

    @classmethod
    def of(
        cls, name: str, size: str, count: int, unit: str, took: Took, floor: Took, floor_is: str, note: str = ""
    ) -> Figure:
        """So many done in a time, and in the floor's."""
        told = f"processors: ours {took.ours:.1f} s, server {took.server:.1f} s of {took.wall:.1f} s"
        return cls(
            name=name,
            size=size,
            figure=count / took.wall,
            unit=unit,
            floor=count / floor.wall,
            floor_is=floor_is,
            ratio=took.wall / floor.wall,
            cpu_ratio=took.cpu / floor.cpu if floor.cpu else None,
            note=f"{told}; {note}" if note else told,
        )

    def __str__(self) -> str:
        cpu = f" (processors {self.cpu_ratio:.1f})" if self.cpu_ratio is not None else ""
        line = (
            f"{self.name:<34} {self.size:>22} {self.figure:>12,.1f} {self.unit:<12}"
            f" floor {self.floor:>12,.1f}  ratio {self.ratio:.1f}{cpu}"
        )
        return f"{line}\n{'':<34} floor: {self.floor_is}{'; ' + self.note if self.note else ''}"


class Server:
    """The database server's processes, if they run on this machine."""

    def __init__(self, backend: int) -> None:
        try:
            self._postmaster = psutil.Process(backend).parent()
        except psutil.Error:
            self._postmaster = None

    def cpu(self) -> float:
        """Seconds of processors used by the server so far, its ended processes included."""
        if self._postmaster is None:
            return 0.0
        ended = self._postmaster.cpu_times()
        total = ended.user + ended.system + ended.children_user + ended.children_system
        for process in self._postmaster.children():
            try:
                times = process.cpu_times()
            except psutil.Error:
                continue
            total += times.user + times.system
        return total


@contextmanager
def timed(server: Server) -> Iterator[Took]:
    """Times the block; the figures are there when it has ended."""
    took = Took()
    wall, ours, theirs = time.perf_counter(), _own_cpu(), server.cpu()
    try:
        yield took
    finally:
        took.wall = time.perf_counter() - wall
        took.ours = _own_cpu() - ours
        took.server = server.cpu() - theirs


def least_of(times: int, work: Callable[[], Took]) -> Took:
    """The quickest of several runs: what others do on the machine only ever adds."""
    return min((work() for _ in range(times)), key=lambda took: took.wall)


def _own_cpu() -> float:
    """This process's and its ended children's seconds."""
    mine = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + children.ru_utime + children.ru_stime


class Peak:
    """The most memory this process has held since the start of its life, or since ``reset``, in MiB."""

    def reset(self) -> None:
        """Forget what was held before, where the kernel lets us."""
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")

    def mebibytes(self) -> float:
        try:
            status = Path("/proc/self/status").read_text()
        except OSError:
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def keep(figures: Sequence[Figure], path: Path, **about: object) -> None:
    """Write the figures as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**about, "figures": [asdict(figure) for figure in figures]}, indent=1) + "\n")
