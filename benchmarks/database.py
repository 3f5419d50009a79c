"""A database of the benchmark's own: a copy of the migrated one with the country pack, removed afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests import testdb

REDIS_DATABASE = 15


@contextmanager
def own_database(root: Path, *, kept: bool = False) -> Iterator[None]:
    """Point this process at a fresh copy and at folders of its own; the register and the demo are never touched.

    Call it before Django's settings load, with the services' addresses in the environment.
    """
    template = testdb.ensure_template()
    database = testdb.name_for(os.getpid(), "bench")
    for variable in ("DATABASE_URL", "OWNER_DATABASE_URL"):
        os.environ[variable] = testdb.redirected(os.environ[variable], database)
    for variable in ("REDIS_URL", "CACHE_URL"):
        os.environ[variable] = testdb.redis_database(os.environ[variable], REDIS_DATABASE)
    os.environ["FILES_DIR"] = str(Path(os.environ.get("VAR_DIR", root / "var")) / "bench" / "files")
    testdb.clone(template)
    try:
        yield
    finally:
        if not kept:
            testdb.drop()


@contextmanager
def owner() -> Iterator[psycopg.Connection]:
    """The owner's connection, which may make and drop the floor's bare tables."""
    with psycopg.connect(testdb.owner_url(), autocommit=True) as connection:
        yield connection
