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


class NeedsSomebody(Exception):
    """A survey made anew asks for changes, and changes are asked for by a person."""


def receive(
    *,
    households: bytes | Path,
    persons: bytes | Path | None = None,
    households_name: str = "households.csv",
    persons_name: str = "persons.csv",
    dry_run: bool = False,
    all_or_nothing: bool = False,
    re_survey: bool = False,
    actor: Actor,
    at: datetime,
    send: bool = True,
) -> ImportBatch:
    """Store a pair of files and queue the job that reads, checks and enters them (``batch.job``).

    Without ``persons`` the one file is a workbook of two sheets. ``all_or_nothing``: one household that is refused
    keeps all of them out. ``re_survey``: the files may tell of registered households anew. The same bytes again are
    the same batch: it is returned (its ``created_at`` is then earlier than ``at``) and nothing changes. What was wrong
    with the files as such stands in ``batch.issues`` (a list of ``{code, severity, location, message}``) and the batch
    is FAILED; otherwise each household is a submission with its own issues, and ``batch.counts`` says how many. A
    ``dry_run`` finds the same and enters nothing: what the households' issues would be stands in ``batch.issues``.
    ``send=False``: the caller runs the job.

    Raises:
        NotPermitted: the actor may not import.
        NeedsSomebody: a survey made anew, and no person sends it.
    """
    actor.require(Permission.REGISTRY_IMPORT)
    if re_survey and actor.user_id is None:
        raise NeedsSomebody("A survey made anew is sent by a person, who asks for the changes: say who.")
    digest = _digest(households, persons, re_survey=re_survey)
    with acting(actor=actor, at=at):
        _one_at_a_time(digest)
        known = ImportBatch.objects.filter(digest=digest, dry_run=False).exclude(status=ImportBatch.Status.FAILED)
        if not dry_run and (same := known.first()):
            return same
        kind = "import.workbook" if persons is None else "import.households"
        first = files.store(households, name=households_name, kind=kind, at=at)
        second = first if persons is None else files.store(persons, name=persons_name, kind="import.persons", at=at)
        batch = ImportBatch.objects.create(
            digest=digest,
            dry_run=dry_run,
            all_or_nothing=all_or_nothing,
            re_survey=re_survey,
            households_file=first,
            persons_file=second,
            created_at=at,
            created_by_id=actor.user_id,
        )
        batch.job = queue.enqueue(
            kind=KIND,
            identity=f"{KIND}:{batch.pk}",
            label=f"Import of {names_of(batch)}" + (" (trial)" if dry_run else ""),
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
            details={"dry_run": dry_run, "all_or_nothing": all_or_nothing, "re_survey": re_survey},
            digest=bytes.fromhex(digest),
        )
    return batch


def names_of(batch: ImportBatch) -> str:
    """What its sender calls the files."""
    if batch.is_workbook:
        return batch.households_file.name
    return f"{batch.households_file.name} and {batch.persons_file.name}"


def _digest(households: bytes | Path, persons: bytes | Path | None, *, re_survey: bool) -> str:
    import hashlib

    both = files.digest_of(households) + ("" if persons is None else files.digest_of(persons))
    return hashlib.sha256((("re-survey:" if re_survey else "") + both).encode()).hexdigest()


def _one_at_a_time(digest: str) -> None:
    """Two uploads of the same bytes at once: the second waits, then finds the first."""
    hold(Lock.IMPORT, digest)
