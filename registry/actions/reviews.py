"""Deciding submissions in review: by somebody else than who sent them, over the place, without an interest."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from core import audit, pack
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.acting import acting
from registry.intake import entering, own, pipeline
from registry.models import DeclaredInterest, Membership, Review, Submission
from registry.queries import device_forms, reviews

# So many others at most take one away at the same moment.
_TRIES = 10


class NotInReview(Exception):
    """Only a submission that waits for review can be decided."""


class OwnSubmission(Exception):
    """Somebody other than who submitted it has to decide."""


class DeclaredInterestInTheWay(Exception):
    """You have declared an interest in a household that this concerns, so somebody else has to decide."""


class HeldByAnother(Exception):
    """Somebody else is looking at this one."""


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
        HeldByAnother: somebody else is looking at it.
        DuplicatesUndecided: there are possible duplicates, and ``as_new`` was not said.
        GaveThePhone: it came by a phone whose sign-in the actor gave.
        FollowsRegistered: it corrects, or bears the number of, a phone's form that is in the register.
    """
    with acting(actor=actor, at=at, reason=reason):
        pipeline.lock()
        submission = _for_decision(submission_id, actor, reason, at)
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
        own.remember(ids=[submission.pk], at=at)
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


def take(*, submission_id: int, actor: Actor, at: datetime, over: bool = False) -> Review:
    """Take a submission in review, so that nobody else decides it meanwhile; a repeat keeps it longer.

    The hold ends by itself after the country pack's ``hold_minutes``. ``over``: take it from who holds it; whoever
    reviews the place may, and it is audited whose it was. Locks the submission until commit.

    Raises:
        NotPermitted, OwnSubmission, DeclaredInterestInTheWay: as ``accept``.
        NotInReview: it does not wait for review.
        HeldByAnother: somebody else looks at it, and ``over`` was not said.
    """
    with acting(actor=actor, at=at):
        submission = _locked(submission_id, actor)
        if submission.status != Submission.Status.IN_REVIEW:
            raise NotInReview("This submission does not wait for review.")
        _require_no_own(submission, actor)
        review = Review.objects.select_related("held_by").get(pk=submission.pk)
        others = _is_others(review, actor, at)
        if others and not over:
            raise HeldByAnother(_looked_at(review))
        mine = review.held_by_id == actor.user_id and review.held_until is not None and review.held_until > at
        before = review.held_by_id if others else None
        review.held_by_id, review.held_until = actor.user_id, at + reviews.standard().hold
        review.held_since = review.held_since if mine else at
        review.save(update_fields=["held_by", "held_since", "held_until"])
        if not mine:
            _record("submission.take", submission, {"from": before} if others else {})
    return review


def release(*, submission_id: int, actor: Actor, at: datetime) -> None:
    """Give back what the actor took. A repeat, or one that somebody else holds by now, writes nothing."""
    with acting(actor=actor, at=at):
        submission = _locked(submission_id, actor)
        mine = Review.objects.filter(pk=submission.pk, held_by_id=actor.user_id)
        if mine.update(held_by=None, held_since=None, held_until=None):
            _record("submission.release", submission, {})


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
        submission = _for_decision(submission_id, actor, reason, at)
        if _is_repeat(submission, status, actor):
            return submission
        submission.status = status
        submission.decided_by_id, submission.decided_at, submission.decision_reason = actor.user_id, at, reason
        submission.save(update_fields=["status", "decided_by", "decided_at", "decision_reason"])
        _record(action, submission, {})
    return submission


def _for_decision(submission_id: int, actor: Actor, reason: str, at: datetime) -> Submission:
    """The submission, locked, if this actor may decide it."""
    submission = _locked(submission_id, actor)
    if not reason.strip():
        raise ReasonNeeded("A decision needs a reason.")
    if submission.status == Submission.Status.IN_REVIEW:
        _require_no_own(submission, actor)
        held = Review.objects.select_related("held_by").get(pk=submission.pk)
        if _is_others(held, actor, at):
            raise HeldByAnother(_looked_at(held))
    return submission


def _locked(submission_id: int, actor: Actor) -> Submission:
    """The submission, locked, if the actor reviews its place and did not send it."""
    submission = Submission.objects.select_for_update(of=("self",)).select_related("area").get(pk=submission_id)
    if actor.user_id is None:
        raise NotPermitted(sentence="A person has to decide this, not the system.")
    if submission.area is None:
        raise NotInReview("This submission names no place, so nobody can decide it.")
    actor.require_in(Permission.REGISTRY_REVIEW, area_path=submission.area.path)
    if submission.submitted_by_id == actor.user_id or _sent_before(submission, actor):
        raise OwnSubmission("Somebody other than who submitted it has to decide.")
    if device_forms.given_by(submission=submission) == actor.user_id:
        raise GaveThePhone(GaveThePhone.__doc__)
    return submission


def _sent_before(submission: Submission, actor: Actor) -> bool:
    """Whether the actor sent what this one corrects, or what that one corrected: a colleague may have sent it again."""
    sent = submission.corrects
    while sent is not None and sent.submitted_by_id != actor.user_id:
        sent = sent.corrects
    return sent is not None


def _require_no_own(submission: Submission, actor: Actor) -> None:
    """Nobody decides where a person told of is theirs: known, linked, resembled, or by the number alone."""
    known = submission.candidates.filter(person__isnull=False).values_list("person_id", flat=True)
    linked = submission.members.filter(person__isnull=False).values_list("person_id", flat=True)
    require_no_interest(actor=actor, person_ids=[*known, *linked])
    numbers = own.numbers(user_id=actor.user_id) if actor.user_id is not None else []
    if numbers and submission.members.filter(national_id__in=numbers).exists():
        raise DeclaredInterestInTheWay(DeclaredInterestInTheWay.__doc__)


def _is_others(held: Review, actor: Actor, at: datetime) -> bool:
    return held.held_until is not None and held.held_until > at and held.held_by_id != actor.user_id


def _looked_at(held: Review) -> str:
    name = held.held_by.full_name if held.held_by else ""
    since = timezone.localtime(held.held_since)
    return f"{name} has been looking at this one since {since:%H:%M} on {since.day} {since:%B}."


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


def take_next(*, wanted: reviews.Wanted, actor: Actor, at: datetime) -> Submission | None:
    """Take the oldest that nobody looks at and this actor may decide; nothing where there is none.

    Whom another takes first at the same moment is passed over.

    Raises:
        NotPermitted: the actor reviews nothing.
    """
    actor.require(Permission.REGISTRY_REVIEW)
    found = reviews.decidable(actor=actor, wanted=wanted, at=at).order_by("received_at", "submission_id")
    for number in found.values_list("submission_id", flat=True)[:_TRIES]:
        try:
            return take(submission_id=number, actor=actor, at=at).submission
        except (NotInReview, HeldByAnother, DeclaredInterestInTheWay):
            continue
    return None
