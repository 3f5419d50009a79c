"""Deciding submissions in review: by somebody else than who sent them, over the place, without an interest."""

from collections.abc import Iterable
from datetime import datetime

from core import audit, pack
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.acting import acting
from registry.intake import entering, pipeline
from registry.models import DeclaredInterest, Membership, Submission
from registry.queries import device_forms


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


class GaveThePhone(Exception):
    """You gave this phone its sign-in, so somebody else has to decide what came by it."""


class FollowsRegistered(Exception):
    """The form that this one follows is in the register: report a change of that household, and reject this."""


def accept(*, submission_id: int, actor: Actor, at: datetime, reason: str, as_new: bool = False) -> Submission:
    """Accept a submission in review: its household and persons enter the register.

    ``as_new`` states that none of the possible duplicates is the same person; it is needed where there are any.
    Locks the submission, and keeps other doors waiting until commit. A repeat by the same reviewer writes nothing.

    Raises:
        NotPermitted: the actor may not review submissions of this place.
        OwnSubmission: the actor submitted it.
        DeclaredInterestInTheWay: a possible duplicate or linked person lives in a household of the actor's interest.
        ReasonNeeded: no reason was given.
        NotInReview: it does not wait for review.
        DuplicatesUndecided: there are possible duplicates, and ``as_new`` was not said.
        GaveThePhone: it came by a phone whose sign-in the actor gave.
        FollowsRegistered: it corrects, or bears the number of, a phone's form that is in the register.
    """
    with acting(actor=actor, at=at, reason=reason):
        pipeline.lock()
        submission = _for_decision(submission_id, actor, reason)
        if _is_repeat(submission, Submission.Status.ACCEPTED, actor):
            return submission
        if device_forms.registered_before(submission=submission):
            raise FollowsRegistered(FollowsRegistered.__doc__)
        candidates = submission.candidates.count()
        if candidates and not as_new:
            raise DuplicatesUndecided("Say first that the possible duplicates are other people.")
        counts = _taken_over(submission, actor, at, reason)
        if submission.batch_id is not None:
            counts["linked"] = entering.link(batch_id=submission.batch_id)
        submission.refresh_from_db()
        _record("submission.accept", submission, {"as_new": as_new, "candidates": candidates, **counts})
    return submission


def _taken_over(submission: Submission, actor: Actor, at: datetime, reason: str) -> dict[str, int]:
    """A new household enters; a registered one that a survey told of anew is renewed."""
    if submission.renews_id is not None:
        from registry.actions import renewals  # which asks for changes, whose acts stand on these reviews

        return renewals.renew(ids=[submission.pk], actor=actor, at=at, decided_by=actor.user_id, reason=reason)
    prefix = pack.about()["national_id"]["interim_prefix"]
    return entering.enter(ids=[submission.pk], prefix=prefix, at=at, decided_by=actor.user_id, reason=reason)


def return_to_sender(*, submission_id: int, actor: Actor, at: datetime, reason: str) -> Submission:
    """Send a submission in review back with a reason; the sender corrects it in a new one.

    A repeat by the same reviewer writes nothing. Raises as ``accept``, duplicates apart.
    """
    return _turn_away(submission_id, Submission.Status.RETURNED, "submission.return", actor, at, reason)


def reject(*, submission_id: int, actor: Actor, at: datetime, reason: str) -> Submission:
    """Keep a submission in review out of the register for good (it is a duplicate, or untrue).

    A repeat by the same reviewer writes nothing. Raises as ``accept``, duplicates apart.
    """
    return _turn_away(submission_id, Submission.Status.REJECTED, "submission.reject", actor, at, reason)


def require_no_interest(*, actor: Actor, person_ids: Iterable[int]) -> None:
    """Nobody acts on their own or a declared relative's household.

    Raises:
        DeclaredInterestInTheWay: one of these persons belongs to such a household.
    """
    if actor.user_id is None:
        return
    households = Membership.objects.filter(person_id__in=list(person_ids), until_on__isnull=True).values("household")
    if DeclaredInterest.objects.filter(user_id=actor.user_id, household__in=households).exists():
        raise DeclaredInterestInTheWay(
            "You have declared an interest in a household that this concerns, so somebody else has to decide."
        )


def _turn_away(
    submission_id: int, status: Submission.Status, action: str, actor: Actor, at: datetime, reason: str
) -> Submission:
    with acting(actor=actor, at=at, reason=reason):
        submission = _for_decision(submission_id, actor, reason)
        if _is_repeat(submission, status, actor):
            return submission
        submission.status = status
        submission.decided_by_id, submission.decided_at, submission.decision_reason = actor.user_id, at, reason
        submission.save(update_fields=["status", "decided_by", "decided_at", "decision_reason"])
        _record(action, submission, {})
    return submission


def _for_decision(submission_id: int, actor: Actor, reason: str) -> Submission:
    """The submission, locked, if this actor may decide it."""
    submission = Submission.objects.select_for_update(of=("self",)).select_related("area").get(pk=submission_id)
    if actor.user_id is None:
        raise NotPermitted(sentence="A person has to decide this, not the system.")
    if submission.area is None:
        raise NotInReview("This submission names no place, so nobody can decide it.")
    actor.require_in(Permission.REGISTRY_REVIEW, area_path=submission.area.path)
    if submission.submitted_by_id == actor.user_id:
        raise OwnSubmission("Somebody other than who submitted it has to decide.")
    if device_forms.given_by(submission=submission) == actor.user_id:
        raise GaveThePhone(GaveThePhone.__doc__)
    if not reason.strip():
        raise ReasonNeeded("A decision needs a reason.")
    known = submission.candidates.filter(person__isnull=False).values_list("person_id", flat=True)
    linked = submission.members.filter(person__isnull=False).values_list("person_id", flat=True)
    if submission.status == Submission.Status.IN_REVIEW:
        require_no_interest(actor=actor, person_ids=[*known, *linked])
    return submission


def _is_repeat(submission: Submission, status: str, actor: Actor) -> bool:
    """Whether this reviewer has decided the same before.

    Raises:
        NotInReview: it was decided otherwise, or never waited.
    """
    if submission.status == status and submission.decided_by_id == actor.user_id:
        return True
    if submission.status != Submission.Status.IN_REVIEW:
        raise NotInReview("This submission does not wait for review.")
    return False


def _record(action: str, submission: Submission, details: dict[str, object]) -> None:
    audit.record(
        action,
        subject_type="submission",
        subject_id=submission.pk,
        district_id=submission.district_id,
        details={"household": submission.household_id, **details},
    )
