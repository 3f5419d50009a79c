"""``python -m core.services``: the embedded services by hand.

status PROJECT   say what runs and where its files lie
stop PROJECT     stop the servers unless somebody uses them
clean PROJECT    stop them and remove their data
watch PROJECT    wait until nobody uses them, then stop them (started by the first client)
"""

import shutil
import sys
from pathlib import Path

from core.services.errors import ServiceError
from core.services.hold import stop_if_unused, watch
from core.services.layout import Layout, elsewhere, resolve
from core.services.postgres import Postgres
from core.services.valkey import Valkey


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or arguments[0] not in ("status", "stop", "clean", "watch"):
        print(__doc__)
        return 2
    verb, layout = arguments[0], resolve(Path(arguments[1]))
    if verb == "watch":
        watch(layout)
    elif verb == "status":
        _status(layout)
    elif not stop_if_unused(layout):
        print("The embedded services are in use: end the programs that use them first.")
        return 1
    elif verb == "clean":
        _clean(layout)
    return 0


def _status(layout: Layout) -> None:
    for name, process in (
        ("PostgreSQL", Postgres(layout).postmaster()),
        ("Valkey", Valkey(layout).process()),
    ):
        print(f"{name}: {f'runs as process {process.pid}' if process else 'stopped'}")
    print(f"Files: {layout.state}")


def _clean(layout: Layout) -> None:
    here = layout.project / "var" / "services"
    if here.is_symlink():
        here.unlink()
    shutil.rmtree(layout.state, ignore_errors=True)
    shutil.rmtree(elsewhere(layout.project, layout.keeper), ignore_errors=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ServiceError as error:
        sys.exit(f"{error}")
