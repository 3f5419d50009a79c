"""What bootstrap grants, seen on a server of its own."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from core.services import Endpoints, ServiceError, bootstrap, grant, hold
from tests.services.conftest import NOTHING_GIVEN, new_project

REGISTER_TABLE = "create table person (id bigint generated always as identity, name text)"


@pytest.fixture(scope="module")
def running() -> Iterator[Endpoints]:
    with new_project() as project, hold(project, redis=False, environment=NOTHING_GIVEN) as endpoints:
        yield endpoints


@pytest.fixture
def server(running: Endpoints) -> Iterator[Endpoints]:
    """A server whose owner made one empty table."""
    with psycopg.connect(running.owner_database_url or "", autocommit=True) as owner:
        owner.execute(REGISTER_TABLE)
        yield running
        owner.execute("drop table person")


@pytest.fixture
def app(server: Endpoints) -> Iterator[psycopg.Connection]:
    with psycopg.connect(server.database_url or "", autocommit=True) as connection:
        yield connection


def test_the_application_works_with_rows_of_tables_the_owner_made(app: psycopg.Connection) -> None:
    app.execute("insert into person (name) values ('A'), ('B')")
    app.execute("update person set name = 'C' where name = 'A'")
    app.execute("delete from person where name = 'B'")

    assert app.execute("select name from person").fetchall() == [("C",)]


@pytest.mark.parametrize(
    "forbidden",
    [
        "create table mine (id int)",
        "create schema mine",
        "truncate person",
        "drop table person",
        "alter table person disable trigger all",
        "create index on person (name)",
        "create database mine",
        "create role mine",
        "set role registry_owner",
    ],
)
def test_the_application_cannot_change_what_it_does_not_own(app: psycopg.Connection, forbidden: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        app.execute(forbidden)


def test_the_owner_is_no_superuser_and_ends_sessions_of_the_application(
    server: Endpoints, app: psycopg.Connection
) -> None:
    with psycopg.connect(server.owner_database_url or "", autocommit=True) as owner:
        rights = owner.execute(
            "select rolsuper, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user"
        ).fetchone()
        owner.execute("select pg_terminate_backend(%s)", [app.info.backend_pid])

    assert rights == (False, False, True)
    with pytest.raises(psycopg.OperationalError):
        app.execute("select 1")


def test_bootstrap_again_gives_back_nothing_that_was_revoked(server: Endpoints, app: psycopg.Connection) -> None:
    with psycopg.connect(server.owner_database_url or "") as owner:
        owner.execute("revoke update, delete on person from registry_app")

    bootstrap(
        admin_url=server.superuser_url or "",
        owner_url=server.owner_database_url or "",
        app_url=server.database_url or "",
    )

    with pytest.raises(InsufficientPrivilege):
        app.execute("delete from person")


def test_an_administrator_who_is_no_superuser_can_bootstrap_other_names(server: Endpoints) -> None:
    superuser = server.superuser_url or ""
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("create role rds login createdb createrole password 'x'")
    host = superuser.partition("?")[2]
    owner, app = (f"postgresql://{name}:y@/elsewhere?{host}" for name in ("their_owner", "their_app"))

    for _ in range(2):
        bootstrap(admin_url=f"postgresql://rds:x@/postgres?{host}", owner_url=owner, app_url=app)

    with psycopg.connect(owner) as connection:
        connection.execute(REGISTER_TABLE)
    with psycopg.connect(app) as connection:
        assert connection.execute("select count(*) from person").fetchone() == (0,)


def test_a_copy_of_a_database_keeps_the_privileges(server: Endpoints) -> None:
    owner_url = server.owner_database_url or ""
    maintenance = owner_url.replace("/registry?", "/postgres?")
    with psycopg.connect(maintenance, autocommit=True) as owner:
        owner.execute("create database original")
        grant(owner_url=owner_url.replace("/registry?", "/original?"), app_role="registry_app")
        owner.execute("create database copy template original")
    with psycopg.connect(owner_url.replace("/registry?", "/copy?")) as owner:
        owner.execute(REGISTER_TABLE)

    with psycopg.connect((server.database_url or "").replace("/registry?", "/copy?")) as app:
        assert app.execute("select count(*) from person").fetchone() == (0,)
        with pytest.raises(InsufficientPrivilege):
            app.execute("create table mine (id int)")


def test_one_user_for_both_roles_is_refused(server: Endpoints) -> None:
    same = server.owner_database_url or ""

    with pytest.raises(ServiceError, match="two different database users"):
        bootstrap(admin_url=server.superuser_url or "", owner_url=same, app_url=same)
