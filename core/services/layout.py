"""Where the embedded services keep their files, and as whom they run.

Normally everything lies in ``var/services`` of the project. PostgreSQL refuses to run as root, so
root runs it as the project's owner or, where that is root too, as ``nobody``. If that account
cannot enter the project's folder, the files lie in a private folder below ``/var/tmp`` and
``var/services`` links there: permissions of somebody's own folders are never opened.
"""

import hashlib
import os
import pwd
import re
import shutil
import stat
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from core.services.errors import ServiceError

ELSEWHERE = Path("/var/tmp")
# A socket's address holds 107 characters; the longest name here is ".s.PGSQL.5432.lock".
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")


@dataclass(frozen=True)
class Account:
    """The user the servers run as; ``switched`` when that is not who we are."""

    uid: int
    gid: int
    switched: bool

    def run(self, command: list[str], *, cwd: Path, timeout: float) -> subprocess.CompletedProcess[str]:
        """Run a command as this account, with a bare environment and no inherited files."""
        options = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switched else {}
        return subprocess.run(
            command,
            cwd=cwd,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": str(cwd)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout,
            umask=0o077,
            check=False,
            **options,  # type: ignore[call-overload]
        )

    def can_enter(self, folder: Path) -> bool:
        """Whether this account reaches the files in a folder (asked of the kernel, lists included)."""
        if not self.switched:
            return os.access(folder, os.X_OK)
        answer = self.run(["/bin/sh", "-c", f"cd {_quoted(folder)}"], cwd=Path("/"), timeout=30)
        return answer.returncode == 0


@dataclass(frozen=True)
class Layout:
    """The folders of one project's services.

    ``state`` belongs to ``keeper``, the user who administers the project; the folders of the two
    servers and of their sockets (mode 0700) to the account they run as.
    """

    project: Path
    state: Path
    account: Account
    keeper: int

    @property
    def mutex(self) -> Path:
        return self.state / "mutex"

    @property
    def clients(self) -> Path:
        return self.state / "clients"

    @property
    def passwords(self) -> Path:
        return self.state / "passwords.json"

    @property
    def postgres(self) -> Path:
        return self.state / "postgres"

    @property
    def valkey(self) -> Path:
        return self.state / "valkey"

    @cached_property
    def sockets(self) -> Path:
        """Folder of the sockets: short, and without characters that need quoting in an address."""
        here = self.state / "sockets"
        if len(str(here)) <= LONGEST_SOCKET_FOLDER and re.fullmatch(r"[\w./-]+", str(here), re.A):
            return here
        return elsewhere(self.project, self.keeper) / "sockets"

    def prepare(self) -> None:
        """Create what is missing; harmless when all is there."""
        if self.sockets.parent != self.state:
            own_folder(self.sockets.parent, mode=0o711, owner=self.keeper)
        for folder in (self.postgres, self.valkey, self.sockets):
            own_folder(folder, mode=0o700, owner=self.account.uid)

    def write_private(self, path: Path, text: str, *, owner: int | None = None) -> None:
        """Write a file in ``state`` whole or not at all, readable by its owner alone."""
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            give(handle, self.keeper if owner is None else owner)
            file.write(text)
            file.flush()
            os.fsync(handle)
        draft.replace(path)


def resolve(project: Path) -> Layout:
    """Decide folder and account for a project, creating the state folder if need be.

    Raises:
        ServiceError: the folder belongs to somebody else, or nobody may run the servers.
    """
    project = project.resolve()
    account = _account(project)
    keeper = account.uid if account.uid == project.stat().st_uid else os.geteuid()
    away = elsewhere(project, keeper)
    here = project / "var" / "services"
    if here.is_symlink() and here.readlink() != away and os.access(here.parent, os.W_OK):
        here.unlink()  # the project was moved or copied with its link: what it names is not ours
    if not here.is_symlink() and not here.exists():
        _create(here, away, account, keeper)
    state = here if here.is_dir() and not here.is_symlink() else away
    own_folder(state, mode=0o711, owner=keeper)
    if not account.can_enter(state):
        raise ServiceError(
            f"The account that runs the database (user number {account.uid}) cannot enter {state}:"
            " give it the right to pass through the folders above, or remove that folder."
        )
    return Layout(project=project, state=state, account=account, keeper=keeper)


def _create(here: Path, away: Path, account: Account, keeper: int) -> None:
    """Create ``var/services``, or make it a link to a private folder elsewhere."""
    try:
        if not here.parent.exists():
            here.parent.mkdir(mode=0o755)
            give(here.parent, keeper)
        if not account.can_enter(here.parent):
            here.symlink_to(away)
            return
        own_folder(here, mode=0o711, owner=keeper)
        if account.switched:  # some shared folders let nobody give files away
            own_folder(here / "postgres", mode=0o700, owner=account.uid)
    except PermissionError:
        if here.is_dir() and not here.is_symlink():
            shutil.rmtree(here)
            here.symlink_to(away)
        # else a read-only checkout: the folder elsewhere is found by its name alone


def elsewhere(project: Path, keeper: int) -> Path:
    """The private folder outside the project, named by project and administrator."""
    name = hashlib.sha256(f"{project}\0{keeper}".encode()).hexdigest()[:16]
    return ELSEWHERE / f"registry-{name}"


def own_folder(folder: Path, *, mode: int, owner: int) -> None:
    """Create a folder of ours, or make sure that an existing one is no trap.

    Raises:
        ServiceError: something else lies there, or it belongs to somebody else.
    """
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        give(folder, owner)
        folder.chmod(mode)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise ServiceError(f"{folder} is not a folder: remove it or move it away.")
    if found.st_uid != owner:
        raise ServiceError(
            f"{folder} belongs to user number {found.st_uid}: run this as that user,"
            " or remove the folder if its data may go."
        )


def give(path: Path | int, owner: int) -> None:
    """Give a file to its owner; only root ever has to."""
    if os.geteuid() == 0 and owner != 0:
        os.chown(path, owner, pwd.getpwuid(owner).pw_gid)


def _account(project: Path) -> Account:
    if os.geteuid() != 0:
        return Account(uid=os.geteuid(), gid=os.getegid(), switched=False)
    owner = project.stat().st_uid
    for candidate in (owner, "nobody"):
        try:
            entry = pwd.getpwuid(candidate) if isinstance(candidate, int) else pwd.getpwnam(candidate)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(uid=entry.pw_uid, gid=entry.pw_gid, switched=True)
    raise ServiceError(
        "PostgreSQL does not run as root, and there is no user 'nobody' to run it as:"
        " run this as an ordinary user, or set DATABASE_URL to a server of yours."
    )


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "'\\''") + "'"
