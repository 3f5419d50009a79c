#!/usr/bin/env python3
"""Runs the project's commands, with the database and queue that they need.

Where ``DATABASE_URL`` and ``REDIS_URL`` are not set, a command that needs them starts the embedded
services or joins those already running, and leaves none behind.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent

NEED_NOTHING = {
    "", "help", "version", "check", "makemessages", "compilemessages", "collectstatic",
    "findstatic", "diffsettings", "startapp", "sample_register",
}  # fmt: skip
# These change or compare the schema, which only the owner may.
FOR_THE_OWNER = {"migrate", "sqlmigrate", "showmigrations", "optimizemigration", "flush", "inspectdb"}


def main(arguments: list[str]) -> None:
    """Run one command; the embedded services last as long as it does."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from core import services
    except ImportError as error:
        sys.exit(f"{error}: run `make setup` first, then use .venv/bin/python.")

    arguments = as_owner(arguments)
    if not needs_services(arguments):
        execute(arguments)
        return
    try:
        with services.hold(ROOT) as endpoints:
            os.environ.update(services.environ(endpoints))
            if command_of(arguments) == "bootstrap_database":
                bootstrap_database(arguments)
            else:
                execute(arguments)
    except services.ServiceError as error:
        sys.exit(str(error))


def command_of(arguments: list[str]) -> str:
    """The name of the command; empty when only help is asked for."""
    if {"-h", "--help", "--version"} & set(arguments[1:]):
        return ""
    return next((word for word in arguments[1:] if not word.startswith("-")), "")


def needs_services(arguments: list[str]) -> bool:
    command = command_of(arguments)
    if command == "check":
        return any(word.startswith("--database") for word in arguments)
    return command not in NEED_NOTHING


def as_owner(arguments: list[str]) -> list[str]:
    """The same command, on the owner's connection where it needs the owner's rights."""
    named = any(word.startswith("--database") for word in arguments)
    if command_of(arguments) in FOR_THE_OWNER and not named:
        return [*arguments, "--database=owner"]
    return arguments


def bootstrap_database(arguments: list[str]) -> None:
    """``manage.py bootstrap_database ADMIN_URL``: create roles and database on a server of yours."""
    from core import services

    if len(arguments) != 3:
        sys.exit(
            "Usage: manage.py bootstrap_database ADMIN_URL, with DATABASE_URL and"
            " OWNER_DATABASE_URL set to the addresses that the roles are to get."
        )
    services.bootstrap(
        admin_url=arguments[2],
        owner_url=os.environ.get("OWNER_DATABASE_URL", ""),
        app_url=os.environ.get("DATABASE_URL", ""),
    )
    print("The roles and the database are ready: run manage.py migrate next.")


def execute(arguments: list[str]) -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(arguments)


if __name__ == "__main__":
    main(sys.argv)
