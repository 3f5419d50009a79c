"""Holding payments back while something is unclear, and letting them go again."""

from datetime import datetime

from django.db import IntegrityError, transaction

from core import audit
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.acting import acting
from payments.actions.payrolls.errors import ReasonNeeded
from payments.models import Hold
from payments.queries.holds import MAY_HOLD
from registry.actions.interests import refuse_own
from registry.models import Household


def place(
    *,
    household_id: int,
    reason: str,
    actor: Actor,
    at: datetime,
    programme_id: int | None = None,
    case_reference: str = "",
) -> Hold:
    """Hold back a household's payments, of one programme or all; a repeat for the same case returns the hold.

    Payrolls prepared from now on leave it out; one already approved withholds its lines at release. What is owed
    stays owed.

    Raises:
        NotPermitted: the actor neither handles cases, prepares payrolls nor keeps lists over the household's place.
        ReasonNeeded: no reason was given.
        OwnInterest: it is the actor's own or a relative's household.
    """
    if not reason.strip():
        raise ReasonNeeded("Say why the payments are held.")
    with acting(actor=actor, at=at, reason=reason):
        household = Household.objects.select_related("area").get(pk=household_id)
        _require(actor, household)
        refuse_own(actor=actor, household_ids=[household.pk])
        live = Hold.objects.filter(household=household, case_reference=case_reference, lifted_at__isnull=True)
        live = live.filter(programme_id=programme_id) if programme_id else live.filter(programme__isnull=True)
        if known := live.first():
            return known
        try:
            with transaction.atomic():
                hold = Hold.objects.create(
                    household=household,
                    district_id=household.district_id,
                    programme_id=programme_id,
                    reason=reason,
                    case_reference=case_reference,
                    placed_at=at,
                    placed_by_id=actor.user_id,
                )
        except IntegrityError:
            return live.get()
        _record("hold.place", hold, household)
    return hold


def lift(*, hold_id: int, reason: str, actor: Actor, at: datetime) -> Hold:
    """Let a household's payments go again. Locks the hold; a repeat writes nothing.

    Raises:
        NotPermitted: as ``place``.
        ReasonNeeded: no reason was given.
    """
    if not reason.strip():
        raise ReasonNeeded("Say why the payments go on.")
    with acting(actor=actor, at=at, reason=reason):
        hold = Hold.objects.select_for_update(of=("self",)).select_related("household__area").get(pk=hold_id)
        _require(actor, hold.household)
        if hold.lifted_at is not None:
            return hold
        refuse_own(actor=actor, household_ids=[hold.household_id])
        hold.lifted_at = at
        hold.lifted_by_id = actor.user_id
        hold.save(update_fields=["lifted_at", "lifted_by"])
        _record("hold.lift", hold, hold.household)
    return hold


def _require(actor: Actor, household: Household) -> None:
    if not any(actor.may_in(permission, area_path=household.area.path) for permission in MAY_HOLD):
        raise NotPermitted(Permission.GRIEVANCES_HANDLE)


def _record(action: str, hold: Hold, household: Household) -> None:
    audit.record(
        action,
        subject_type="household",
        subject_id=household.pk,
        reference=household.reference,
        district_id=household.district_id,
        details={"hold": hold.pk, "case": hold.case_reference},
    )
