"""Bringing files of households in."""

from datetime import datetime
from pathlib import Path

from core.access.actor import Actor
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
    its own issues, and ``batch.counts`` says how many. ``send=False``: the caller runs the job.

    Raises:
        NotPermitted: the actor may not import.
    """
    raise NotImplementedError
