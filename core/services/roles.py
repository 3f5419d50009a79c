"""The two database roles and the database they share: bootstrap, not migration.

The owner creates, migrates and owns everything; the application logs in as a role that owns nothing,
so that what migrations revoke from it (changing an audit row, say) stays revoked.
"""

from collections.abc import Mapping

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from core.services.errors import ServiceError


def bootstrap(*, admin_url: str, owner_url: str, app_url: str) -> None:
    """Create or correct the roles and the database that the two addresses name.

    Repeats are harmless: passwords become those of the addresses, privileges are granted again;
    what migrations revoked on existing tables stays revoked.

    Raises:
        ServiceError: the addresses do not fit each other.
        psycopg.Error: the administrator may not create roles or databases.
    """
    owner, app = conninfo_to_dict(owner_url), conninfo_to_dict(app_url)
    if not owner.get("user") or not app.get("user") or owner["user"] == app["user"]:
        raise ServiceError(
            "OWNER_DATABASE_URL and DATABASE_URL must name two different database users:"
            " one owns the tables, the other works with them."
        )
    if not owner.get("dbname") or owner["dbname"] != app.get("dbname"):
        raise ServiceError("OWNER_DATABASE_URL and DATABASE_URL must name the same database.")
    with psycopg.connect(admin_url, autocommit=True) as admin:
        _role(admin, owner, creates_databases=True)
        _role(admin, app, creates_databases=False)
        # The owner may end the application's connections, for instance to drop a test database.
        _run(admin, "grant {} to {}", app["user"], owner["user"])
        if not _is_superuser(admin):
            _run(admin, "grant {} to current_user", owner["user"])
        known = admin.execute("select 1 from pg_database where datname = %s", [owner["dbname"]])
        if known.fetchone() is None:
            _run(admin, "create database {} owner {}", owner["dbname"], owner["user"])
    grant(owner_url=owner_url, app_role=str(app["user"]))


def grant(*, owner_url: str, app_role: str) -> None:
    """Settle who may do what in the database of ``owner_url``, which that user owns.

    The application may use the schema and the rows of tables yet to be created, temporary tables
    included, but cannot create anything that stays. A copy made of this database with
    ``CREATE DATABASE ... TEMPLATE`` keeps all of it except the first two lines.
    """
    database = conninfo_to_dict(owner_url)["dbname"]
    owner = conninfo_to_dict(owner_url)["user"]
    defaults = "alter default privileges for role {} "
    with psycopg.connect(owner_url) as connection:
        _run(connection, "revoke all on database {} from public", database)
        _run(connection, "grant connect, temporary on database {} to {}", database, app_role)
        _run(connection, "alter schema public owner to {}", owner)
        _run(connection, "revoke all on schema public from public")
        _run(connection, "grant usage on schema public to {}", app_role)
        for privileges in (
            "grant select, insert, update, delete on tables to {}",
            "grant usage, select on sequences to {}",
            "grant execute on functions to {}",
        ):
            _run(connection, defaults + privileges, owner, app_role)
        _run(connection, defaults + "revoke execute on functions from public", owner)


def _role(admin: psycopg.Connection, wanted: Mapping[str, object], *, creates_databases: bool) -> None:
    name = str(wanted["user"])
    known = admin.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone()
    if known is None:
        _run(admin, "create role {} login", name)
    kind = "createdb" if creates_databases else "nocreatedb"
    _run(admin, f"alter role {{}} login {kind} nocreaterole", name)
    if wanted.get("password"):
        admin.execute(
            sql.SQL("alter role {} password {}").format(sql.Identifier(name), sql.Literal(wanted["password"]))
        )


def _is_superuser(admin: psycopg.Connection) -> bool:
    row = admin.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
    return bool(row and row[0])


def _run(connection: psycopg.Connection, statement: str, *names: object) -> None:
    identifiers = [sql.Identifier(str(name)) for name in names]
    connection.execute(sql.SQL(statement).format(*identifiers))
