"""What officers do with a case before it is decided."""

from datetime import datetime
from uuid import UUID

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting
from core.queries.access import actor_of
from core.references import normalise
from grievances.actions import moving
from grievances.models import Case, CaseEvent
from grievances.queries import matching
from grievances.queries.cases import seen_by
from registry.models import Household


class AnotherOfficerNeeded(Exception):
    """The officer who decided before the appeal takes no further part."""


class CannotBeGiven(Exception):
    """This officer may not handle the case: not their area, not named on it, or an interest declared."""


class HouseholdNotFound(Exception):
    """There is no household with this reference in the areas that you may see."""


def acknowledge(*, case_id: int, actor: Actor, at: datetime, message: str = "") -> Case:
    """Tell the complainant that the case has arrived and is being dealt with. A repeat writes nothing.

    Raises:
        NotPermitted, CaseNotFound, InterestInTheWay: as for every act on a case.
        IllegalMove: it was decided or withdrawn.
    """
    with acting(actor=actor, at=at):
        case = moving.locked(case_id=case_id, actor=actor)
        if case.status in (Case.Status.ACKNOWLEDGED, Case.Status.IN_PROGRESS):
            return case
        if case.status != Case.Status.RECEIVED:
            raise moving.IllegalMove("Only a case that was just received can be acknowledged.")
        case.status = Case.Status.ACKNOWLEDGED
        case.acknowledged_at = at
        case.due_on = case.decide_by
        case.save(update_fields=["status", "acknowledged_at", "due_on"])
        moving.say(case, CaseEvent.Kind.ACKNOWLEDGED, text=moving.cleaned(message) if message.strip() else "")
        _record("case.acknowledge", case)
    return case


def take(*, case_id: int, actor: Actor, at: datetime) -> Case:
    """Take up a case oneself. A repeat writes nothing.

    Raises:
        As ``assign``.
    """
    return assign(case_id=case_id, user_id=actor.user_id or 0, actor=actor, at=at)


def assign(*, case_id: int, user_id: int, actor: Actor, at: datetime) -> Case:
    """Give a case to an officer, who then works on it. A repeat writes nothing.

    Raises:
        NotPermitted, CaseNotFound, InterestInTheWay: as for every act on a case.
        IllegalMove: it is not acknowledged yet, or decided.
        AnotherOfficerNeeded: the officer decided it before the appeal.
        CannotBeGiven: the officer may not handle this case.
    """
    with acting(actor=actor, at=at):
        case = moving.locked(case_id=case_id, actor=actor)
        if case.status == Case.Status.IN_PROGRESS and case.assigned_to_id == user_id:
            return case
        if case.status not in (Case.Status.ACKNOWLEDGED, Case.Status.APPEALED, Case.Status.IN_PROGRESS):
            raise moving.IllegalMove("Only a case that is acknowledged and not yet decided can be taken up.")
        if user_id == case.previous_decider_id:
            raise AnotherOfficerNeeded(AnotherOfficerNeeded.__doc__)
        if not _may_handle(case, user_id):
            raise CannotBeGiven(CannotBeGiven.__doc__)
        case.status = Case.Status.IN_PROGRESS
        case.assigned_to_id = user_id
        case.save(update_fields=["status", "assigned_to"])
        own = user_id == actor.user_id
        moving.say(case, CaseEvent.Kind.TAKEN if own else CaseEvent.Kind.ASSIGNED)
        _record("case.take" if own else "case.assign", case, user=user_id)
    return case


def note(*, case_id: int, text: str, actor: Actor, at: datetime, one_shot: UUID | None = None) -> Case:
    """Write an internal note, which the complainant never sees. The same ``one_shot`` writes once.

    Raises:
        NotPermitted, CaseNotFound, InterestInTheWay: as for every act on a case.
        TextMissing, TextTooLong.
    """
    return _write(CaseEvent.Kind.NOTE, case_id, text, actor, at, one_shot)


def message_to_complainant(
    *, case_id: int, text: str, actor: Actor, at: datetime, one_shot: UUID | None = None
) -> Case:
    """Write to the complainant, who reads it with reference and secret. The same ``one_shot`` writes once.

    Raises:
        NotPermitted, CaseNotFound, InterestInTheWay: as for every act on a case.
        TextMissing, TextTooLong.
    """
    return _write(CaseEvent.Kind.MESSAGE, case_id, text, actor, at, one_shot)


def link_household(*, case_id: int, reference: str, actor: Actor, at: datetime) -> Case:
    """Confirm, after proof of identity, the household that the complainant speaks for. A repeat writes nothing.

    The contested assessment is found anew. Until then officers see the household as claimed only.

    Raises:
        NotPermitted, CaseNotFound, InterestInTheWay: as for every act on a case.
        HouseholdNotFound: none with this reference in the areas that the actor may see.
        IllegalMove: the case is decided or withdrawn.
    """
    with acting(actor=actor, at=at):
        case = moving.locked(case_id=case_id, actor=actor)
        household = Household.objects.filter(reference=normalise(reference)).select_related("area").first()
        if household is None or not actor.may_in(Permission.REGISTRY_VIEW, area_path=household.area.path):
            raise HouseholdNotFound(HouseholdNotFound.__doc__)
        if case.household_confirmed and case.household_id == household.pk:
            return case
        if not case.is_open:
            raise moving.IllegalMove("The household of a decided case stays as it is.")
        if matching.has_interest(user_id=actor.user_id, household_id=household.pk):
            raise moving.InterestInTheWay(moving.InterestInTheWay.__doc__)
        assessment = matching.contested(
            household_id=household.pk, programme_code=case.programme_code, person_id=case.person_id
        )
        case.household, case.household_confirmed = household, True
        case.run_id = assessment.run_id if assessment else None
        case.assessment_no = assessment.id if assessment else None
        if household.is_protected:  # the case then names its district alone
            case.area_id, case.district_id, case.place = household.district_id, household.district_id, ""
        case.save(
            update_fields=["household", "household_confirmed", "run", "assessment_no", "area", "district", "place"]
        )
        moving.say(case, CaseEvent.Kind.HOUSEHOLD, text=household.reference, public=False)
        _record("case.link_household", case, household=household.reference)
    return case


def _write(kind: CaseEvent.Kind, case_id: int, text: str, actor: Actor, at: datetime, one_shot: UUID | None) -> Case:
    text = moving.cleaned(text)
    with acting(actor=actor, at=at):
        case = moving.locked(case_id=case_id, actor=actor)
        if moving.said_before(one_shot):
            return case
        moving.say(case, kind, text=text, public=kind == CaseEvent.Kind.MESSAGE, one_shot=one_shot)
        _record(f"case.{kind.value}", case)
    return case


def _may_handle(case: Case, user_id: int) -> bool:
    """Whether an officer may handle a case: the same question as for the one who acts."""
    other = actor_of(user_id=user_id)
    permitted = Case.objects.filter(seen_by(other, Permission.GRIEVANCES_HANDLE), pk=case.pk).exists()
    return permitted and not matching.has_interest(user_id=user_id, household_id=case.household_id)


def _record(action: str, case: Case, **details: object) -> None:
    audit.record(
        action,
        subject_type="case",
        subject_id=case.pk,
        reference=case.reference,
        district_id=case.district_id,
        details=details,
    )
