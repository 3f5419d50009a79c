"""Pairs of files that were brought in."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, QuerySet

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import district_ids, within
from registry.models import ImportBatch, Submission, SubmissionIssue, TrialUpdate
from registry.queries.paging import SIZE, Page, cut, whole_number


def _visible(actor: Actor) -> QuerySet[ImportBatch]:
    """One's own; who may import for the whole country sees all."""
    actor.require(Permission.REGISTRY_IMPORT)
    found = ImportBatch.objects.all()
    if district_ids(actor, Permission.REGISTRY_IMPORT) is None:
        return found
    return found.filter(created_by_id=actor.user_id)


def batches(*, actor: Actor, before: str = "", size: int = SIZE) -> Page[ImportBatch]:
    """Imports, newest first. One statement."""
    found = _visible(actor).select_related("households_file", "persons_file", "created_by")
    if (last := whole_number(before)) is not None:
        found = found.filter(pk__lt=last)
    return cut(found.order_by("-id")[: size + 1], key=lambda row: row.pk, size=size)


def batch(*, actor: Actor, uuid: UUID) -> ImportBatch | None:
    """One import."""
    found = _visible(actor).filter(uuid=uuid)
    return found.select_related("households_file", "persons_file", "corrected_file", "created_by", "job").first()


def counts_by_status(*, batch: ImportBatch) -> dict[str, int]:
    """How many submissions of the batch are in each state now."""
    rows = Submission.objects.filter(batch=batch).values_list("status").annotate(n=Count("id")).order_by("status")
    return dict(rows)


def submissions(
    *, actor: Actor, batch: ImportBatch, status: str = "", after: str = "", size: int = SIZE
) -> Page[Submission]:
    """Submissions of a batch in the actor's areas, in the order of the file. One statement."""
    found = Submission.objects.filter(within(actor, Permission.REGISTRY_VIEW), batch=batch)
    if status:
        found = found.filter(status=status)
    if (last := whole_number(after)) is not None:
        found = found.filter(pk__gt=last)
    rows = found.select_related("area", "household").order_by("id")[: size + 1]
    return cut(rows, key=lambda row: row.pk, size=size)


def updates(*, actor: Actor, batch: ImportBatch) -> QuerySet[Submission]:
    """Surveys of registered households that wait for a person, in the actor's areas."""
    waiting = Submission.objects.filter(batch=batch, status=Submission.Status.IN_REVIEW, renews__isnull=False)
    return waiting.filter(within(actor, Permission.REGISTRY_VIEW)).order_by("id")


def tried(*, actor: Actor, batch: ImportBatch) -> QuerySet[TrialUpdate]:
    """Registered households that the files of a trial would change: told in the actor's areas, and living there."""
    seen = within(actor, Permission.REGISTRY_VIEW)
    lives = within(actor, Permission.REGISTRY_VIEW, area="household__area", district="household__district")
    return TrialUpdate.objects.filter(seen, lives, batch=batch).order_by("id")


def first_issues(*, submission_ids: list[int]) -> dict[int, str]:
    """The gravest issue of each submission, in words. One statement."""
    order = {"error": 0, "duplicate": 1, "warning": 2}
    rows = SubmissionIssue.objects.filter(submission_id__in=submission_ids).order_by("id")
    found: dict[int, SubmissionIssue] = {}
    for row in rows:
        known = found.get(row.submission_id)
        if known is None or order.get(row.severity, 3) < order.get(known.severity, 3):
            found[row.submission_id] = row
    return {number: row.message for number, row in found.items()}
