"""Run the benchmarks and print each figure beside its floor; all of it as JSON in ``var/bench.json``."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from core import services

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("import", "assessment", "payroll", "look-ups", "desk", "api", "form", "odk", "search")
GROWN = ("desk", "api", "form", "odk", "search")


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with services.hold(ROOT) as endpoints:
        os.environ.update(services.environ(endpoints))
        from benchmarks.database import own_database

        with own_database(ROOT, kept=options.keep):
            import django

            django.setup()
            return _run(options)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "which",
        nargs="*",
        choices=[[], *NAMES],
        help=f"which (default: {', '.join(NAMES)})",
    )
    parser.add_argument("--households", type=int, default=20_000, help="size of the register (default: 20,000)")
    parser.add_argument(
        "--grow",
        action="store_true",
        help=f"import a small register and grow it to the size inside the database; for {', '.join(GROWN)}",
    )
    parser.add_argument("--keep", action="store_true", help="leave the benchmark's database behind")
    return parser.parse_args(arguments)


def _run(options: argparse.Namespace) -> int:
    from django.conf import settings
    from django.db import connection

    from benchmarks import crowd, deciding, desk, finding, forming, imports, measuring, odk, registering

    connection.ensure_connection()
    server = measuring.Server(connection.connection.info.backend_pid)
    wanted = options.which or NAMES
    # Each needs the register that the first brings in.
    works: list[tuple[str, Callable[[], Iterable[measuring.Figure]]]] = [
        ("import", lambda: imports.run(households=options.households, server=server, linear="import" in wanted)),
        (
            "people",
            lambda: deciding.run(server=server, assessment="assessment" in wanted, payroll="payroll" in wanted),
        ),
        (
            "desk",
            lambda: desk.run(
                households=options.households,
                server=server,
                look_ups="look-ups" in wanted,
                desk="desk" in wanted,
            ),
        ),
    ]
    if "api" in wanted:
        works.append(("api", lambda: registering.run(households=options.households, server=server)))
    if "form" in wanted:
        works.append(("form", lambda: forming.run(households=options.households)))
    if "odk" in wanted:
        works.append(("odk", lambda: odk.run(households=options.households, server=server)))
    if "search" in wanted:
        works.append(("search", lambda: finding.run(households=options.households)))
    if set(wanted) == {"import"}:
        works = works[:1]
    if options.grow:
        # In place of the import; what is decided about people is not grown with them.
        works = [work for work in works if work[0] in wanted and work[0] in GROWN]
        works.insert(0, ("crowd", lambda: crowd.fill(households=options.households, server=server)))
    figures = []
    for _, work in works:
        for figure in work():
            figures.append(figure)
            sys.stdout.write(f"{figure}\n")
            sys.stdout.flush()
    measuring.keep(
        figures,
        settings.VAR_DIR / "bench.json",
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        households=options.households,
        processors=os.cpu_count(),
        python=platform.python_version(),
        server=connection.pg_version,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
