"""What the complainant does with reference and secret: follow, write, withdraw, appeal."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.utils import timezone

from core import audit
from core.access.actor import Actor
from core.acting import acting
from grievances import secret
from grievances.actions import moving
from grievances.limits import WRONG_ANYWHERE, WRONG_SECRET
from grievances.models import Case, CaseEvent

MESSAGES = 20


class WrongPair(Exception):
    """Reference and secret do not belong together. Check both for typing errors."""


class TooLateToAppeal(Exception):
    """The time for an appeal is over."""


class AppealedBefore(Exception):
    """A decision can be appealed once."""


class TooManyMessages(Exception):
    """There are many messages from you already. Telephone the office instead."""


def prove(*, reference: str, given: str, network: str, at: datetime) -> str:
    """Check reference and secret; returns a signed proof for half an hour.

    Attempts are counted by network and reference, and by network, before the secret is looked at; the right secret
    clears the first counter. An unknown reference takes as long as a wrong secret and gets the same sentence.

    Raises:
        TooOften: too many wrong attempts from this network.
        WrongPair: they do not belong together.
    """
    reference = secret.reference_as_meant(reference)
    WRONG_ANYWHERE.count(network)
    WRONG_SECRET.count(network, reference)
    hashed = Case.objects.filter(reference=reference).values_list("secret_hash", flat=True).first()
    if hashed is None:
        make_password(given)
        raise WrongPair(WrongPair.__doc__)
    if not check_password(secret.normalise(given), hashed):
        raise WrongPair(WrongPair.__doc__)
    WRONG_SECRET.forgive(network, reference)
    return secret.Proof(reference, at).signed()


def followed(*, proof: str, at: datetime) -> Case:
    """The case that a proof is for, with what the complainant's page shows.

    Raises:
        ProofExpired: the proof is old or not ours.
    """
    return Case.objects.select_related("category").get(reference=secret.reference_proved(proof, at=at))


def reply(*, proof: str, text: str, actor: Actor, at: datetime, one_shot: UUID | None = None) -> Case:
    """The complainant adds something. The same ``one_shot`` writes once.

    Raises:
        ProofExpired, TextMissing, TextTooLong, TooManyMessages.
        IllegalMove: the case is no longer open.
    """
    text = moving.cleaned(text)
    with acting(actor=actor, at=at):
        case = moving.locked_by_complainant(proof=proof, at=at)
        if moving.said_before(one_shot):
            return case
        if not case.is_open:
            raise moving.IllegalMove("The case is no longer open. You can still appeal if the time for it is not over.")
        if CaseEvent.objects.filter(case=case, kind=CaseEvent.Kind.REPLY).count() >= MESSAGES:
            raise TooManyMessages(TooManyMessages.__doc__)
        moving.say(case, CaseEvent.Kind.REPLY, text=text, one_shot=one_shot)
        _record("case.reply", case)
    return case


def withdraw(*, proof: str, actor: Actor, at: datetime) -> Case:
    """The complainant takes the case back. A repeat writes nothing.

    Raises:
        ProofExpired: the proof is old or not ours.
        IllegalMove: it is decided.
    """
    with acting(actor=actor, at=at, reason="Withdrawn by the complainant"):
        case = moving.locked_by_complainant(proof=proof, at=at)
        if case.status == Case.Status.WITHDRAWN:
            return case
        if not case.is_open:
            raise moving.IllegalMove("A case that is decided cannot be withdrawn.")
        case.status = Case.Status.WITHDRAWN
        case.due_on = None
        case.save(update_fields=["status", "due_on"])
        moving.say(case, CaseEvent.Kind.WITHDRAWN)
        _record("case.withdraw", case)
    return case


def appeal(*, proof: str, grounds: str, actor: Actor, at: datetime) -> Case:
    """The complainant contests the decision; another officer decides anew. A repeat writes nothing.

    The first decision stays in the timeline and in the history.

    Raises:
        ProofExpired, TextMissing, TextTooLong.
        IllegalMove: it is not decided.
        TooLateToAppeal, AppealedBefore.
    """
    grounds = moving.cleaned(grounds)
    with acting(actor=actor, at=at, reason="Appealed by the complainant"):
        case = moving.locked_by_complainant(proof=proof, at=at)
        if case.status == Case.Status.APPEALED:
            return case
        if case.status not in (Case.Status.DECIDED, Case.Status.CLOSED):
            raise moving.IllegalMove("Only a decision can be appealed.")
        if case.appeals:
            raise AppealedBefore(AppealedBefore.__doc__)
        if case.appeal_by is None or timezone.localdate(at) > case.appeal_by:
            raise TooLateToAppeal(TooLateToAppeal.__doc__)
        case.status = Case.Status.APPEALED
        case.appeals += 1
        case.previous_decider_id = case.decided_by_id
        case.assigned_to = case.decided_by = case.decided_at = case.appeal_by = None
        case.outcome = case.reasons = case.remedy = case.remedy_state = case.remedy_reference = ""
        case.decide_by = case.due_on = moving.due(case.standard, at=at, days=case.standard.decide_days)
        case.save()
        moving.say(case, CaseEvent.Kind.APPEALED, text=grounds)
        _record("case.appeal", case)
    return case


def _record(action: str, case: Case) -> None:
    audit.record(
        action,
        subject_type="case",
        subject_id=case.pk,
        reference=case.reference,
        district_id=case.district_id,
    )
