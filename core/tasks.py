"""Celery's side of core: run a job, and the upkeep that runs by the clock."""

import os
import socket

from celery import shared_task
from django.utils import timezone

from core.access.actor import SYSTEM
from core.jobs import queue, runner


def worker_name() -> str:
    """This process, as written on the jobs that it holds."""
    return f"{socket.gethostname()}:{os.getpid()}"


@shared_task(name="core.run_job")
def run_job(job_id: int) -> None:
    """Run one job; a message about a job that somebody else holds, or that is over, does nothing."""
    runner.run(job_id=job_id, worker=worker_name())


@shared_task(name="core.sweep_jobs")
def sweep_jobs() -> int:
    """Send again what was lost: jobs that wait without a message, and jobs whose worker died."""
    overdue = queue.overdue(at=timezone.now())
    for job_id in overdue:
        run_job.delay(job_id)
    return len(overdue)


@shared_task(name="core.seal_audit")
def seal_audit() -> int:
    """Add a link to the hash chain over the logs."""
    from core.seals import seal

    return seal(at=timezone.now())


@shared_task(name="core.open_partitions")
def open_partitions() -> int:
    """Open the coming months' partitions of history and logs."""
    from core.actions.partitions import open_months

    return open_months()


@shared_task(name="core.sync_appointments")
def sync_appointments() -> int:
    """Give and take object permissions as appointments begin and end."""
    from core.actions.appointments import sync_all

    return sync_all(actor=SYSTEM, at=timezone.now())


@shared_task(name="core.erase_files")
def erase_files() -> int:
    """Erase the files whose time is over."""
    from core.actions.retention import erase_due

    return erase_due(actor=SYSTEM, at=timezone.now())


@shared_task(name="core.clear_sessions")
def clear_sessions() -> None:
    """Remove the sessions that are over."""
    from django.core.management import call_command

    call_command("clearsessions")


@shared_task(name="core.sweep_answers")
def sweep_answers() -> int:
    """Remove what requests with an idempotency key were answered too long ago to come again."""
    from core.actions.repeats import sweep

    return sweep(actor=SYSTEM, at=timezone.now())


@shared_task(name="core.note_api_use")
def note_api_use() -> int:
    """Keep when tokens of partner systems were last used, and how many calls were refused."""
    from core.actions.api_clients import note_use

    return note_use(actor=SYSTEM, at=timezone.now())


@shared_task(name="core.deliver_outbox")
def deliver_outbox() -> int:
    """Hand waiting messages to who delivers them."""
    from core.outbox import deliver

    return deliver(at=timezone.now())
