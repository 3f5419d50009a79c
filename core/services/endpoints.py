"""Addresses of the services, and the environment variables that carry them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from psycopg.conninfo import conninfo_to_dict

HELD = "REGISTRY_SERVICES_HELD"


@dataclass(frozen=True)
class Endpoints:
    """Where the services answer; ``None`` where nothing was asked for.

    ``redis_url`` is the form Celery reads, ``cache_url`` the form redis-py and Django's cache read.
    ``held`` is the project whose embedded services a child process must hold as well.
    """

    database_url: str | None = None
    owner_database_url: str | None = None
    superuser_url: str | None = None
    redis_url: str | None = None
    cache_url: str | None = None
    held: Path | None = None

    def with_redis_socket(self, path: Path, database: int = 0) -> "Endpoints":
        broker = f"redis+socket://{path}?virtual_host={database}"
        return replace(self, redis_url=broker, cache_url=cache_url(broker))


def environ(endpoints: Endpoints) -> dict[str, str]:
    """The environment variables that Django's settings and child processes read."""
    variables = {
        "DATABASE_URL": endpoints.database_url,
        "OWNER_DATABASE_URL": endpoints.owner_database_url,
        "REDIS_URL": endpoints.redis_url,
        "CACHE_URL": endpoints.cache_url,
        HELD: str(endpoints.held) if endpoints.held else None,
    }
    return {name: value for name, value in variables.items() if value}


def from_environment(given: Mapping[str, str]) -> Endpoints:
    """What the environment names already; the owner defaults to the application's address."""
    database = given.get("DATABASE_URL") or None
    redis = given.get("REDIS_URL") or None
    return Endpoints(
        database_url=database,
        owner_database_url=given.get("OWNER_DATABASE_URL") or database,
        redis_url=redis,
        cache_url=given.get("CACHE_URL") or (cache_url(redis) if redis else None),
    )


def with_embedded(endpoints: Endpoints, embedded: Endpoints, *, database: bool, redis: bool, held: Path) -> Endpoints:
    """Fill in the embedded services for what the environment does not name."""
    if database:
        endpoints = replace(
            endpoints,
            database_url=embedded.database_url,
            owner_database_url=embedded.owner_database_url,
            superuser_url=embedded.superuser_url,
        )
    if redis:
        endpoints = replace(endpoints, redis_url=embedded.redis_url, cache_url=embedded.cache_url)
    return replace(endpoints, held=held)


def cache_url(redis_url: str) -> str:
    """The same Redis database in the form that redis-py reads."""
    parts = urlsplit(redis_url)
    if parts.scheme != "redis+socket":
        return redis_url
    number = parse_qs(parts.query).get("virtual_host", ["0"])[0]
    return f"unix://{parts.path}?db={number}"


def database_settings(url: str) -> dict[str, Any]:
    """An entry of Django's ``DATABASES`` for any address libpq reads, sockets included.

    Without an address the entry names a server that does not exist: commands that need no database
    work, others fail with a plain connection error.
    """
    found = conninfo_to_dict(url) if url else {"host": "/no-database-started", "dbname": "registry"}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": found.pop("dbname", ""),
        "USER": found.pop("user", ""),
        "PASSWORD": found.pop("password", ""),
        "HOST": found.pop("host", ""),
        "PORT": str(found.pop("port", "") or ""),
        "OPTIONS": found,
    }
