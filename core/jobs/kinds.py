"""What kinds of heavy work there are."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from core.access.actor import Actor
from core.access.permissions import Permission
from core.models import Job


class JobKind(ABC):
    """One kind of heavy work, done in numbered parts that each commit together with their progress.

    ``run_part`` is called inside ``core.acting``: everything it writes commits with the progress under the worker's
    fencing token, or not at all. After a crash the work goes on at the first part that was not committed, so a part
    must depend on nothing but the database. ``job.state`` may be changed by ``plan`` and ``run_part`` and is saved
    with the part.
    """

    name: ClassVar[str]
    permission: ClassVar[Permission | None] = None
    """Whoever holds it and sees jobs may try a failed one again or cancel a waiting one, beside who started it;
    none: administrators."""

    seen_with: ClassVar[Permission | None] = None
    """Whoever holds it and sees jobs sees those of this kind, beside who started it and administrators; none: all who
    see jobs."""

    counted: ClassVar[tuple[str, ...]] = ()
    """Names of its counts in the order in which pages show them; others come after, by name."""

    side_by_side: ClassVar[bool] = False
    """Whether one part may be made ready while the one before is under way (``core.jobs.beside``). Then ``run_part``
    calls ``core.jobs.turns.wait`` before it looks at what parts before may have written, or writes what another part
    may wait for, and keeps nothing in ``job.state``."""

    @abstractmethod
    def plan(self, *, job: Job, actor: Actor, at: datetime) -> int:
        """How many parts there are; called once, and its writes commit with the answer."""

    @abstractmethod
    def run_part(self, *, job: Job, part: int, actor: Actor, at: datetime) -> Mapping[str, int]:
        """Do part ``part`` (from 0); returns counts, which are added up on the job."""

    def finish(self, *, job: Job, actor: Actor, at: datetime) -> None:
        """After the last part, in the transaction that marks the job done."""

    def failed(self, *, job: Job, actor: Actor, at: datetime) -> None:
        """After an error, in the transaction that marks the job failed."""

    def cancelled(self, *, job: Job, actor: Actor, at: datetime) -> None:
        """After a waiting job was cancelled, in that transaction; ``actor`` is who cancelled it."""
        self.failed(job=job, actor=actor, at=at)

    def retried(self, *, job: Job, actor: Actor, at: datetime) -> None:
        """Before a failed job waits again, in that transaction. Undo here what ``failed`` marked.

        Raise ``core.jobs.queue.NotAgain`` with a sentence where it must be started anew instead.
        """


class UnknownJobKind(Exception):
    """No package has registered this kind of job."""


_kinds: dict[str, JobKind] = {}


def register(kind: JobKind) -> None:
    """Make a kind known; packages call this in ``AppConfig.ready``."""
    _kinds[kind.name] = kind


def get(name: str) -> JobKind:
    """Raises: UnknownJobKind: nobody registered it."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownJobKind(f"No package knows jobs of the kind {name!r}.") from None


def hidden_from(actor: Actor) -> list[str]:
    """The names of the kinds whose jobs are not this actor's business, unless they started them."""
    return [kind.name for kind in _kinds.values() if kind.seen_with and not actor.may(kind.seen_with)]


def find(name: str) -> JobKind | None:
    """The kind of this name, if a package has registered it."""
    return _kinds.get(name)
