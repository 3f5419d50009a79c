"""Beginning a payroll, and preparing it anew."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting
from core.jobs.queue import enqueue
from core.models import Job
from payments.actions.payrolls.errors import IllegalMove, PayrollUnderWay, WithoutBudget, locked, require_state
from payments.kinds import PREPARE
from payments.models import Budget, PaymentCycle, Payroll

Status = Payroll.Status
UNDER_WAY = [Status.DRAFT, Status.CHECKED, Status.SUBMITTED, Status.APPROVED, Status.RELEASING]


def create(*, cycle_id: int, actor: Actor, at: datetime, send: bool = True) -> tuple[Payroll, Job]:
    """Begin a cycle's next payroll and queue its preparation; a repeat by the same officer returns the draft.

    Locks the cycle. The second and later payrolls of a cycle pay what came back or was left out before.
    ``send=False``: the caller runs the job.

    Raises:
        NotPermitted: the actor does not prepare payrolls of this programme.
        IllegalMove: the cycle is closed.
        WithoutBudget: the programme has no budget for the year in which the cycle begins.
        PayrollUnderWay: somebody else's, or one that has been checked, is under way.
    """
    with acting(actor=actor, at=at):
        cycle = PaymentCycle.objects.select_for_update(of=("self",)).select_related("programme").get(pk=cycle_id)
        actor.require_for_programme(Permission.PAYMENTS_PREPARE, cycle.programme.code)
        if cycle.status != PaymentCycle.Status.OPEN:
            raise IllegalMove("The cycle is closed.")
        known = Payroll.objects.filter(cycle=cycle, status__in=UNDER_WAY).first()
        if known:
            if known.status != Status.DRAFT or known.prepared_by_id != actor.user_id:
                raise PayrollUnderWay(PayrollUnderWay.__doc__)
            return known, _queue(known, actor=actor, at=at, send=send)
        budget = Budget.objects.filter(
            programme=cycle.programme, year_from__lte=cycle.period_from, year_to__gte=cycle.period_from
        ).first()
        if budget is None:
            raise WithoutBudget(
                f"{cycle.programme.name} has no budget for the financial year of {cycle.period_from:%-d %B %Y}."
            )
        last = Payroll.objects.filter(cycle=cycle).aggregate(last=Max("number"))["last"] or 0
        try:
            with transaction.atomic():
                payroll = Payroll.objects.create(
                    cycle=cycle,
                    number=last + 1,
                    budget=budget,
                    currency=budget.currency,
                    created_at=at,
                    prepared_by_id=actor.user_id,
                )
        except IntegrityError as error:
            raise PayrollUnderWay(PayrollUnderWay.__doc__) from error
        payroll.refresh_from_db()
        audit.record(
            "payroll.create",
            subject_type="payroll",
            subject_id=payroll.pk,
            reference=payroll.reference,
            details={"cycle": cycle.code, "programme": cycle.programme.code, "number": payroll.number},
        )
        return payroll, _queue(payroll, actor=actor, at=at, send=send)


def prepare_again(*, payroll_id: int, actor: Actor, at: datetime, reason: str = "", send: bool = True) -> Job:
    """Throw a draft's (or checked payroll's) lines away and prepare it from the list as it now stands.

    Locks the payroll. While its preparation runs a repeat returns that job. The actor becomes its preparer.

    Raises:
        NotPermitted: the actor does not prepare payrolls of this programme.
        IllegalMove: it has been submitted.
    """
    with acting(actor=actor, at=at, reason=reason):
        payroll = locked(payroll_id=payroll_id, permission=Permission.PAYMENTS_PREPARE, actor=actor)
        require_state(payroll, Status.DRAFT, Status.CHECKED)
        alive = Job.objects.filter(identity=_identity(payroll), status__in=["queued", "running"]).first()
        if alive:
            return alive
        payroll.status = Status.DRAFT
        payroll.prepared_by_id = actor.user_id
        payroll.prepared_at = payroll.checked_at = None
        payroll.controls = []
        payroll.round += 1
        payroll.save(update_fields=["status", "prepared_by", "prepared_at", "checked_at", "controls", "round"])
        audit.record(
            "payroll.prepare_again",
            subject_type="payroll",
            subject_id=payroll.pk,
            reference=payroll.reference,
            details={"round": payroll.round},
        )
        return _queue(payroll, actor=actor, at=at, send=send)


def _identity(payroll: Payroll) -> str:
    return f"{PREPARE}:{payroll.pk}"


def _queue(payroll: Payroll, *, actor: Actor, at: datetime, send: bool) -> Job:
    if payroll.prepared_at is not None:
        done = Job.objects.filter(identity=_identity(payroll)).order_by("-id").first()
        if done:
            return done
    return enqueue(
        kind=PREPARE,
        identity=_identity(payroll),
        label=f"Preparing payroll {payroll.reference}",
        parameters={"payroll": payroll.pk},
        actor=actor,
        at=at,
        send=send,
    )
