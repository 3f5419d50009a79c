"""Submissions: what somebody told about one household, on its way into the register."""

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from core import audit
from core.access.actor import SYSTEM, Actor
from core.access.permissions import Permission
from core.acting import acting
from registry.actions import draft_photos
from registry.actions.drafts import NotADraft, one_at_a_time, own, require_draft
from registry.actions.reviews import (
    DeclaredInterestInTheWay,
    DuplicatesUndecided,
    FollowsRegistered,
    GaveThePhone,
    HeldByAnother,
    NotInReview,
    OwnSubmission,
    ReasonNeeded,
    accept,
    reject,
    release,
    return_to_sender,
    take,
    take_next,
)
from registry.intake import carried, carrying, pipeline, staging, staging_one, surroundings
from registry.intake.issues import Issue, Severity
from registry.intake.reading import Reader, Surroundings
from registry.intake.staging import Arrival, Arrived
from registry.models import QuestionnaireVersion, Submission
from registry.queries import photos, reviews
from registry.queries.carrying import way


class ChangedElsewhere(Exception):
    """This draft was changed in another window while the page was being saved. Look at it again."""


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
        one_at_a_time(uuid)
        if known := own(uuid, actor):
            return known
        version = surroundings.published()
        arrival = _arrival(door, version, actor, at)
        around, arrived = _read(uuid, payload, version, actor, at)
        taken = pipeline.take_in(arrived=[arrived], arrival=arrival, around=around)
        return _settled(taken.ids[0], arrived, "submission.receive")


def save_draft(
    *,
    uuid: UUID,
    payload: dict[str, Any],
    actor: Actor,
    at: datetime,
    seen: dict[str, Any] | None = None,
    corrects: UUID | None = None,
) -> Submission:
    """Keep what has been typed so far; only its author sees and changes it. It is kept from now on anew.

    ``seen`` is the payload that ``payload`` was made of: two windows that save different pages at the same moment do
    not undo one another's. ``corrects`` is the actor's own submission that a new draft was copied from, with its
    photographs. The same again is harmless.

    Raises:
        NotPermitted: the actor may not register households, or it is somebody else's draft.
        NotADraft: it has been submitted or discarded.
        ChangedElsewhere: it is neither what was seen nor what is to be kept.
    """
    actor.require(Permission.REGISTRY_REGISTER)
    with acting(actor=actor, at=at):
        one_at_a_time(uuid)
        draft = own(uuid, actor)
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
            if corrects is not None:
                draft_photos.carry(corrects, draft, actor)
            audit.record("submission.draft", subject_type="submission", subject_id=draft.pk)
            return draft
        require_draft(draft)
        if seen is not None and draft.payload not in (seen, payload):
            raise ChangedElsewhere(ChangedElsewhere.__doc__)
        draft.payload, draft.received_at, draft.questionnaire = payload, at, surroundings.published()
        draft.save(update_fields=["payload", "received_at", "questionnaire"])
        draft_photos.keep_longer(draft, at=at)
    return draft


def submit_draft(*, uuid: UUID, actor: Actor, at: datetime) -> Submission:
    """Send a draft through the pipeline, as ``receive`` does. A repeat returns what became of it.

    It is read against the questionnaire in force now; answers to an earlier one are carried over as that declares.

    Raises:
        NotPermitted: the actor may not register households, or it is somebody else's.
        NotADraft: it was discarded, or there is none.
    """
    actor.require(Permission.REGISTRY_REGISTER)
    with acting(actor=actor, at=at):
        draft = _to_send(uuid, actor)
        if draft.status != Submission.Status.DRAFT:
            return draft
        return _settled(draft.pk, _send(draft, actor, at), "submission.receive")


def submit_if_clean(*, uuid: UUID, actor: Actor, at: datetime) -> list[Issue]:
    """Send a draft if nothing is found in it; else keep it as it is and return what was found.

    The search and the sending are one transaction under the draft's lock. Were they two, the second of two clicks
    could search after the first has entered the household, and take it for a duplicate of itself. A repeat finds
    nothing: what became of the draft stands on its submission.

    Raises: as ``submit_draft``.
    """
    actor.require(Permission.REGISTRY_REGISTER)
    issues: list[Issue] = []
    with acting(actor=actor, at=at):
        draft = _to_send(uuid, actor)
        if draft.status != Submission.Status.DRAFT:
            return issues
        try:
            with transaction.atomic():
                arrived = _send(draft, actor, at)
                issues = issues_of(submission_id=draft.pk)
                if issues:
                    raise _Undo
                _settled(draft.pk, arrived, "submission.receive")
        except _Undo:
            pass
    return issues


def _to_send(uuid: UUID, actor: Actor) -> Submission:
    """The actor's own draft, or what became of it, locked."""
    one_at_a_time(uuid)
    draft = own(uuid, actor)
    if draft is None or draft.status == Submission.Status.DISCARDED:
        raise NotADraft("There is no draft to submit.")
    return draft


def _send(draft: Submission, actor: Actor, at: datetime) -> Arrived:
    """The draft through the pipeline."""
    version = surroundings.published()
    arrival = _arrival(draft.door, version, actor, at)
    steps = way(old=draft.questionnaire, new=version)
    payload = carrying.carried(draft.payload, steps).payload if steps else draft.payload
    came = photos.of_draft(submission=draft)
    around, arrived = _read(draft.uuid, payload, version, actor, at, came=came)
    draft_photos.keep_for_good(draft, payload)
    staging_one.restage(draft.pk, arrived, arrival)
    what = carried.of(arrived.told, staging.fresh(arrived))
    pipeline.decide(ids=[draft.pk], arrival=arrival, around=around, what=what)
    return arrived


def discard(*, uuid: UUID, actor: Actor, at: datetime) -> Submission:
    """Give up a draft; what was typed is emptied. A repeat writes nothing.

    Raises:
        NotPermitted: it is somebody else's.
        NotADraft: it has been submitted, or there is none.
    """
    actor.require(Permission.REGISTRY_REGISTER)
    with acting(actor=actor, at=at):
        one_at_a_time(uuid)
        draft = own(uuid, actor)
        if draft is None:
            raise NotADraft("There is no draft to discard.")
        if draft.status == Submission.Status.DISCARDED:
            return draft
        require_draft(draft)
        draft.status, draft.payload = Submission.Status.DISCARDED, {}
        draft.save(update_fields=["status", "payload"])
        draft_photos.let_go(draft, at=at)
        audit.record("submission.discard", subject_type="submission", subject_id=draft.pk)
    return draft


def expire_drafts(*, at: datetime, size: int = 1000) -> int:
    """Remove what was typed into drafts that nobody touched for the country pack's ``draft_days``; returns how many.

    Oldest first, ``size`` at most: the next call goes on. Locks those that nobody is saving at the moment. One row in
    the audit log, with their digest.
    """
    until = at - timedelta(days=reviews.standard().draft_days)
    with acting(actor=SYSTEM, at=at, reason="Nobody touched it for long."):
        forgotten = Submission.objects.filter(status=Submission.Status.DRAFT, received_at__lte=until)
        locked = forgotten.select_for_update(of=("self",), skip_locked=True).order_by("received_at", "id")[:size]
        found = dict(locked.values_list("pk", "uuid"))
        if found:
            Submission.objects.filter(pk__in=found).update(status=Submission.Status.DISCARDED, payload={})
            audit.record(
                "submission.expire",
                subject_type="submission",
                subject_id=min(found),
                details={"count": len(found), "first": min(found), "last": max(found)},
                digest=hashlib.sha256("\n".join(f"{found[pk]}" for pk in sorted(found)).encode()).digest(),
            )
    return len(found)


class _Undo(Exception):
    """Takes back what was tried."""


def issues_of(*, submission_id: int) -> list[Issue]:
    """What was found, in the order in which it was found. The caller has checked who may see the submission."""
    rows = Submission.objects.get(pk=submission_id).issues.order_by("id")
    return [Issue(row.code, Severity(row.severity), row.path, row.message, row.location) for row in rows]


def _arrival(door: str, version: QuestionnaireVersion, actor: Actor, at: datetime) -> Arrival:
    return Arrival(door=door, batch_id=None, questionnaire_id=version.pk, submitted_by_id=actor.user_id, at=at)


def _read(
    uuid: UUID,
    payload: dict[str, Any],
    version: QuestionnaireVersion,
    actor: Actor,
    at: datetime,
    *,
    came: Collection[str] = (),
) -> tuple[Surroundings, Arrived]:
    code = str((payload.get("household") or {}).get("area_code") or "").strip()
    around = surroundings.load(
        version=version, actor=actor, permission=Permission.REGISTRY_REGISTER, at=at, area_codes=[code], photos=came
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
    "ChangedElsewhere",
    "DeclaredInterestInTheWay",
    "DuplicatesUndecided",
    "FollowsRegistered",
    "GaveThePhone",
    "HeldByAnother",
    "NotADraft",
    "NotInReview",
    "OwnSubmission",
    "ReasonNeeded",
    "accept",
    "discard",
    "expire_drafts",
    "issues_of",
    "receive",
    "reject",
    "release",
    "return_to_sender",
    "save_draft",
    "submit_draft",
    "submit_if_clean",
    "take",
    "take_next",
]
