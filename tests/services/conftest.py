"""Services of throw-away projects: each test gets a folder of its own, and stops what it started."""

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.services.hold import stop_if_unused
from core.services.layout import elsewhere, resolve

ROOT = Path(__file__).resolve().parents[2]
NOTHING_GIVEN: dict[str, str] = {}

HOLDER = """
import os, sys
from core.services import hold
with hold(sys.argv[1], environment={}) as endpoints:
    print(endpoints.database_url, endpoints.redis_url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def project() -> Iterator[Path]:
    with new_project() as folder:
        yield folder


@contextmanager
def new_project() -> Iterator[Path]:
    """An empty project folder that the account of the servers can enter."""
    folder = Path(tempfile.mkdtemp(prefix="services-", dir="/var/tmp")).resolve()
    folder.chmod(0o755)
    yield folder
    stop_and_remove(folder)


def stop_and_remove(folder: Path) -> None:
    layout = resolve(folder)
    eventually(lambda: stop_if_unused(layout))
    shutil.rmtree(elsewhere(folder, layout.keeper), ignore_errors=True)
    shutil.rmtree(folder)


@pytest.fixture
def holder() -> Iterator[Callable[[Path], subprocess.Popen[str]]]:
    """Start another process that holds a project's services; it prints their addresses."""
    started: list[subprocess.Popen[str]] = []

    def start(folder: Path) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()


def eventually(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something that another process brings about."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
