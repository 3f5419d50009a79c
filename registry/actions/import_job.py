"""The job that takes a pair of import files in, part by part."""

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import district_ids
from core.jobs import turns
from core.jobs.kinds import JobKind
from core.models import Job
from registry.actions import corrected, renewals, trials
from registry.actions.import_files import folder_of, source_names, spool_into
from registry.actions.imports import KIND
from registry.intake import arriving, correcting, entering, pipeline, surroundings
from registry.intake.ahead import Ahead
from registry.intake.files import FilesRefused, as_dict
from registry.intake.issues import Issue, Severity
from registry.intake.reading import Surroundings
from registry.intake.staging import Arrival, Arrived
from registry.models import ImportBatch, QuestionnaireVersion, Submission, SubmissionIssue

MANY_ISSUES = 1000
COPY_NOT_KEPT = (
    "There is no file of rows to correct, because somewhere an address was protected while it was written. "
    "Bring the files again to have it."
)
ALL_OR_NOTHING = "Nothing was entered, because not everything is in order and all or nothing was asked for."
_AHEAD: Ahead[list[Arrived]] = Ahead()


class ImportJob(JobKind):
    """Reads the files once into parts of a thousand households; each part is one transaction.

    A trial (``dry_run``) is one part that is rolled back after its findings were read, so that it finds what the real
    import would, likenesses between parts included. All or nothing is one part, too: one refusal rolls it back.
    """

    name = KIND
    counted = ("households", "persons", "accepted", "in_review", "refused", "linked", "persons_registered")
    side_by_side = True
    seen_with = Permission.REGISTRY_IMPORT

    def plan(self, *, job: Job, actor: Actor, at: datetime) -> int:
        batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=job.parameters["batch"])
        version = surroundings.published()
        job.state = {"questionnaire": version.pk}
        _move(batch, ImportBatch.Status.CHECKING)
        try:
            spooled = spool_into(folder_of(batch), batch, version)
        except FilesRefused as refused:
            _move(batch, ImportBatch.Status.FAILED, issues=[as_dict(issue) for issue in refused.issues])
            audit.record(
                "import.refuse",
                subject_type="import_batch",
                subject_id=batch.pk,
                details={"codes": sorted({issue.code for issue in refused.issues})},
            )
            return 0
        job.state |= {"parts": spooled.parts, "missing_links": spooled.missing_links}
        batch.issues = spooled.issues
        batch.counts = {"rows_without_household": len(spooled.issues) + spooled.issues_left_off}
        batch.save(update_fields=["issues", "counts"])
        return 1 if batch.dry_run or batch.all_or_nothing else spooled.parts

    def run_part(self, *, job: Job, part: int, actor: Actor, at: datetime) -> Mapping[str, int]:
        batch = ImportBatch.objects.select_related("households_file", "persons_file").get(pk=job.parameters["batch"])
        version = QuestionnaireVersion.objects.get(pk=job.state["questionnaire"])
        around = surroundings.load(version=version, actor=actor, permission=Permission.REGISTRY_IMPORT, at=at)
        parts = _Parts(job, batch, version, around, _arrival(batch, version, actor, at))
        changing: set[int] = set()
        take_in = partial(_take_in, batch, parts.arrival, around, changing=changing, actor=actor, at=at)
        _without_waiting_for_the_disk()
        if not (batch.dry_run or batch.all_or_nothing):
            return take_in(part, parts.read(part))
        return _whole(batch, parts, take_in, changing=changing, at=at)

    def finish(self, *, job: Job, actor: Actor, at: datetime) -> None:
        _AHEAD.stop()
        batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=job.parameters["batch"])
        transaction.on_commit(lambda: shutil.rmtree(folder_of(batch), ignore_errors=True))
        if batch.status == ImportBatch.Status.FAILED:
            return
        if not batch.dry_run:
            pipeline.lock()
            job.counts["linked"] = entering.link(batch_id=batch.pk)
        batch.counts |= job.counts
        _move(batch, ImportBatch.Status.DONE, counts=batch.counts)
        audit.record("import.done", subject_type="import_batch", subject_id=batch.pk, details=batch.counts)

    def failed(self, *, job: Job, actor: Actor, at: datetime) -> None:
        """The parts that were taken in stay; the job may be queued again and goes on after them."""
        _AHEAD.stop()

    def cancelled(self, *, job: Job, actor: Actor, at: datetime) -> None:
        """Nothing was taken in: the batch is over, so that the same files may be brought again."""
        batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=job.parameters["batch"])
        if batch.status == ImportBatch.Status.RECEIVED:
            issue = Issue("cancelled", Severity.ERROR, "", "The import was cancelled before it began.", "")
            _move(batch, ImportBatch.Status.FAILED, issues=[as_dict(issue)])


def _without_waiting_for_the_disk() -> None:
    """What a crash of the server takes of a part it takes with its progress, so that the part is made again.

    ``finish`` waits, and with it everything before it is on the disk.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")


def _arrival(batch: ImportBatch, version: QuestionnaireVersion, actor: Actor, at: datetime) -> Arrival:
    households_name, persons_name = source_names(batch)
    return Arrival(
        door=Submission.Door.IMPORT.value,  # a plain text: it travels to a process without models
        batch_id=batch.pk,
        questionnaire_id=version.pk,
        submitted_by_id=actor.user_id,
        at=at,
        households_name=households_name,
        persons_name=persons_name,
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of a batch's files, to be read one by one."""

    job: Job
    batch: ImportBatch
    version: QuestionnaireVersion
    around: Surroundings
    arrival: Arrival

    def read(self, part: int) -> list[Arrived]:
        """The households of one part, if it was not read ahead read now."""
        try:
            return _AHEAD.take(self._key(part)) or arriving.made(*self._told(part), self.around)
        except FileNotFoundError:  # this machine has not got the parts: they are made again from the stored files
            spool_into(folder_of(self.batch), self.batch, self.version)
            return arriving.made(*self._told(part), self.around)

    def read_ahead(self, part: int) -> None:
        """Begin to read a part, to be there when it is asked for."""
        _AHEAD.start(self._key(part), arriving.made, *self._told(part), last=(self.around,))

    def _key(self, part: int) -> object:
        """What was read ahead counts only if nothing that it was read against has changed since."""
        return part, self.batch.uuid, self.job.lease_token, self.around

    def _told(self, part: int) -> tuple[Path, int, Arrival, UUID, frozenset[str]]:
        missing_links = frozenset(self.job.state["missing_links"])
        return folder_of(self.batch), part, self.arrival, self.batch.uuid, missing_links


class _Undo(Exception):
    """Takes back what a part wrote."""


def _whole(
    batch: ImportBatch,
    parts: _Parts,
    take_in: Callable[[int, list[Arrived]], dict[str, int]],
    *,
    changing: set[int],
    at: datetime,
) -> dict[str, int]:
    """All parts in one transaction: a trial takes it back, and so does a refusal where all or nothing was said.

    While one part is taken in the next is read. ``changing`` is filled by ``take_in``: submissions that change a
    registered household.
    """
    counts: dict[str, int] = {}
    hidden = corrected.ever_hidden()
    folder, total = folder_of(batch), parts.job.state["parts"]
    try:
        with transaction.atomic():
            for number in range(total):
                arrived = parts.read(number)
                if number + 1 < total:
                    parts.read_ahead(number + 1)
                for name, count in take_in(number, arrived).items():
                    counts[name] = counts.get(name, 0) + count
            counts["linked"] = entering.link(batch_id=batch.pk)
            kept_out = counts["refused"] + batch.counts["rows_without_household"]
            if not (batch.dry_run or kept_out):
                return counts
            issues = _findings(batch)
            # Written before it is taken back: afterwards nobody knows what was found.
            with corrected.new_copy(batch, folder) as copy:
                for number in range(total):
                    corrected.add_part(copy, batch, folder, number, everything=not batch.dry_run)
                copy.orphans()
            if tells := batch.dry_run and batch.re_survey:
                trials.write(batch, folder, changing=changing)
            raise _Undo
    except _Undo:
        pass
    if tells:
        counts["would_change"] = trials.keep(batch, folder)
    try:
        counts |= corrected.keep(batch, folder, copy, before=hidden, at=at)
    except corrected.SomebodyHidden:  # whose rows it holds nobody knows any more
        issues = [as_dict(Issue("copy_not_kept", Severity.WARNING, "", COPY_NOT_KEPT, "")), *issues]
    if batch.dry_run:
        batch.issues = [*batch.issues, *issues][:MANY_ISSUES]
        batch.save(update_fields=["issues"])
        return counts
    why = Issue("all_or_nothing", Severity.ERROR, "", ALL_OR_NOTHING, "")
    issues = [as_dict(why), *batch.issues, *issues][:MANY_ISSUES]
    _move(batch, ImportBatch.Status.FAILED, issues=issues, counts=batch.counts | counts | {"accepted": 0})
    audit.record("import.refuse", subject_type="import_batch", subject_id=batch.pk, details={"codes": [why.code]})
    return {name: counts[name] for name in ("households", "persons", "refused")}


def _move(batch: ImportBatch, status: str, **values: object) -> None:
    """Bring the batch to a state; a job that goes on finds it there already."""
    ImportBatch.objects.filter(pk=batch.pk).update(status=status, **values)
    batch.status = status


def _take_in(
    batch: ImportBatch,
    arrival: Arrival,
    around: Surroundings,
    part: int,
    arrived: list[Arrived],
    *,
    changing: set[int],
    actor: Actor,
    at: datetime,
) -> dict[str, int]:
    """What was read of one part; ``changing`` takes the submissions that change a registered household."""
    if any(correcting.corrects(one) for one in arrived):
        turns.wait()
    whose: dict[str, Any] = {"sender": actor.user_id, "everybodys": _everybodys(actor)}
    fresh = correcting.changed(arrived, **whose)

    def staged(ids: Sequence[int]) -> None:
        turns.wait()  # what is staged is nobody else's; what is found from here on may be of a part before
        pairs = list(zip(ids, fresh, strict=True))
        correcting.replace(pairs, households=arrival.households_name, at=at, **whose)

    anew = None
    if batch.re_survey:
        permission = Permission.REGISTRY_IMPORT
        anew = renewals.anew(
            permission=permission, actor=actor, at=at, households_name=arrival.households_name, changing=changing
        )
    taken = pipeline.take_in(arrived=fresh, arrival=arrival, around=around, staged=staged, anew=anew)
    counts = {
        "households": len(arrived),
        "persons": sum(len(one.rows.members) for one in arrived if one.rows),
        **taken.counts,
    }
    if waiting := len(arrived) - len(fresh):
        counts["unchanged"] = counts.get("unchanged", 0) + waiting
    keys = "\n".join(f"{one.uuid}" for one in arrived)
    audit.record(
        "import.part",
        subject_type="import_batch",
        subject_id=batch.pk,
        details={"part": part, "first": min(taken.ids, default=None), "last": max(taken.ids, default=None), **counts},
        digest=hashlib.sha256(keys.encode()).digest(),
    )
    return counts


def _everybodys(actor: Actor) -> bool:
    """Whether this sender may correct what others sent: the system, and who imports for the whole country."""
    return actor.user_id is None or district_ids(actor, Permission.REGISTRY_IMPORT) is None


def _findings(batch: ImportBatch) -> list[dict[str, str]]:
    """The issues of a trial's households, before they are rolled back."""
    rows = SubmissionIssue.objects.filter(submission__batch=batch).order_by("id")
    return [
        as_dict(Issue(row.code, Severity(row.severity), row.path, row.message, row.location))
        for row in rows[:MANY_ISSUES]
    ]
