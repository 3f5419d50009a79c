"""Fixtures of the test databases. What they stand on: ``tests/plugin.py`` and ``tests/testdb.py``."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import redis
from django.db import connections, transaction
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker
from whitenoise.middleware import WhiteNoiseMiddleware

from tests import testdb

pytest_plugins = [
    "tests.fixtures.eligibility",
    "tests.fixtures.fieldwork",
    "tests.fixtures.imports",
    "tests.fixtures.payments",
    "tests.fixtures.people",
    "tests.fixtures.photos",
    "tests.fixtures.protected",
    "tests.fixtures.registry",
    "tests.fixtures.visits",
]


@pytest.fixture(scope="session", autouse=True)
def static_files_found_once() -> Iterator[None]:
    """Every client of a test makes the middleware anew, which looks through all folders for static files: once is
    enough for a process."""
    found: dict[str, Any] = {}
    look = WhiteNoiseMiddleware.add_files_from_finders

    def remember(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            look(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", remember)
        yield


@pytest.fixture(scope="session")
def template_database(request: pytest.FixtureRequest) -> str:
    """The name of the migrated database with the country pack, from which tests get copies."""
    return testdb.ensure_template(fresh=bool(request.config.getvalue("create_db")))


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, template_database: str
) -> Iterator[None]:
    """This process's own database and Redis database, removed at the end."""
    testdb.clone(template_database)
    _empty_redis()
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    testdb.drop()
    _empty_redis()


@pytest.fixture(scope="module")
def module_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A transaction around the tests of one module, for rows that are costly to make and that each of them reads.

    Each test still has its own within it, and what it changes is undone after it. Every test of the module that comes
    after the first with such rows finds them there: those who want an empty register stand in another module.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker, template_database: str) -> Iterator[None]:
    """Real commits, seen by other connections and processes; the database is made anew after."""
    with django_db_blocker.unblock():
        yield
        connections.close_all()
    testdb.clone(template_database)
    _empty_redis()


@pytest.fixture
def second_connection(committed_db: None) -> Iterator[psycopg.Connection]:
    """Another connection of the application to the same database, for tests of locks."""
    with psycopg.connect(testdb.app_url()) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def owner_connection(committed_db: None) -> Iterator[psycopg.Connection]:
    """The owner's connection to the same database, which may do what the application may not."""
    with psycopg.connect(testdb.owner_url(), autocommit=True) as connection:
        yield connection


@pytest.fixture
def live_site(committed_db: None) -> Iterator[str]:
    """The address of a running site on this process's database, for browsers and HTTP clients."""
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


# The browser asks nothing of the outside, and needs no screen card.
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# The same browser without windows and menus comes first: each page costs a third of the processor's time.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real browser: Debian's Chromium, driven by playwright. Open pages with ``chromium.new_page()``."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("No Chromium: install it (Debian: apt-get install chromium) to run the browser tests.")
    # Playwright keeps an event loop in this thread; Django would take every query for one from within it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=[*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        )
        yield browser
        browser.close()


def _empty_redis() -> None:
    client = redis.from_url(os.environ["CACHE_URL"])
    client.flushdb()
    client.close()
