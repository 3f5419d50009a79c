"""A process beside a job's worker: it makes one part ready while the worker takes in the one before.

Each part is still one transaction with its progress, done whole by one of the two, and they go in by their order: who
made a part ready waits for its turn (``core.jobs.turns``). If the process dies, its part is taken back by the database
and the worker goes on alone; if the worker dies, the process ends with it.
"""

import os
import select
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection, transaction

from core import pipes
from core.locks import Lock, hold
from core.models import Job

_ROOT = Path(__file__).resolve().parents[2]
#: Starting a process takes as long as some parts.
WORTH_IT = 6
END_SECONDS = 10


class Beside:
    """The worker's hand on the process beside it."""

    def __init__(self, job: Job) -> None:
        self._job_id = job.pk
        self.under_way: int | None = None
        """The part that it makes ready, or takes in."""
        self._ready = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "django", "work_beside", str(job.pk), str(job.lease_token)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=_ROOT,
            env=os.environ | {"FILES_DIR": str(settings.FILES_DIR)},
        )
        assert self._process.stdin and self._process.stdout
        self._asks: BinaryIO = self._process.stdin  # type: ignore[assignment]
        self._answers: BinaryIO = self._process.stdout  # type: ignore[assignment]

    def is_ready(self) -> bool:
        """Whether it has started; what waits to be said is not waited for."""
        if not self._ready and select.select([self._answers], [], [], 0)[0]:
            pipes.get(self._answers)
            self._ready = True
        return self._ready

    def begin(self, part: int, at: datetime) -> None:
        """Make a part ready, up to its turn."""
        pipes.put(self._asks, (part, at))
        self.under_way = part

    def go(self, counts: Mapping[str, int]) -> None:
        """It is the turn of what is under way; ``counts`` are those of all parts before it."""
        pipes.put(self._asks, dict(counts))

    def result(self) -> dict[str, int]:
        """Wait for the end of what is under way; returns the counts of all parts, this one included.

        Raises:
            pipes.Gone: the process has ended before.
            Exception: what the part raised.
        """
        answer = pipes.get(self._answers)
        self.under_way = None
        return dict(pipes.value_of(answer))

    def end(self) -> None:
        """End the process; a part that it has under way is taken back. Returns when its transaction has ended."""
        for pipe in (self._asks, self._answers):
            with suppress(OSError):
                pipe.close()
        try:
            self._process.wait(timeout=END_SECONDS if self.under_way is None else 0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self.under_way is not None:  # a statement may go on for a while after who asked for it is gone
            with transaction.atomic():
                hold(Lock.JOB_BESIDE, self._job_id)


def is_worth_it(job: Job) -> bool:
    """Whether there are processors and parts enough, and what this one has done is seen by others."""
    left = (job.parts_total or 0) - job.parts_done
    return settings.JOBS_SIDE_BY_SIDE and left >= WORTH_IT and not connection.in_atomic_block
