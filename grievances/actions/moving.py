"""What every move of a case needs: the locked case, the right to move it, the line in its timeline."""

from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import current
from grievances import secret
from grievances.due_dates import working_days_after
from grievances.models import Case, CaseEvent, NonWorkingDay, ServiceStandard
from grievances.queries import matching
from grievances.queries.cases import seen_by


class CaseNotFound(Exception):
    """There is no such case among those that you may handle."""


class IllegalMove(Exception):
    """The case is not in a state from which this can be done."""


class InterestInTheWay(Exception):
    """You declared an interest in this household, so somebody else has to deal with the case."""


class TextTooLong(Exception):
    """The text is too long."""


class TextMissing(Exception):
    """Say something: the text is empty."""


TEXT_LIMIT = 4000


def locked(*, case_id: int, actor: Actor) -> Case:
    """The case, locked until commit, for an officer who may handle it.

    Raises:
        NotPermitted: the actor handles no cases at all.
        CaseNotFound: not there, outside the actor's areas, or sensitive and the actor is not named on it.
        InterestInTheWay: it concerns the actor's own or a declared relative's household.
    """
    actor.require(Permission.GRIEVANCES_HANDLE)
    case = (
        Case.objects.select_for_update(of=("self",))
        .filter(seen_by(actor, Permission.GRIEVANCES_HANDLE), pk=case_id)
        .first()
    )
    if case is None:
        raise CaseNotFound(CaseNotFound.__doc__)
    if matching.has_interest(user_id=actor.user_id, household_id=case.household_id):
        raise InterestInTheWay(InterestInTheWay.__doc__)
    return case


def locked_by_complainant(*, proof: str, at: datetime) -> Case:
    """The case, locked until commit, for whoever gave its secret within the last half hour.

    Raises:
        ProofExpired: the proof is old or not ours.
    """
    reference = secret.reference_proved(proof, at=at)
    return Case.objects.select_for_update(of=("self",)).get(reference=reference)


def say(case: Case, kind: CaseEvent.Kind, *, text: str = "", public: bool = True, one_shot: UUID | None = None) -> None:
    """Add a line to the case's timeline, by and at the act under way."""
    act = current()
    CaseEvent.objects.create(
        case=case, at=act.at, kind=kind, public=public, text=text, by_id=act.actor.user_id, one_shot=one_shot
    )


def said_before(one_shot: UUID | None) -> bool:
    """Whether this form was sent before: the same text is not said twice."""
    return one_shot is not None and CaseEvent.objects.filter(one_shot=one_shot).exists()


def cleaned(text: str) -> str:
    """A text as it is kept.

    Raises:
        TextMissing, TextTooLong.
    """
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(text) < 2:
        raise TextMissing(TextMissing.__doc__)
    if len(text) > TEXT_LIMIT:
        raise TextTooLong(f"Write at most {TEXT_LIMIT} characters.")
    return text


def due(standard: ServiceStandard, *, at: datetime, days: int) -> date:
    """The date on which so many working days have passed since the business day of ``at``."""
    start = timezone.localdate(at)
    return working_days_after(
        start,
        days,
        weekdays=standard.weekdays,
        holidays=set(NonWorkingDay.objects.filter(on__gte=start).values_list("on", flat=True)),
    )
