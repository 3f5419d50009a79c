"""Opening and closing payment cycles."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting
from eligibility.models import Programme
from payments.models import PaymentCycle, Payroll
from payments.periods import periods


class CycleOverlaps(Exception):
    """Another cycle of this programme covers some of these days, or bears this name."""


class CycleBusy(Exception):
    """A cycle is closed once all its payrolls are closed."""


def open_cycle(
    *,
    programme_id: int,
    code: str,
    period_from: date,
    period_to: date,
    cutoff_on: date,
    actor: Actor,
    at: datetime,
    one_shot: UUID | None = None,
) -> PaymentCycle:
    """Open a cycle over whole periods of a programme. A repeat of the same form or the same cycle returns it.

    Raises:
        NotPermitted: the actor does not prepare payrolls of this programme.
        NotWholePeriods: the days are not whole periods of the programme.
        CycleOverlaps: another cycle covers some of the days, or bears the code.
    """
    programme = Programme.objects.get(pk=programme_id)
    actor.require_for_programme(Permission.PAYMENTS_PREPARE, programme.code)
    periods(first=period_from, last=period_to, months=programme.frequency_months)
    wanted = {"code": code, "period_from": period_from, "period_to": period_to, "cutoff_on": cutoff_on}
    with acting(actor=actor, at=at):
        same = PaymentCycle.objects.filter(programme=programme, **wanted).first()
        if same:
            return same
        try:
            with transaction.atomic():
                cycle = PaymentCycle.objects.create(
                    programme=programme, **wanted, opened_at=at, opened_by_id=actor.user_id, one_shot=one_shot
                )
        except IntegrityError as error:
            raise CycleOverlaps(CycleOverlaps.__doc__) from error
        audit.record(
            "cycle.open",
            subject_type="cycle",
            subject_id=cycle.pk,
            reference=code,
            details={"programme": programme.code, "from": period_from, "to": period_to},
        )
    return cycle


def close_cycle(*, cycle_id: int, actor: Actor, at: datetime) -> PaymentCycle:
    """Close a cycle whose payrolls are all closed. A repeat writes nothing.

    Raises:
        NotPermitted: the actor does not prepare payrolls of this programme.
        CycleBusy: a payroll is still under way.
    """
    with acting(actor=actor, at=at):
        cycle = PaymentCycle.objects.select_for_update(of=("self",)).select_related("programme").get(pk=cycle_id)
        actor.require_for_programme(Permission.PAYMENTS_PREPARE, cycle.programme.code)
        if cycle.status == PaymentCycle.Status.CLOSED:
            return cycle
        if Payroll.objects.filter(cycle=cycle).exclude(status=Payroll.Status.CLOSED).exists():
            raise CycleBusy(CycleBusy.__doc__)
        cycle.status = PaymentCycle.Status.CLOSED
        cycle.save(update_fields=["status"])
        audit.record("cycle.close", subject_type="cycle", subject_id=cycle.pk, reference=cycle.code)
    return cycle
