"""Bringing files of households in."""

from datetime import datetime
from pathlib import Path

from core import audit, files
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting
from core.jobs import queue
from core.locks import Lock, hold
from registry.models import ImportBatch

KIND = "registry.import"


def receive(
    *,
    households: bytes | Path,
    persons: bytes | Path,
    households_name: str = "households.csv",
    persons_name: str = "persons.csv",
    dry_run: bool = False,
    actor: Actor,
    at: datetime,
    send: bool = True,
) -> ImportBatch:
    """Store a pair of files and queue the job that reads, checks and enters them (``batch.job``).

    The same bytes again are the same batch: it is returned (its ``created_at`` is then earlier than ``at``) and
    nothing changes. What was wrong with the files as such stands in ``batch.issues`` (a list of
    ``{code, severity, location, message}``) and the batch is FAILED; otherwise each household is a submission with
    its own issues, and ``batch.counts`` says how many. A ``dry_run`` finds the same and enters nothing: what the
    households' issues would be stands in ``batch.issues``. ``send=False``: the caller runs the job.

    Raises:
        NotPermitted: the actor may not import.
    """
    actor.require(Permission.REGISTRY_IMPORT)
    digest = _digest(households, persons)
    with acting(actor=actor, at=at):
        _one_at_a_time(digest)
        known = ImportBatch.objects.filter(digest=digest, dry_run=False).exclude(status=ImportBatch.Status.FAILED)
        if not dry_run and (same := known.first()):
            return same
        batch = ImportBatch.objects.create(
            digest=digest,
            dry_run=dry_run,
            households_file=files.store(households, name=households_name, kind="import.households", at=at),
            persons_file=files.store(persons, name=persons_name, kind="import.persons", at=at),
            created_at=at,
            created_by_id=actor.user_id,
        )
        batch.job = queue.enqueue(
            kind=KIND,
            identity=f"{KIND}:{batch.pk}",
            label=f"Import of {households_name} and {persons_name}" + (" (trial)" if dry_run else ""),
            parameters={"batch": batch.pk},
            actor=actor,
            at=at,
            send=send,
        )
        batch.save(update_fields=["job"])
        audit.record(
            "import.receive",
            subject_type="import_batch",
            subject_id=batch.pk,
            details={"dry_run": dry_run},
            digest=bytes.fromhex(digest),
        )
    return batch


def _digest(households: bytes | Path, persons: bytes | Path) -> str:
    import hashlib

    both = files.digest_of(households) + files.digest_of(persons)
    return hashlib.sha256(both.encode()).hexdigest()


def _one_at_a_time(digest: str) -> None:
    """Two uploads of the same bytes at once: the second waits, then finds the first."""
    hold(Lock.IMPORT, digest)
