"""The processes that serve: the web server, and the worker with its clock. Started and ended together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

GRACE_SECONDS = 15


def worker_command(*, concurrency: int = 1) -> list[str]:
    """The Celery worker with the scheduler inside."""
    return [
        sys.executable,
        "-m",
        "celery",
        "--app",
        "config.celery",
        "worker",
        "--beat",
        "--concurrency",
        str(concurrency),
        "--loglevel",
        "WARNING",
        "--without-gossip",
        "--without-mingle",
    ]


def web_command(*, host: str, port: int) -> list[str]:
    """The web server on one address."""
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        "1",
        "--blocking-threads",
        "4",
        "--no-ws",
        "config.wsgi:application",
    ]


@contextmanager
def running(command: Sequence[str], *, log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process in a group of its own for as long as the block lasts; its output goes to ``log``."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask the process to stop, and after a while end its whole group."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def until_one_ends(*processes: subprocess.Popen[bytes]) -> None:
    """Wait until a process ends, or a signal arrives (KeyboardInterrupt)."""
    while all(process.poll() is None for process in processes):
        time.sleep(0.3)
