"""Holds the services for a whole test run, before Django's settings load.

The controlling process starts them; worker processes inherit their addresses and get a database and
a Redis database each.
"""

import gc
import hashlib
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import groupby
from pathlib import Path

import psutil
import pytest
from hypothesis import settings

from core import services
from core.services.layout import own_folder
from tests import testdb

ROOT = Path(__file__).resolve().parents[1]
# A server of the tests' own, which secures nothing on the disk; the register and the demonstration have theirs.
SERVICES = ROOT / "var" / "tests"
# Making a database makes some fifteen hundred files: in memory that takes a tenth of what it takes on a disk.
MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3
RUN = "REGISTRY_TEST_RUN"
COMMITTING = {"committed_db", "served"}  # fixtures that make the database anew after real commits
WITHOUT_DATABASE = ("tests/pure/", "tests/services/")
# Half a minute and more each: they come early, so that at the end no process is left alone with one.
LONG = (
    "tests/browser/test_days.py",
    "tests/browser/test_roles.py",
    "tests/architecture/test_every_route.py",
    "tests/core_pages/test_in_browser.py",
    "tests/registry_pages/test_in_browser.py",
    "tests/benchmarks/test_run.py",
    "tests/reporting/test_in_browser.py",
    "tests/openrosa/test_over_the_wire.py",
    "tests/grievances/test_in_browser.py",
    "tests/architecture/test_nothing_leaks.py",
    "tests/architecture/test_other_districts.py",
    "tests/registry/test_as_of.py",
)
_held = ExitStack()

# The same examples each time, so that a change is judged by what it changed; `make torture` draws new ones.
settings.register_profile("steady", derandomize=True)
settings.load_profile("default" if os.environ.get("TORTURE") else "steady")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        endpoints = _held.enter_context(services.hold(_home(), durable=False))
        os.environ.update(services.environ(endpoints))
        os.environ[RUN] = str(os.getpid())
        testdb.drop_abandoned()
    _use_own_databases(worker or "main")
    os.environ["TESTING"] = "1"
    os.environ["ODK_VALIDATE_JAVA"] = ""  # a Java takes seconds to start: tests that are about it say so
    os.environ["FILES_DIR"] = str(ROOT / "var" / "tests" / (worker or "main") / "files")
    return (yield)


def _home() -> Path:
    """Where the servers' data lie: in memory, if there is plenty; the link ``memory`` then leads there."""
    SERVICES.mkdir(parents=True, exist_ok=True)
    link = SERVICES / "memory"
    name = hashlib.sha256(f"{ROOT}\0{os.geteuid()}".encode()).hexdigest()[:16]
    folder = MEMORY / f"registry-tests-{name}"
    if not folder.exists() and not _is_room():
        return SERVICES
    own_folder(folder, mode=0o711, owner=os.geteuid())
    link.unlink(missing_ok=True)
    link.symlink_to(folder)
    return folder


def _is_room() -> bool:
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK)):
        return False
    return shutil.disk_usage(MEMORY).free > ROOM and psutil.virtual_memory().available > 2 * ROOM


def pytest_unconfigure() -> None:
    _held.close()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Of the whole suite: make the template while the processes collect; who then needs it waits until it is there."""
    if config.args_source is config.ArgsSource.TESTPATHS and not config.getvalue("create_db"):
        threading.Thread(target=_make_template, daemon=True).start()


def _make_template() -> None:
    with suppress(Exception, pytest.fail.Exception):  # who needs it tries again, and says what is wrong
        testdb.ensure_template()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test its transaction, except those that need none or commit for real; deal them to the processes."""
    _mark(items)
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if processes > 1:
        items[:] = dealt(items, processes)


def dealt(items: list[pytest.Item], processes: int) -> list[pytest.Item]:
    """Files whole, as many tests to each process: first what needs no database, then what is long, then the rest.

    Each process is given its part of the list at once, and takes from the end of another's when it has done its own.
    """
    files = [(path, list(tests)) for path, tests in groupby(items, key=_path)]
    hands: list[list[pytest.Item]] = [[] for _ in range(processes)]
    for path, tests in sorted(files, key=lambda file: _turn(file[0])):
        hand = hands[LONG.index(path) % processes] if path in LONG else min(hands, key=len)
        hand.extend(tests)
    return [item for hand in hands for item in hand]


def _path(item: pytest.Item) -> str:
    return item.path.relative_to(ROOT).as_posix()


def _turn(path: str) -> int:
    if path.startswith(WITHOUT_DATABASE):
        return -1
    return LONG.index(path) if path in LONG else len(LONG)


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end: no search for garbage needs to look at it again."""
    gc.collect()
    gc.freeze()


def _mark(items: list[pytest.Item]) -> None:
    for item in items:
        if _path(item).startswith(WITHOUT_DATABASE) or item.get_closest_marker("django_db"):
            continue
        if COMMITTING & set(getattr(item, "fixturenames", ())):
            continue
        item.add_marker(pytest.mark.django_db(databases=["default", "reads"]))


def _use_own_databases(worker: str) -> None:
    """Point this process, and what it starts, at databases of its own."""
    run = int(os.environ[RUN])
    database = testdb.name_for(run, worker)
    for variable in ("DATABASE_URL", "OWNER_DATABASE_URL"):
        os.environ[variable] = testdb.redirected(os.environ[variable], database)
    number = 1 + int(worker.removeprefix("gw")) if worker.startswith("gw") else 1
    for variable in ("REDIS_URL", "CACHE_URL"):
        os.environ[variable] = testdb.redis_database(os.environ[variable], number)
