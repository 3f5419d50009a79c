"""Taking a survey made anew over into the households that it tells of: at once what may be, the rest as changes."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid5

from django.db.models import F

from core import audit
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.hooks import HouseholdChange, household_changed
from core.models import Area
from core.queries.access import actor_of
from registry.actions import versions
from registry.actions.changes import errors, requesting
from registry.actions.reviews import DeclaredInterestInTheWay
from registry.intake import known, pipeline
from registry.intake.recognising import Recognising
from registry.intake.renewing import Ask, Difference
from registry.models import ChangeRequest, Membership, Person, Submission, SubmissionIssue, SubmissionMember

_BATCH = 200
_OF_NEWCOMER = ("nationality", "residence_status", "marital_status", "mother_status", "father_status", "answers")


def renew(
    *,
    ids: Sequence[int],
    actor: Actor,
    at: datetime,
    decided_by: int | None = None,
    reason: str = "",
    changing: set[int] | None = None,
) -> dict[str, int]:
    """Take over what submissions say of registered households (``renews``); they become ACCEPTED. Returns counts.

    In the caller's act, who holds the lock of ``pipeline.decide``. Locks the households in the order of their numbers.
    What needs a second person is asked for in the name of who sent the submission. ``changing`` takes the numbers of
    those that change anything.
    """
    told = known.told_of(ids)
    here = known.known_of([one.submission.renews_id for one in told if one.submission.renews_id], lock=True)
    pairs = [(one, here[one.submission.renews_id or 0]) for one in told]
    found = [(one, there, known.compare(one, there)) for one, there in pairs]
    _write([(there, differs) for _, there, differs in found], at=at)
    counts: Counter[str] = Counter(updated=0, unchanged=0, changes_asked=0)
    if changing is not None:
        changing.update(one.submission.pk for one, _, differs in found if not differs.is_nothing)
    for one, there, differs in found:
        counts["unchanged" if differs.is_nothing else "updated"] += 1
        for ask in differs.asks:
            counts["changes_asked"] += _ask(one, there, ask, actor=actor, at=at)
    Submission.objects.filter(pk__in=[one.submission.pk for one in told]).update(
        status=Submission.Status.ACCEPTED,
        household_id=F("renews_id"),
        decided_at=at,
        decided_by_id=decided_by,
        decision_reason=reason,
    )
    references = "\n".join(there.household.reference for there in here.values())
    batch_id = told[0].submission.batch_id
    audit.record(
        "household.renew",
        subject_type="import_batch" if batch_id else "submission",
        subject_id=batch_id or min(ids),
        details=dict(counts),
        digest=hashlib.sha256(references.encode()).digest(),
    )
    return dict(counts)


def anew(
    *,
    permission: Permission,
    actor: Actor,
    at: datetime,
    households_name: str = "",
    named: Callable[[Sequence[int]], Sequence[int]] = list,
    changing: set[int] | None = None,
) -> pipeline.Anew:
    """How a survey made anew is taken over by the pipeline, in the name of its sender, who holds ``permission`` there.

    ``named`` picks the submissions that may tell of registered households; without it all of them may. ``changing``:
    as for ``renew``.
    """

    def allowed(area: Area) -> bool:
        return actor.may_in(permission, area_path=area.path)

    def recognise(ids: Sequence[int]) -> set[int]:
        recognising = Recognising(sender=actor.user_id, allowed=allowed, households=households_name)
        return recognising.recognise(named(ids))

    return pipeline.Anew(recognise, lambda ids: renew(ids=ids, actor=actor, at=at, changing=changing))


def _write(found: Iterable[tuple[known.Known, Difference]], *, at: datetime) -> None:
    """Write what is written at once, one statement a table, and tell the packages above of each household."""
    households, persons, memberships = list[Any](), list[Any](), list[Any]()
    changed: list[HouseholdChange] = []
    for there, differs in found:
        if not (differs.household or differs.persons or differs.memberships):
            continue
        _set(there.household, differs.household | {"row_version": there.household.row_version + 1})
        households.append(there.household)
        for row in there.belonging:
            if row.pk in differs.memberships:
                _set(row, differs.memberships[row.pk])
                memberships.append(row)
            if row.person_id in differs.persons:
                _set(row.person, differs.persons[row.person_id] | {"row_version": row.person.row_version + 1})
                persons.append(row.person)
        changed.append(
            HouseholdChange(
                kind="update_answers",
                household_id=there.household.pk,
                person_ids=tuple(sorted(differs.persons)),
                at=at,
                reference=f"{there.household.reference} {there.household.interviewed_on.isoformat()}",
            )
        )
    list(Person.objects.select_for_update(of=("self",)).filter(pk__in=[one.pk for one in persons]).order_by("pk"))
    for rows in (households, persons, memberships):
        _update(rows)
    versions.raise_of(person_ids=[one.pk for one in persons], but=[one.pk for one in households])
    for change in changed:
        for function in household_changed.functions:
            function(change)


def _set(row: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, row._meta.get_field(name).attname, value)
    row.renewed = {*getattr(row, "renewed", ()), *values}


def _update(rows: Sequence[Any]) -> None:
    if rows:
        names = sorted({name for row in rows for name in row.renewed})
        type(rows[0]).objects.bulk_update(rows, names, batch_size=_BATCH)


def _ask(told: known.Told, there: known.Known, ask: Ask, *, actor: Actor, at: datetime) -> int:
    """Ask for one change; what speaks against it is noted on the submission. Returns how many were asked for."""
    submission = told.submission
    sender = submission.submitted_by_id
    if sender is None:
        return 0
    asking = actor if actor.user_id == sender else actor_of(user_id=sender)
    try:
        asked = requesting.request(
            uuid=uuid5(submission.uuid, f"{ask.kind}/{ask.person_reference}/{ask.answers_of or ''}"),
            kind=ask.kind,
            household_id=there.household.pk,
            person_reference=ask.person_reference,
            texts=ask.texts,
            seen_versions=None,
            reason=f"Survey of {submission.interviewed_on:%d %B %Y}",
            waits=ask.waits,
            actor=asking,
            at=at,
        )
    except errors.OneOpenAlready:
        return 0
    except (errors.DetailsWrong, errors.ChangedSince, DeclaredInterestInTheWay, NotPermitted) as error:
        SubmissionIssue.objects.create(
            submission=submission, code="change_not_asked", severity="warning", path="household/household_no",
            message=f"A change could not be asked for ({ask.kind.replace('_', ' ')}): {error}",
        )  # fmt: skip
        return 0
    if ask.answers_of is not None and asked.status == ChangeRequest.Status.APPLIED:
        _answers_of_newcomer(told, there, ask.answers_of)
    return 1


def _answers_of_newcomer(told: known.Told, there: known.Known, position: int) -> None:
    """What the survey says of somebody who entered by it just now."""
    member = next(one for one in told.members if one.position == position)
    fresh = Membership.objects.filter(household_id=there.household.pk, until_on__isnull=True).order_by("-id")[0]
    values = {name: getattr(member, name) for name in _OF_NEWCOMER if getattr(member, name)}
    Person.objects.filter(pk=fresh.person_id).update(
        **values, questionnaire_id=told.submission.questionnaire_id, row_version=F("row_version") + 1
    )
    SubmissionMember.objects.filter(pk=member.pk).update(person_id=fresh.person_id)
