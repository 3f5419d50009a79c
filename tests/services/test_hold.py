import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import redis

from core.services import Endpoints, ServiceError, environ, hold
from core.services.layout import resolve
from core.services.postgres import Postgres
from core.services.valkey import Valkey
from tests.services.conftest import NOTHING_GIVEN, ROOT, eventually, stop_and_remove

Holder = Callable[[Path], subprocess.Popen[str]]


def server_started_at(endpoints: Endpoints) -> object:
    with psycopg.connect(endpoints.database_url or "") as connection:
        row = connection.execute("select pg_postmaster_start_time()").fetchone()
    assert row
    return row[0]


def running(project: Path) -> bool:
    layout = resolve(project)
    return Postgres(layout).postmaster() is not None or Valkey(layout).process() is not None


def test_a_holder_finds_both_services_and_the_last_one_out_stops_them(project: Path, holder: Holder) -> None:
    with hold(project, environment=NOTHING_GIVEN) as first:
        started = server_started_at(first)
        assert redis.from_url(first.cache_url or "").ping()
        other = holder(project)
        assert other.stdout and other.stdout.readline().split() == [
            first.database_url,
            first.redis_url,
        ]

    with hold(project, environment=NOTHING_GIVEN) as again:
        assert server_started_at(again) == started, "the other process kept the server"
        other.communicate()

    assert not running(project)


def test_only_what_is_asked_for_is_started(project: Path) -> None:
    with hold(project, database=False, environment=NOTHING_GIVEN) as endpoints:
        assert endpoints.database_url is None
        assert redis.from_url(endpoints.cache_url or "").ping()
        assert Postgres(resolve(project)).postmaster() is None


def test_a_killed_holder_leaves_no_server_behind(project: Path, holder: Holder) -> None:
    killed = holder(project)
    assert killed.stdout and killed.stdout.readline()

    killed.kill()
    killed.wait()

    eventually(lambda: not running(project))


def test_a_child_keeps_the_services_when_its_parent_is_killed(project: Path, holder: Holder) -> None:
    parent = holder(project)
    assert parent.stdout and parent.stdout.readline()
    with hold(project, environment=NOTHING_GIVEN) as endpoints:
        inherited = environ(endpoints)
    started = server_started_at(endpoints)

    with hold(project, environment=inherited) as child:
        parent.kill()
        parent.wait()
        assert child.database_url == inherited["DATABASE_URL"]
        assert server_started_at(child) == started

    assert not running(project)


def test_servers_named_in_the_environment_are_used_and_nothing_is_started(project: Path) -> None:
    given = {"DATABASE_URL": "postgresql://app@db.example/registry", "REDIS_URL": "redis://q:6379/3"}

    with hold(project, environment=given) as endpoints:
        assert endpoints.database_url == endpoints.owner_database_url == given["DATABASE_URL"]
        assert endpoints.redis_url == endpoints.cache_url == given["REDIS_URL"]

    assert not (project / "var").exists()


def test_a_killed_database_server_recovers_with_its_rows(project: Path) -> None:
    with hold(project, environment=NOTHING_GIVEN) as endpoints:
        with psycopg.connect(endpoints.owner_database_url or "") as connection:
            connection.execute("create table kept as select 7 as number")
        postmaster = Postgres(resolve(project)).postmaster()
        assert postmaster
        postmaster.kill()
        eventually(lambda: Postgres(resolve(project)).postmaster() is None)

        with (
            hold(project, environment=NOTHING_GIVEN) as again,
            psycopg.connect(again.database_url or "") as connection,
        ):
            assert connection.execute("select number from kept").fetchone() == (7,)


def test_a_stranger_whose_number_is_in_a_stale_lock_file_is_not_touched(project: Path) -> None:
    with hold(project, environment=NOTHING_GIVEN):
        pass
    layout = resolve(project)
    stranger = subprocess.Popen(
        ["/bin/sleep", "600"],
        **({"user": layout.account.uid} if layout.account.switched else {}),  # type: ignore[call-overload]
    )
    try:
        data = Postgres(layout).data
        stale = f"{stranger.pid}\n{data}\n1\n5432\n{layout.sockets}\n\n  1 1\nready\n"
        for path in (data / "postmaster.pid", layout.sockets / ".s.PGSQL.5432.lock"):
            path.write_text(stale)
            os.chown(path, layout.account.uid, layout.account.gid)
        Valkey(layout).pid_file.write_text(f"{stranger.pid}\n")
        os.chown(Valkey(layout).pid_file, layout.account.uid, layout.account.gid)

        with hold(project, environment=NOTHING_GIVEN) as endpoints:
            assert server_started_at(endpoints)
            assert redis.from_url(endpoints.cache_url or "").ping()

        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_path_too_long_for_a_socket_gets_a_short_folder_for_it(project: Path) -> None:
    long = project / ("a long name, with signs that need quoting;" * 3)
    long.mkdir()

    with hold(long, environment=NOTHING_GIVEN) as endpoints:
        assert server_started_at(endpoints)
        assert redis.from_url(endpoints.cache_url or "").ping()
        sockets = resolve(long).sockets
        assert len(str(sockets)) < 60
        assert sockets.stat().st_mode & 0o777 == 0o700

    stop_and_remove(long)


def test_a_damaged_dump_of_the_queue_is_put_aside(project: Path) -> None:
    with hold(project, database=False, environment=NOTHING_GIVEN):
        pass
    dump = resolve(project).valkey / "dump.rdb"
    dump.write_bytes(b"REDIS0011 torn")

    with hold(project, database=False, environment=NOTHING_GIVEN) as endpoints:
        assert redis.from_url(endpoints.cache_url or "").ping()

    assert dump.with_suffix(".damaged").exists()


def test_a_server_that_cannot_start_shows_the_end_of_its_log(project: Path) -> None:
    with hold(project, redis=False, environment=NOTHING_GIVEN):
        pass
    configuration = Postgres(resolve(project)).data / "postgresql.conf"
    with configuration.open("a") as file:
        file.write("no_such_setting = on\n")

    with pytest.raises(ServiceError, match="no_such_setting"), hold(project, redis=False, environment=NOTHING_GIVEN):
        pass

    assert not running(project)


def test_what_a_kept_server_confirms_is_on_the_disk_and_its_log_costs_no_compression(project: Path) -> None:
    options = Postgres(resolve(project))._options()
    assert not any(f"{name}=off" in options for name in ("fsync", "full_page_writes", "synchronous_commit"))
    assert "-c wal_compression=off" in options


def test_passwords_are_required_and_kept_private(project: Path) -> None:
    with hold(project, redis=False, environment=NOTHING_GIVEN) as endpoints:
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(dbname="registry", user="registry_app", password="", host=str(resolve(project).sockets))
        assert resolve(project).passwords.stat().st_mode & 0o777 == 0o600
        assert server_started_at(endpoints)


def test_a_command_that_needs_no_service_starts_none(project: Path) -> None:
    code = "import manage; print([manage.needs_services(['manage.py', *a.split()]) for a in %r])"
    commands = ["help", "migrate --help", "check", "check --database=default", "migrate", ""]

    answer = subprocess.run(
        [sys.executable, "-c", code % commands], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == "[False, False, False, True, True, False]"
