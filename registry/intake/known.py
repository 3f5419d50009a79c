"""A submission of a survey made anew beside the household that it tells of, and what differs between the two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import prefetch_related_objects

from registry.intake.renewing import Difference, Pair, difference
from registry.models import (
    ChangeRequest,
    Household,
    Membership,
    PaymentAccount,
    Submission,
    SubmissionMember,
    TrialUpdate,
)


@dataclass(slots=True)
class Told:
    """A submission with its members, and what its file says of the household, the version and the persons."""

    submission: Submission
    members: list[SubmissionMember]
    reference: str = ""
    version: str = ""
    persons: Mapping[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Known:
    """A household as it is registered, with its current members and account."""

    household: Household
    belonging: list[Membership] = field(default_factory=list)
    account: PaymentAccount | None = None
    asked: set[tuple[str, str]] = field(default_factory=set)
    """Changes that wait for a decision already: kind, and the person's reference."""


def values_of(row: Any) -> dict[str, Any]:
    """The columns of a row by field name; foreign keys as numbers."""
    return {one.name: getattr(row, one.attname) for one in row._meta.concrete_fields}


def told_of(ids: Iterable[int]) -> list[Told]:
    """The submissions with their members, in the order of their numbers."""
    members: dict[int, list[SubmissionMember]] = defaultdict(list)
    numbers = list(ids)
    for row in SubmissionMember.objects.filter(submission_id__in=numbers).order_by("submission_id", "position"):
        members[row.submission_id].append(row)
    found = []
    for one in Submission.objects.filter(pk__in=numbers).select_related("area").order_by("pk"):
        about = one.payload.get("file") or {}
        household = about.get("household") or {}
        persons = {
            position: reference
            for position, cells in enumerate(about.get("members") or (), start=1)
            if (reference := str(cells.get("person_reference") or "").strip())
        }
        found.append(
            Told(
                one,
                members[one.pk],
                str(household.get("household_reference") or "").strip(),
                str(household.get("based_on_version") or "").strip(),
                persons,
            )
        )
    return found


def told_in_trials(trials: Sequence[TrialUpdate]) -> list[Told]:
    """What was told in trials, as ``told_of`` would say it; three statements."""
    numbers = [one.pk for one in trials]
    rows = list(Submission.objects.raw(_SUBMISSIONS, [numbers]))
    prefetch_related_objects(rows, "area")
    members: dict[int, list[SubmissionMember]] = defaultdict(list)
    for row in SubmissionMember.objects.raw(_MEMBERS, [numbers]):
        members[row.submission_id].append(row)
    return [
        Told(one, members[one.pk], version="" if one.based_on_version is None else str(one.based_on_version))
        for one in rows
    ]


# The rows are read again as rows of their tables, so that a day is a day and a number as long as it was.
_SUBMISSIONS = """
SELECT s.* FROM registry_trialupdate t CROSS JOIN LATERAL jsonb_populate_record(NULL::registry_submission, t.told) s
WHERE t.id = ANY(%s) ORDER BY t.id
"""
_MEMBERS = """
SELECT m.* FROM registry_trialupdate t
CROSS JOIN LATERAL jsonb_populate_recordset(NULL::registry_submissionmember, t.members) m
WHERE t.id = ANY(%s) ORDER BY t.id, m.position
"""


def known_of(household_ids: Iterable[int], *, lock: bool = False) -> dict[int, Known]:
    """The households as they are registered, by number; ``lock``: locked in the order of their numbers."""
    rows = Household.objects.filter(pk__in=list(household_ids)).order_by("pk")
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = {row.pk: Known(row) for row in rows}
    belonging = Membership.objects.filter(household_id__in=found, until_on__isnull=True).select_related("person")
    for row in belonging.order_by("household_id", "position", "id"):
        found[row.household_id].belonging.append(row)
    for account in PaymentAccount.objects.filter(household_id__in=found, until_on__isnull=True).order_by("id"):
        found[account.household_id].account = account
    waiting = ChangeRequest.objects.filter(household_id__in=found, status=ChangeRequest.Status.REQUESTED)
    for household, kind, person in waiting.values_list("household_id", "kind", "person__reference"):
        found[household].asked.add((kind, person or ""))
    return found


def compare(told: Told, known: Known) -> Difference:
    """What the submission says otherwise than the register, its members recognised (``person``)."""
    here = {row.person_id: row for row in known.belonging}
    pairs = [
        Pair(values_of(one), values_of(here[one.person_id].person), values_of(here[one.person_id]))
        for one in told.members
        if one.person_id in here
    ]
    met = {pair.person["id"] for pair in pairs}
    gone = [Pair({}, values_of(row.person), values_of(row)) for row in known.belonging if row.person_id not in met]
    differs = difference(
        told=values_of(told.submission),
        members=[values_of(one) for one in told.members],
        pairs=pairs,
        household=values_of(known.household),
        gone=gone,
        account=values_of(known.account) if known.account else None,
        village=told.submission.area.code if told.submission.area else "",
    )
    differs.asks = [ask for ask in differs.asks if (ask.kind, ask.person_reference) not in known.asked]
    return differs
