import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from core.processes import running, until_one_ends, web_command, worker_command


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


class Command(BaseCommand):
    help = "Serve the site on this machine, with the worker and the scheduler, until interrupted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
        parser.add_argument("--port", type=int, default=8000, help="port (default: 8000)")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _interrupt)
        logs = settings.VAR_DIR / "log"
        with (
            running(worker_command(), log=logs / "worker.log") as worker,
            running(web_command(host=host, port=port), log=logs / "web.log", WEB_PROCESS="1") as web,
        ):
            self.stdout.write(f"Serving http://{host}:{port}/  (Ctrl-C ends it; logs: {logs})")
            try:
                until_one_ends(web, worker)
                self.stderr.write("A process ended by itself: see the logs.")
            except KeyboardInterrupt:
                self.stdout.write("Ending.")
