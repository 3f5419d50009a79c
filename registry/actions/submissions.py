"""Submissions: what somebody told about one household, on its way into the register."""

from datetime import datetime
from typing import Any
from uuid import UUID

from core.access.actor import Actor
from registry.intake.issues import Issue
from registry.models import Submission


class NotADraft(Exception):
    """Only a draft can be changed, submitted or discarded."""


class NotInReview(Exception):
    """Only a submission that waits for review can be decided."""


class OwnSubmission(Exception):
    """Somebody other than who submitted it has to decide."""


class DeclaredInterestInTheWay(Exception):
    """You have declared an interest in a household that this concerns, so somebody else has to decide."""


class DuplicatesUndecided(Exception):
    """Say first that the possible duplicates are other people."""


class ReasonNeeded(Exception):
    """A decision needs a reason."""


def receive(*, uuid: UUID, door: str, payload: dict[str, Any], actor: Actor, at: datetime) -> Submission:
    """Take in one household: stored as it came, read, checked and decided in one transaction.

    ``payload`` is ``{"household": {column: text}, "members": [{column: text}, ...]}`` with the columns of
    docs/import-format.md (``household_no`` is not needed). A repeat with the same ``uuid`` returns the first and
    changes nothing. The answer's ``status`` is accepted, in_review or refused; its ``issues`` say why.

    Raises:
        NotPermitted: the actor may not register households.
    """
    raise NotImplementedError


def save_draft(*, uuid: UUID, payload: dict[str, Any], actor: Actor, at: datetime) -> Submission:
    """Keep what has been typed so far; only its author sees and changes it.

    Raises:
        NotPermitted: the actor may not register households, or it is somebody else's draft.
        NotADraft: it has been submitted or discarded.
    """
    raise NotImplementedError


def submit_draft(*, uuid: UUID, actor: Actor, at: datetime) -> Submission:
    """Send a draft through the pipeline, as ``receive`` does. A repeat returns what became of it.

    Raises:
        NotPermitted: it is somebody else's.
        NotADraft: it was discarded.
    """
    raise NotImplementedError


def discard(*, uuid: UUID, actor: Actor, at: datetime) -> Submission:
    """Give up a draft; what was typed is emptied. A repeat writes nothing.

    Raises:
        NotPermitted: it is somebody else's.
        NotADraft: it has been submitted.
    """
    raise NotImplementedError


def check_payload(*, payload: dict[str, Any], actor: Actor, at: datetime) -> list[Issue]:
    """What the checks would find, possible duplicates included, without keeping anything."""
    raise NotImplementedError


def accept(*, submission_id: int, actor: Actor, at: datetime, reason: str, as_new: bool = False) -> Submission:
    """Accept a submission in review: its household and persons enter the register.

    ``as_new`` states that none of the possible duplicates is the same person; it is needed where there are any.

    Raises:
        NotPermitted, OwnSubmission, DeclaredInterestInTheWay, ReasonNeeded, NotInReview, DuplicatesUndecided.
    """
    raise NotImplementedError


def return_to_sender(*, submission_id: int, actor: Actor, at: datetime, reason: str) -> Submission:
    """Send a submission in review back with a reason; the sender corrects it in a new one.

    Raises:
        NotPermitted, OwnSubmission, DeclaredInterestInTheWay, ReasonNeeded, NotInReview.
    """
    raise NotImplementedError


def reject(*, submission_id: int, actor: Actor, at: datetime, reason: str) -> Submission:
    """Keep a submission in review out of the register for good (it is a duplicate, or untrue).

    Raises:
        NotPermitted, OwnSubmission, DeclaredInterestInTheWay, ReasonNeeded, NotInReview.
    """
    raise NotImplementedError
