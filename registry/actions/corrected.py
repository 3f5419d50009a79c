"""The corrected copy of an import: what was refused or waits, as it came, with what was wrong."""

import re
import shutil
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from core import audit, files, reader
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting
from core.jobs import queue
from core.jobs.kinds import JobKind
from core.locks import Lock, hold
from core.models import Job, StoredFile, User
from registry.actions import import_files, trials
from registry.intake.corrected import CorrectedCopy, KeptOut
from registry.models import ImportBatch, QuestionnaireVersion, SafePlace, Submission
from registry.queries.said import translator

KIND = "registry.import.corrected"
_ROW = re.compile(r", row ([0-9]+)(?:, column (.+))?\Z").search
_WAITING = (Submission.Status.REFUSED, Submission.Status.IN_REVIEW, Submission.Status.RETURNED)

_KEPT_OUT = """
SELECT s.source_key, s.uuid, coalesce(i.path, ''), coalesce(i.location, ''), coalesce(i.message, '')
FROM registry_submission s LEFT JOIN registry_submissionissue i ON i.submission_id = s.id
WHERE s.batch_id = %(batch)s AND s.status = ANY(%(statuses)s) AND s.source_key = ANY(%(keys)s)
    AND (s.area_id IS NULL OR s.area_id <> s.district_id) -- a protected household's row does not go out again
ORDER BY s.id, i.id
"""


class NothingToCorrect(Exception):
    """Nothing of this import was refused or waits."""


class SomebodyHidden(Exception):
    """An address was protected while the copy was written, so it is not kept."""


class NotFinished(Exception):
    """The import is still under way, or entered nothing."""


def ask(*, batch_id: int, actor: Actor, at: datetime, send: bool = True) -> ImportBatch:
    """Queue the making of the corrected copy from what stands there now; it takes the place of an earlier one.

    Raises:
        NotPermitted: the actor may not import.
        NotFinished: the import is under way, or was a trial, which has its copy already.
        NothingToCorrect: everything entered.
    """
    actor.require(Permission.REGISTRY_IMPORT)
    with acting(actor=actor, at=at):
        batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
        if batch.status != ImportBatch.Status.DONE or batch.dry_run:
            raise NotFinished("The import is still under way, or entered nothing.")
        waiting = Submission.objects.filter(batch=batch, status__in=_WAITING).exists()
        if not waiting and not batch.counts.get("rows_without_household"):
            raise NothingToCorrect("Nothing of this import was refused or waits for review.")
        queue.enqueue(
            kind=KIND,
            identity=f"{KIND}:{batch.pk}",
            label=f"Corrected copy of {batch.households_file.name}",
            parameters={"batch": batch.pk},
            actor=actor,
            at=at,
            send=send,
        )
    return batch


class CorrectedJob(JobKind):
    """Reads the stored files again and writes those rows whose household has not entered. One part: seconds."""

    name = KIND
    seen_with = Permission.REGISTRY_IMPORT

    def plan(self, *, job: Job, actor: Actor, at: datetime) -> int:
        return 1

    def run_part(self, *, job: Job, part: int, actor: Actor, at: datetime) -> Mapping[str, int]:
        batch = ImportBatch.objects.select_related("households_file", "persons_file", "job").get(
            pk=job.parameters["batch"]
        )
        version = QuestionnaireVersion.objects.get(pk=batch.job.state["questionnaire"]) if batch.job else None
        if version is None:
            raise NotFinished("The import's own record is gone.")
        folder = import_files.folder_of(batch, "-corrected")
        asked_by = User.objects.filter(pk=actor.user_id or 0).values_list("language", flat=True).first()
        try:
            parts = import_files.spool_into(folder, batch, version).parts
            while True:
                before = ever_hidden()
                with reader.reading_in(asked_by or ""), new_copy(batch, folder) as copy:
                    for number in range(parts):
                        add_part(copy, batch, folder, number)
                    copy.orphans()
                try:
                    return keep(batch, folder, copy, before=before, at=at)
                except SomebodyHidden:
                    continue  # her row may be in it: it is written again, without
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def ever_hidden() -> int:
    """How often somebody's whereabouts were put apart: another number once a household is hidden, for ``keep``."""
    return SafePlace.objects.count()


def new_copy(batch: ImportBatch, folder: Path) -> CorrectedCopy:
    """A copy to be written from the parts in ``folder``."""
    return CorrectedCopy(folder, out=folder / "corrected", workbook=batch.is_workbook)


def add_part(copy: CorrectedCopy, batch: ImportBatch, folder: Path, number: int, *, everything: bool = False) -> None:
    """Add the households of one part that have not entered; ``everything``: all of them, for none has."""
    keys = {key for kind, key, _, _ in import_files.read_records(folder, number) if kind == "h"}
    known = _kept_out(batch, keys, named=not (batch.dry_run or everything))
    copy.part(number, {key: known.get(key, KeptOut()) for key in keys} if everything else known)


def keep(batch: ImportBatch, folder: Path, copy: CorrectedCopy, *, before: int, at: datetime) -> dict[str, int]:
    """Keep the finished copy as a file of the batch, for as long as the settings say; returns counts.

    Who hides a household withdraws the copies that are kept, under the same lock. So either this copy is among them, or
    what was hidden is seen here: ``before`` is what ``ever_hidden`` said before the first row was read.

    Raises:
        SomebodyHidden: a household was hidden since.
    """
    if not copy.rows:
        return {"rows_to_correct": 0}
    hold(Lock.CORRECTED_COPY)
    if ever_hidden() != before:
        raise SomebodyHidden(SomebodyHidden.__doc__)
    stem = Path(batch.households_file.name).stem
    name = f"{stem}-corrected.{'xlsx' if batch.is_workbook else 'zip'}"
    until = timezone.localdate(at) + timedelta(days=settings.CORRECTED_COPY_DAYS)
    batch.corrected_file = files.store(
        folder / "corrected", name=name, kind="import.corrected", at=at, retain_until=until
    )
    batch.save(update_fields=["corrected_file"])
    audit.record(
        "import.corrected",
        subject_type="import_batch",
        subject_id=batch.pk,
        details={"households": copy.households, "rows": copy.rows},
        digest=bytes.fromhex(batch.corrected_file.sha256),
    )
    return {"rows_to_correct": copy.rows}


def _kept_out(batch: ImportBatch, keys: Collection[str], *, named: bool) -> dict[str, KeptOut]:
    """Who has not entered, of these households; ``named``: with the submission that a correction replaces."""
    households_name, _ = import_files.source_names(batch)
    found: dict[str, KeptOut] = {}
    values: dict[str, Any] = {"batch": batch.pk, "statuses": list(_WAITING), "keys": list(keys)}
    said = translator()
    with connection.cursor() as cursor:
        cursor.execute(_KEPT_OUT, values)
        for key, uuid, path, location, message in cursor.fetchall():
            messages: dict[tuple[str, int], list[str]] = {}
            one = found.setdefault(key, KeptOut(str(uuid) if named else "", messages))
            if message and (place := _ROW(location)):
                column = place[2] or path.rpartition("/")[2]
                kind = "h" if location.startswith(f"{households_name},") else "m"
                told = one.messages.setdefault((kind, int(place[1])), [])  # type: ignore[attr-defined]
                told.append(f"{column}: {said(message)}" if column else said(message))
    return found


def stored_copy(batch: ImportBatch, *, today: Any) -> Path | None:
    """Where the copy lies; nothing when there is none, or its time is over."""
    kept = batch.corrected_file
    if kept is None or kept.erased_at is not None or (kept.retain_until and kept.retain_until < today):
        return None
    try:
        return files.stored_path(kept)
    except files.FileGone:
        return None


def withdraw(*, district_id: int, at: datetime) -> int:
    """Give out no copy any more that was made while the place of a hidden household of this district could be told.

    In the act of who hides it. Of an import that entered nothing (a trial, all or nothing) no submission says whose
    rows its copy holds, so every such copy goes; what a trial was told of her household goes too. Their time is over,
    and retention erases them; whoever still has rows to correct has them made anew, without hers. Returns how many.
    A copy that is being written meanwhile sees what was hidden before it is kept (``keep``).
    """
    hold(Lock.CORRECTED_COPY)
    trials.forget_hidden(household__district=district_id)
    today = timezone.localdate(at)
    entered = Q(status=ImportBatch.Status.DONE, dry_run=False)
    hidden = Submission.objects.filter(area_id=district_id, batch__isnull=False)
    telling = ImportBatch.objects.filter(~entered | Q(pk__in=hidden.values("batch_id")))
    copies = StoredFile.objects.filter(pk__in=telling.values("corrected_file_id"), retain_until__gte=today)
    return copies.update(retain_until=today - timedelta(days=1))
