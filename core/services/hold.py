"""Holding the services: the first client starts them, the last one out stops them.

Each client holds a shared ``flock`` on the file ``clients``; the kernel releases it however the
client ends. Start and stop happen under an exclusive ``flock`` on the file ``mutex``: whoever then
gets the file ``clients`` for itself alone is the last one. A *warden*, a small process beside the
servers, sleeps on that lock, so that a killed client leaves no server behind either.
"""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from core.services.endpoints import HELD, Endpoints, from_environment, with_embedded
from core.services.errors import ServiceError
from core.services.layout import Layout, give, resolve
from core.services.postgres import SUPERUSER, Postgres, new_password
from core.services.roles import bootstrap
from core.services.valkey import Valkey

OWNER, APP, DATABASE = "registry_owner", "registry_app", "registry"
BOOTSTRAP_VERSION = "1"


@contextmanager
def hold(
    project_root: Path | str,
    *,
    database: bool = True,
    redis: bool = True,
    durable: bool = True,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Endpoints]:
    """Keep the services that are needed running while the block lasts.

    ``durable=False`` is for databases that are thrown away: what a power cut would take is not secured on the disk.

    What ``DATABASE_URL`` or ``REDIS_URL`` name is used as it is and nothing is started for it. A
    child process, which inherits these names from a client, keeps the embedded services alive on
    its own account, so that it may outlive its parent.

    Raises:
        ServiceError: a service could not be started; the message ends with its log.
    """
    given = os.environ if environment is None else environment
    endpoints = from_environment(given)
    embed_database = database and not endpoints.database_url
    embed_redis = redis and not endpoints.redis_url
    inherited = given.get(HELD) == str(Path(project_root).resolve())
    if not (embed_database or embed_redis or inherited):
        yield endpoints
        return
    layout = resolve(Path(project_root))
    with _client(layout):
        with _locked(layout):
            embedded = start(
                layout,
                database=embed_database or inherited,
                redis=embed_redis or inherited,
                durable=durable,
            )
            _ensure_warden(layout)
        yield with_embedded(endpoints, embedded, database=embed_database, redis=embed_redis, held=layout.project)


def start(layout: Layout, *, database: bool, redis: bool, durable: bool = True) -> Endpoints:
    """Start what is asked for and does not run yet; the caller holds mutex and client lock."""
    layout.prepare()
    embedded = Endpoints()
    if database:
        passwords = _passwords(layout)
        postgres = Postgres(layout, durable=durable)
        postgres.ensure_running(passwords[SUPERUSER])
        embedded = addresses(layout)
        done = layout.state / "bootstrapped"
        if not done.exists() or done.read_text() != BOOTSTRAP_VERSION:
            bootstrap(
                admin_url=embedded.superuser_url or "",
                owner_url=embedded.owner_database_url or "",
                app_url=embedded.database_url or "",
            )
            layout.write_private(done, BOOTSTRAP_VERSION)
    if redis:
        valkey = Valkey(layout)
        valkey.ensure_running()
        embedded = embedded.with_redis_socket(valkey.socket)
    return embedded


def addresses(layout: Layout) -> Endpoints:
    """The database addresses of the embedded server, whether it runs or not."""
    postgres, passwords = Postgres(layout), _passwords(layout)
    urls = {
        user: postgres.url(user=user, password=passwords[user], database=database)
        for user, database in ((SUPERUSER, "postgres"), (OWNER, DATABASE), (APP, DATABASE))
    }
    return Endpoints(database_url=urls[APP], owner_database_url=urls[OWNER], superuser_url=urls[SUPERUSER])


def stop_if_unused(layout: Layout) -> bool:
    """Stop the servers unless a client holds them; whether nothing holds them."""
    with _locked(layout):
        handle = _open(layout, layout.clients)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            Valkey(layout).stop()
            Postgres(layout).stop()
            return True
        except BlockingIOError:
            return False
        finally:
            os.close(handle)


def watch(layout: Layout) -> None:
    """The warden: wait until no client is left, then stop the servers.

    It gives the lock back at once and asks again under the mutex, because a client that starts
    just then holds the mutex and waits for the lock.
    """
    alone = _open(layout, layout.state / "warden")
    try:
        fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    while True:
        handle = _open(layout, layout.clients)
        fcntl.flock(handle, fcntl.LOCK_EX)
        os.close(handle)
        if stop_if_unused(layout):
            return


def _ensure_warden(layout: Layout) -> None:
    handle = _open(layout, layout.state / "warden")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    finally:
        os.close(handle)
    root = Path(__file__).resolve().parents[2]
    subprocess.Popen(
        [sys.executable, "-m", "core.services", "watch", str(layout.project)],
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@contextmanager
def _client(layout: Layout) -> Iterator[None]:
    """Hold the shared lock. Closing, not unlocking: forked children go on holding theirs."""
    with _locked(layout):
        handle = _open(layout, layout.clients)
        fcntl.flock(handle, fcntl.LOCK_SH)
    try:
        yield
    finally:
        os.close(handle)
        stop_if_unused(layout)


@contextmanager
def _locked(layout: Layout) -> Iterator[None]:
    handle = _open(layout, layout.mutex)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _open(layout: Layout, path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    if os.fstat(handle).st_uid != layout.keeper:
        give(handle, layout.keeper)
    return handle


def _passwords(layout: Layout) -> dict[str, str]:
    """The generated passwords, made at the first call.

    Raises:
        ServiceError: they are gone although the database is there.
    """
    if not layout.passwords.exists():
        if (Postgres(layout).data / "PG_VERSION").exists():
            raise ServiceError(
                f"{layout.passwords} is missing: bring it back from a backup,"
                f" or remove {layout.state} if its data may go."
            )
        fresh = {user: new_password() for user in (SUPERUSER, OWNER, APP)}
        layout.write_private(layout.passwords, json.dumps(fresh))
    found: dict[str, str] = json.loads(layout.passwords.read_text())
    return found
