"""Submissions: one's own drafts and what became of them, and one that is reviewed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import within
from registry.models import (
    DuplicateCandidate,
    Membership,
    Person,
    Submission,
    SubmissionIssue,
    SubmissionMember,
)
from registry.queries.paging import SIZE, Page, cut, whole_number


def own(*, actor: Actor, uuid: UUID) -> Submission | None:
    """A submission that the actor sent or is still writing; nobody else's."""
    if actor.user_id is None:
        return None
    found = Submission.objects.filter(uuid=uuid, submitted_by_id=actor.user_id)
    return found.select_related("questionnaire", "area", "district", "household", "decided_by").first()


def draft(*, actor: Actor, uuid: UUID) -> Submission | None:
    """A draft that the actor is writing."""
    found = own(actor=actor, uuid=uuid)
    return found if found is not None and found.status == Submission.Status.DRAFT else None


def mine(*, actor: Actor, statuses: Iterable[str], before: str = "", size: int = SIZE) -> Page[Submission]:
    """The actor's own submissions of the form, newest first. One statement under ``registry_submission_mine``."""
    found = Submission.objects.filter(
        submitted_by_id=actor.user_id, submitted_by__isnull=False, status__in=list(statuses)
    ).exclude(door=Submission.Door.IMPORT)
    if (last := whole_number(before)) is not None:
        found = found.filter(pk__lt=last)
    rows = found.select_related("area", "district", "household").order_by("-id")[: size + 1]
    return cut(rows, key=lambda row: row.pk, size=size)


def count_mine(*, actor: Actor, status: str) -> int:
    """How many of the actor's own submissions are in a state."""
    if actor.user_id is None:
        return 0
    own_ones = Submission.objects.filter(submitted_by_id=actor.user_id, status=status)
    return own_ones.exclude(door=Submission.Door.IMPORT).count()


def reviewable(*, actor: Actor, uuid: UUID) -> Submission | None:
    """A submission of the actor's areas that waits, or was decided after waiting."""
    found = Submission.objects.filter(within(actor, Permission.REGISTRY_REVIEW), uuid=uuid).exclude(
        status__in=[Submission.Status.DRAFT, Submission.Status.DISCARDED]
    )
    related = ("questionnaire", "area", "district", "household", "submitted_by", "decided_by", "batch")
    return found.select_related(*related).first()


def issues(*, submission: Submission) -> list[SubmissionIssue]:
    """What the checks found, errors first."""
    order = {"error": 0, "duplicate": 1, "warning": 2}
    return sorted(submission.issues.order_by("id"), key=lambda issue: order.get(issue.severity, 3))


def members(*, submission: Submission) -> list[SubmissionMember]:
    """The persons as told, by their number in the household."""
    return list(submission.members.order_by("position", "id"))


@dataclass(frozen=True, slots=True)
class Likeness:
    """A person of a submission beside somebody already known or told of.

    ``person`` with ``household``, or ``other``, are there only where they lie in the actor's areas; elsewhere only
    ``masked`` name, district and reference may be shown.
    """

    member: SubmissionMember
    rule: str
    evidence: dict[str, Any]
    name: str
    district: str
    reference: str
    inside: bool
    person: Person | None = None
    membership: Membership | None = None
    other: SubmissionMember | None = None


def likenesses(*, actor: Actor, submission: Submission) -> list[Likeness]:
    """The candidates of a submission. Three statements, however many."""
    rows = list(
        submission.candidates.select_related(
            "member", "person__district", "other_member__submission__district", "other_member__submission__area"
        ).order_by("member__position", "id")
    )
    homes = _homes(actor, [row.person_id for row in rows if row.person_id])
    told = _told(actor, [row.other_member.submission_id for row in rows if row.other_member])
    return [_likeness(row, homes, told) for row in rows]


def _homes(actor: Actor, person_ids: list[int]) -> dict[int, Membership]:
    if not person_ids:
        return {}
    rows = Membership.objects.filter(
        within(actor, Permission.REGISTRY_VIEW, area="household__area"), person_id__in=person_ids, until_on__isnull=True
    )
    return {row.person_id: row for row in rows.select_related("household__area", "household__district").order_by("id")}


def _told(actor: Actor, submission_ids: list[int]) -> set[int]:
    if not submission_ids:
        return set()
    seen = Submission.objects.filter(within(actor, Permission.REGISTRY_REVIEW), pk__in=submission_ids)
    return set(seen.values_list("id", flat=True))


def _likeness(row: DuplicateCandidate, homes: dict[int, Membership], told: set[int]) -> Likeness:
    person, other = row.person, row.other_member
    if person is not None:
        home = homes.get(person.pk)
        return Likeness(
            member=row.member,
            rule=row.rule,
            evidence=row.evidence,
            name=str(person),
            district=person.district.name,
            reference=person.reference,
            inside=home is not None,
            person=person if home else None,
            membership=home,
        )
    assert other is not None  # the database holds that a candidate names one of the two
    inside = other.submission_id in told
    return Likeness(
        member=row.member,
        rule=row.rule,
        evidence=row.evidence,
        name=str(other),
        district=other.submission.district.name if other.submission.district else "",
        reference="",
        inside=inside,
        other=other if inside else None,
    )
