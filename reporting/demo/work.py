"""Jobs of the demonstration: done by the Celery worker, watched from here."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import close_old_connections
from django.utils import timezone

from core.jobs import queue
from core.models import Job
from core.processes import running, worker_command
from reporting.demo.screen import Screen

PATIENCE_SECONDS = 600


class JobFailed(Exception):
    """A job of the demonstration did not end well."""


@contextmanager
def worker(*, log: Path) -> Iterator[None]:
    """A Celery worker with its scheduler for as long as the demonstration works."""
    with running(worker_command(), log=log):
        yield


def wait(job: Job | None, *, screen: Screen) -> Job:
    """Watch a queued job until it is over.

    Raises:
        JobFailed: it failed, or no worker brought it to an end in time.
    """
    if job is None:
        raise JobFailed("There is no job to wait for.")
    end = time.monotonic() + PATIENCE_SECONDS
    sent = 0.0
    while time.monotonic() < end:
        job.refresh_from_db()
        screen.progress(job.parts_done, job.parts_total, note=job.label)
        if job.status == Job.Status.DONE:
            return job
        if job.status in (Job.Status.FAILED, Job.Status.CANCELLED):
            raise JobFailed(f"{job.label}: {job.error or job.get_status_display()}")
        if job.pk in queue.overdue(at=timezone.now()) and time.monotonic() - sent > 5:
            queue.send_to_worker(job_id=job.pk)
            sent = time.monotonic()
        time.sleep(0.2)
        close_old_connections()
    raise JobFailed(f"{job.label}: not done after {PATIENCE_SECONDS} seconds. See var/log/demo-worker.log.")
