"""The job that takes a pair of import files in, part by part."""

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from core import audit, files
from core.access.actor import Actor
from core.access.permissions import Permission
from core.jobs.kinds import JobKind
from core.models import Job
from registry.actions.imports import KIND
from registry.intake import arriving, entering, pipeline, surroundings
from registry.intake.ahead import Ahead
from registry.intake.files import FilesRefused, SourceFile, Spooled, as_dict, spool
from registry.intake.issues import Issue, Severity
from registry.intake.reading import Surroundings
from registry.intake.staging import Arrival, Arrived
from registry.models import ImportBatch, QuestionnaireVersion, Submission, SubmissionIssue

MANY_ISSUES = 1000
_AHEAD: Ahead[list[Arrived]] = Ahead()


class ImportJob(JobKind):
    """Reads the files once into parts of a thousand households; each part is one transaction.

    A trial (``dry_run``) is one part that is rolled back after its findings were read, so that it finds what the real
    import would, likenesses between parts included.
    """

    name = KIND
    seen_with = Permission.REGISTRY_IMPORT

    def plan(self, *, job: Job, actor: Actor, at: datetime) -> int:
        batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=job.parameters["batch"])
        version = surroundings.published()
        job.state = {"questionnaire": version.pk}
        _move(batch, ImportBatch.Status.CHECKING)
        try:
            spooled = _spool(batch, version)
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
        return 1 if batch.dry_run else spooled.parts

    def run_part(self, *, job: Job, part: int, actor: Actor, at: datetime) -> Mapping[str, int]:
        batch = ImportBatch.objects.select_related("households_file", "persons_file").get(pk=job.parameters["batch"])
        version = QuestionnaireVersion.objects.get(pk=job.state["questionnaire"])
        around = surroundings.load(version=version, actor=actor, permission=Permission.REGISTRY_IMPORT, at=at)
        if not batch.dry_run:
            return _take_in(batch, version, around, part, job, actor, at)
        with _undone():
            found: dict[str, int] = {}
            for number in range(job.state["parts"]):
                counts = _take_in(batch, version, around, number, job, actor, at)
                found = {name: found.get(name, 0) + counts[name] for name in counts}
            found["linked"] = entering.link(batch_id=batch.pk)
            issues = _findings(batch)
        batch.issues = [*batch.issues, *issues][:MANY_ISSUES]
        batch.save(update_fields=["issues"])
        return found

    def finish(self, *, job: Job, actor: Actor, at: datetime) -> None:
        _AHEAD.stop()
        batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=job.parameters["batch"])
        if batch.status == ImportBatch.Status.FAILED:
            return
        if not batch.dry_run:
            pipeline.lock()
            job.counts["linked"] = entering.link(batch_id=batch.pk)
        batch.counts |= job.counts
        _move(batch, ImportBatch.Status.DONE, counts=batch.counts)
        audit.record("import.done", subject_type="import_batch", subject_id=batch.pk, details=batch.counts)
        transaction.on_commit(lambda: shutil.rmtree(_folder(batch), ignore_errors=True))

    def failed(self, *, job: Job, actor: Actor, at: datetime) -> None:
        """The parts that were taken in stay; the job may be queued again and goes on after them."""
        _AHEAD.stop()

    def cancelled(self, *, job: Job, actor: Actor, at: datetime) -> None:
        """Nothing was taken in: the batch is over, so that the same files may be brought again."""
        batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=job.parameters["batch"])
        if batch.status == ImportBatch.Status.RECEIVED:
            issue = Issue("cancelled", Severity.ERROR, "", "The import was cancelled before it began.", "")
            _move(batch, ImportBatch.Status.FAILED, issues=[as_dict(issue)])


class _Undo(Exception):
    """Ends a trial."""


@contextmanager
def _undone() -> Iterator[None]:
    """Everything written inside is rolled back."""
    try:
        with transaction.atomic():
            yield
            raise _Undo
    except _Undo:
        pass


def _move(batch: ImportBatch, status: str, **values: object) -> None:
    """Bring the batch to a state; a job that goes on finds it there already."""
    ImportBatch.objects.filter(pk=batch.pk).update(status=status, **values)
    batch.status = status


def _folder(batch: ImportBatch) -> Path:
    return settings.FILES_DIR / "imports" / str(batch.uuid)


def _spool(batch: ImportBatch, version: QuestionnaireVersion) -> Spooled:
    """Write the parts anew into a folder of their own."""
    folder = _folder(batch)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        return spool(
            households=SourceFile(files.stored_path(batch.households_file), batch.households_file.name),
            persons=SourceFile(files.stored_path(batch.persons_file), batch.persons_file.name),
            questionnaire=surroundings.questionnaire_of(version),
            folder=folder,
        )
    except FilesRefused:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _take_in(
    batch: ImportBatch,
    version: QuestionnaireVersion,
    around: Surroundings,
    part: int,
    job: Job,
    actor: Actor,
    at: datetime,
) -> dict[str, int]:
    arrival = Arrival(
        door=Submission.Door.IMPORT.value,  # a plain text: it travels to a process without models
        batch_id=batch.pk,
        questionnaire_id=version.pk,
        submitted_by_id=actor.user_id,
        at=at,
        households_name=batch.households_file.name,
        persons_name=batch.persons_file.name,
    )
    folder = _folder(batch)
    rest = (around, arrival, batch.uuid, frozenset(job.state["missing_links"]))
    # What was read ahead counts only if nothing that it was read against has changed since.
    against = (batch.uuid, job.lease_token, around)
    try:
        arrived = _AHEAD.take((part, against)) or arriving.made(folder, part, *rest)
    except FileNotFoundError:  # this machine has not got the parts: they are made again from the stored files
        _spool(batch, version)
        arrived = arriving.made(folder, part, *rest)
    if part + 1 < job.state["parts"]:
        _AHEAD.start((part + 1, against), arriving.made, folder, part + 1, *rest)
    taken = pipeline.take_in(arrived=arrived, arrival=arrival, around=around)
    counts = {
        "households": len(arrived),
        "persons": sum(len(one.rows.members) for one in arrived if one.rows),
        **taken.counts,
    }
    keys = "\n".join(f"{one.uuid}" for one in arrived)
    audit.record(
        "import.part",
        subject_type="import_batch",
        subject_id=batch.pk,
        details={"part": part, "first": taken.ids[0], "last": taken.ids[-1], **counts},
        digest=hashlib.sha256(keys.encode()).digest(),
    )
    return counts


def _findings(batch: ImportBatch) -> list[dict[str, str]]:
    """The issues of a trial's households, before they are rolled back."""
    rows = SubmissionIssue.objects.filter(submission__batch=batch).order_by("id")
    return [
        as_dict(Issue(row.code, Severity(row.severity), row.path, row.message, row.location))
        for row in rows[:MANY_ISSUES]
    ]
