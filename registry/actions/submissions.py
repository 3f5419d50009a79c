"""Submissions: what somebody told about one household, on its way into the register."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from core import audit
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.acting import acting
from core.locks import Lock, hold
from registry.actions.reviews import (
    DeclaredInterestInTheWay,
    DuplicatesUndecided,
    FollowsRegistered,
    GaveThePhone,
    NotInReview,
    OwnSubmission,
    ReasonNeeded,
    accept,
    reject,
    return_to_sender,
)
from registry.intake import pipeline, staging, surroundings
from registry.intake.issues import Issue, Severity
from registry.intake.reading import Reader, Surroundings
from registry.intake.staging import Arrival, Arrived
from registry.models import QuestionnaireVersion, Submission


class NotADraft(Exception):
    """Only a draft can be changed, submitted or discarded."""


def receive(*, uuid: UUID, door: str, payload: dict[str, Any], actor: Actor, at: datetime) -> Submission:
    """Take in one household: stored as it came, read, checked and decided in one transaction.

    ``payload`` is ``{"household": {column: text}, "members": [{column: text}, ...]}`` with the columns of
    docs/import-format.md (``household_no`` is not needed). A repeat with the same ``uuid`` returns the first and
    changes nothing. The answer's ``status`` is accepted, in_review or refused; its ``issues`` say why.

    Raises:
        NotPermitted: the actor may not register households, or the ``uuid`` is somebody else's.
    """
    actor.require(Permission.REGISTRY_REGISTER)
    with acting(actor=actor, at=at):
        _one_at_a_time(uuid)
        if known := _own(uuid, actor):
            return known
        version = surroundings.published()
        arrival = _arrival(door, version, actor, at)
        around, arrived = _read(uuid, payload, version, actor, at)
        taken = pipeline.take_in(arrived=[arrived], arrival=arrival, around=around)
        return _settled(taken.ids[0], arrived, "submission.receive")


def save_draft(*, uuid: UUID, payload: dict[str, Any], actor: Actor, at: datetime) -> Submission:
    """Keep what has been typed so far; only its author sees and changes it.

    Raises:
        NotPermitted: the actor may not register households, or it is somebody else's draft.
        NotADraft: it has been submitted or discarded.
    """
    actor.require(Permission.REGISTRY_REGISTER)
    with acting(actor=actor, at=at):
        _one_at_a_time(uuid)
        draft = _own(uuid, actor)
        if draft is None:
            draft = Submission.objects.create(
                uuid=uuid,
                door=Submission.Door.FORM,
                status=Submission.Status.DRAFT,
                payload=payload,
                questionnaire=surroundings.published(),
                received_at=at,
                submitted_by_id=actor.user_id,
            )
            audit.record("submission.draft", subject_type="submission", subject_id=draft.pk)
            return draft
        _require_draft(draft)
        draft.payload = payload
        draft.save(update_fields=["payload"])
    return draft


def submit_draft(*, uuid: UUID, actor: Actor, at: datetime) -> Submission:
    """Send a draft through the pipeline, as ``receive`` does. A repeat returns what became of it.

    It is read against the questionnaire in force now, which may be newer than the draft.

    Raises:
        NotPermitted: the actor may not register households, or it is somebody else's.
        NotADraft: it was discarded, or there is none.
    """
    actor.require(Permission.REGISTRY_REGISTER)
    with acting(actor=actor, at=at):
        _one_at_a_time(uuid)
        draft = _own(uuid, actor)
        if draft is None or draft.status == Submission.Status.DISCARDED:
            raise NotADraft("There is no draft to submit.")
        if draft.status != Submission.Status.DRAFT:
            return draft
        version = surroundings.published()
        arrival = _arrival(draft.door, version, actor, at)
        around, arrived = _read(uuid, draft.payload, version, actor, at)
        staging.restage(draft.pk, arrived, arrival)
        pipeline.decide(ids=[draft.pk], arrival=arrival, around=around)
        return _settled(draft.pk, arrived, "submission.receive")


def discard(*, uuid: UUID, actor: Actor, at: datetime) -> Submission:
    """Give up a draft; what was typed is emptied. A repeat writes nothing.

    Raises:
        NotPermitted: it is somebody else's.
        NotADraft: it has been submitted, or there is none.
    """
    actor.require(Permission.REGISTRY_REGISTER)
    with acting(actor=actor, at=at):
        _one_at_a_time(uuid)
        draft = _own(uuid, actor)
        if draft is None:
            raise NotADraft("There is no draft to discard.")
        if draft.status == Submission.Status.DISCARDED:
            return draft
        _require_draft(draft)
        draft.status, draft.payload = Submission.Status.DISCARDED, {}
        draft.save(update_fields=["status", "payload"])
        audit.record("submission.discard", subject_type="submission", subject_id=draft.pk)
    return draft


class _Undo(Exception):
    """Ends a trial."""


def check_payload(*, payload: dict[str, Any], actor: Actor, at: datetime) -> list[Issue]:
    """What the checks would find, possible duplicates included, without keeping anything.

    It goes the whole way and is rolled back, so it needs a transaction that may write (a POST).

    Raises:
        NotPermitted: the actor may not register households.
    """
    actor.require(Permission.REGISTRY_REGISTER)
    issues: list[Issue] = []
    with acting(actor=actor, at=at):
        version = surroundings.published()
        around, arrived = _read(uuid4(), payload, version, actor, at)
        try:
            with transaction.atomic():
                arrival = _arrival(Submission.Door.FORM, version, actor, at)
                taken = pipeline.take_in(arrived=[arrived], arrival=arrival, around=around)
                issues = issues_of(submission_id=taken.ids[0])
                raise _Undo
        except _Undo:
            return issues


def issues_of(*, submission_id: int) -> list[Issue]:
    """What was found, in the order in which it was found. The caller has checked who may see the submission."""
    rows = Submission.objects.get(pk=submission_id).issues.order_by("id")
    return [Issue(row.code, Severity(row.severity), row.path, row.message, row.location) for row in rows]


def _one_at_a_time(uuid: UUID) -> None:
    """A double-click sends the same twice at once: the second waits, then finds the first."""
    hold(Lock.SUBMISSION, str(uuid))


def _own(uuid: UUID, actor: Actor) -> Submission | None:
    """The submission of this number, locked.

    Raises:
        NotPermitted: somebody else sent it.
    """
    known = Submission.objects.select_for_update(of=("self",)).filter(uuid=uuid).first()
    if known and known.submitted_by_id != actor.user_id:
        raise NotPermitted(sentence="This is somebody else's submission.")
    return known


def _require_draft(submission: Submission) -> None:
    if submission.status != Submission.Status.DRAFT:
        raise NotADraft("This has been submitted or discarded, so it can no longer be changed.")


def _arrival(door: str, version: QuestionnaireVersion, actor: Actor, at: datetime) -> Arrival:
    return Arrival(door=door, batch_id=None, questionnaire_id=version.pk, submitted_by_id=actor.user_id, at=at)


def _read(
    uuid: UUID, payload: dict[str, Any], version: QuestionnaireVersion, actor: Actor, at: datetime
) -> tuple[Surroundings, Arrived]:
    code = str((payload.get("household") or {}).get("area_code") or "").strip()
    around = surroundings.load(
        version=version, actor=actor, permission=Permission.REGISTRY_REGISTER, at=at, area_codes=[code]
    )
    return around, Arrived(Reader(around).read(payload), uuid)


def _settled(submission_id: int, arrived: Arrived, action: str) -> Submission:
    """The submission as it now stands, with its row in the audit log."""
    submission = Submission.objects.get(pk=submission_id)
    audit.record(
        action,
        subject_type="submission",
        subject_id=submission.pk,
        district_id=submission.district_id,
        details={"door": submission.door, "status": submission.status, "household": submission.household_id},
        digest=audit.digest_of(subject_type="submission", subject_id=submission.pk, values=arrived.told.payload),
    )
    return submission


__all__ = [
    "DeclaredInterestInTheWay",
    "DuplicatesUndecided",
    "FollowsRegistered",
    "GaveThePhone",
    "NotADraft",
    "NotInReview",
    "OwnSubmission",
    "ReasonNeeded",
    "accept",
    "check_payload",
    "discard",
    "issues_of",
    "receive",
    "reject",
    "return_to_sender",
    "save_draft",
    "submit_draft",
]
