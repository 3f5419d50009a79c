"""The test databases: one template per state of the migrations, one copy per test process.

The owner makes them; tests connect as the application. ``DATABASE_URL`` of a test process names its
copy, so that commands and workers started by a test work on the same one, and nothing in a test can
reach the real register.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from core import services

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "test_registry"
PACKAGES = ("core", "registry", "eligibility", "payments", "grievances", "reporting")
# What decides the content of the template: schema, rows of reference, and the code that loads them.
SOURCES = (
    *(f"{package}/**/migrations/*.py" for package in PACKAGES),
    *(f"{package}/**/models/**/*.py" for package in PACKAGES),
    *(f"{package}/**/models.py" for package in PACKAGES),
    *(f"{package}/**/*pack*.py" for package in PACKAGES),
    *(f"{package}/**/*pack*/**/*.py" for package in PACKAGES),
    "core/access/**/*.py",
    "core/services/roles.py",
    "config/countries/**/*",
)


def name_for(run: int, worker: str) -> str:
    """The name of one test process's copy; ``run`` is the process number of the whole run."""
    return f"{PREFIX}_run{run}_{worker}"


def redirected(url: str, database: str) -> str:
    """The same address with another database, still as one URL."""
    before, _, query = url.partition("?")
    return f"{before.rsplit('/', 1)[0]}/{database}" + (f"?{query}" if query else "")


def app_url() -> str:
    return os.environ["DATABASE_URL"]


def owner_url() -> str:
    return os.environ["OWNER_DATABASE_URL"]


def digest() -> str:
    """A digest of everything that decides what the template holds."""
    found = {path for pattern in SOURCES for path in ROOT.glob(pattern) if path.is_file()}
    total = hashlib.sha256(_server_version().encode())
    for path in sorted(found):
        if "__pycache__" not in path.parts:
            total.update(f"{path.relative_to(ROOT)}\0".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def ensure_template(*, fresh: bool = False) -> str:
    """The name of an up-to-date template, built unless an earlier run left one."""
    wanted = f"{PREFIX}_template_{digest()}"
    with _building(), _maintenance() as connection:
        known = _names(connection)
        if wanted in known and not fresh:
            return wanted
        for name in known:
            if name.startswith(f"{PREFIX}_template_"):
                _drop(connection, name)
        draft = f"{wanted}_draft"
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(draft)))
        _fill(draft)
        connection.execute(
            sql.SQL("alter database {} rename to {}").format(sql.Identifier(draft), sql.Identifier(wanted))
        )
    return wanted


def clone(template: str) -> None:
    """Make this process's database anew from the template."""
    database = str(conninfo_to_dict(app_url())["dbname"])
    with _maintenance() as connection:
        _drop(connection, database)
        connection.execute(
            sql.SQL("create database {} template {}").format(sql.Identifier(database), sql.Identifier(template))
        )


def drop() -> None:
    """Remove this process's database."""
    with _maintenance() as connection:
        _drop(connection, str(conninfo_to_dict(app_url())["dbname"]))


def drop_abandoned() -> None:
    """Remove the databases of test runs that were killed."""
    with _maintenance() as connection:
        for name in _names(connection):
            run = name.removeprefix(f"{PREFIX}_run").split("_")[0]
            if run.isdigit() and not psutil.pid_exists(int(run)):
                _drop(connection, name)


def _fill(database: str) -> None:
    """Migrate an empty database and load the reference data, in processes of their own."""
    owner = redirected(owner_url(), database)
    services.grant(owner_url=owner, app_role=str(conninfo_to_dict(app_url())["user"]))
    environment = {
        **os.environ,
        "DATABASE_URL": redirected(app_url(), database),
        "OWNER_DATABASE_URL": owner,
    }
    commands = [["migrate", "--verbosity=0"]]
    if any(ROOT.glob("*/management/commands/load_pack.py")):
        commands.append(["load_pack"])
    for command in commands:
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            pytest.fail(
                f"The test database could not be built: manage.py {command[0]} failed.\n" + done.stdout[-4000:],
                pytrace=False,
            )


@contextmanager
def _building() -> Iterator[None]:
    """One process at a time builds; the others then find its template."""
    path = ROOT / "var" / "test-template.lock"
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _maintenance() -> Iterator[psycopg.Connection]:
    """The owner's connection beside the test databases."""
    address = make_conninfo(owner_url(), dbname=os.environ.get("TEST_MAINTENANCE_DB", "postgres"))
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


def _names(connection: psycopg.Connection) -> list[str]:
    found = connection.execute("select datname from pg_database where starts_with(datname, %s) order by 1", [PREFIX])
    return [row[0] for row in found]


def _drop(connection: psycopg.Connection, name: str) -> None:
    statement = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
    for attempt in range(100):
        try:
            connection.execute(statement)
            return
        except psycopg.errors.InsufficientPrivilege:  # autovacuum, a superuser's process, is in there for a moment
            if attempt == 99:
                raise
            time.sleep(0.1)


def _server_version() -> str:
    with _maintenance() as connection:
        return str(connection.info.server_version // 10000)


def redis_database(url: str, number: int) -> str:
    """The same Redis address with another database number."""
    parts = urlsplit(url)
    if parts.scheme in ("redis", "rediss"):
        return parts._replace(path=f"/{number}").geturl()
    key = "virtual_host" if parts.scheme == "redis+socket" else "db"
    return f"{parts.scheme}://{parts.path}?{key}={number}"
