"""The demonstration's payrolls: prepared, checked, approved, released, reported on by the providers, reconciled."""

from datetime import date, datetime, timedelta

from django.db.models import Count, Sum
from django.utils import timezone

from core.money import Money
from eligibility.models import Enrolment, Programme
from payments.actions import budgets, cycles, reconciling
from payments.actions.payrolls import checking, preparing, releasing, signing
from payments.models import Budget, Instruction, PaymentCycle, Payroll
from payments.periods import plus_months
from payments.queries import ledger
from payments.sample import provider_returns
from reporting.demo.people import People
from reporting.demo.screen import Screen
from reporting.demo.work import wait

Status = Payroll.Status
YEARLY = 400_000_000_00
"""A demonstration budget, in minor units, for a financial year that the country pack has none for."""


def pay(*, people: People, at: datetime, seed: int, screen: Screen) -> None:
    """One payroll of each open programme for the period that today lies in, as far as it has not gone yet."""
    for programme in Programme.objects.filter(status=Programme.Status.OPEN).order_by("code"):
        cycle = _cycle(programme, people=people, at=at)
        payroll = Payroll.objects.filter(cycle=cycle).order_by("number").first()
        if payroll is None:
            payroll, job = preparing.create(cycle_id=cycle.pk, actor=people["preparer"], at=at)
            wait(job, screen=screen)
        _walk(payroll, people=people, at=at, seed=seed, screen=screen)
        payroll.refresh_from_db()
        counts = _by_status(cycle=cycle)
        screen.finished({f"{programme.code} {name}": count for name, count in counts.items()})
        seal = bytes(payroll.digest or b"").hex()
        screen.say(f"{payroll.reference}: {Money(payroll.currency, payroll.total_minor)}, seal {seal[:16]}…")


def _walk(payroll: Payroll, *, people: People, at: datetime, seed: int, screen: Screen) -> None:
    payroll.refresh_from_db()
    if payroll.status == Status.DRAFT:
        checking.check(payroll_id=payroll.pk, actor=people["preparer"], at=at)
        payroll.refresh_from_db()
    if payroll.status == Status.CHECKED:
        checking.submit(payroll_id=payroll.pk, actor=people["preparer"], at=at)
        payroll.refresh_from_db()
    if payroll.status == Status.SUBMITTED:
        seen = bytes(payroll.digest or b"").hex()
        signing.approve(payroll_id=payroll.pk, seen_digest=seen, actor=people["approver"], at=at)
        payroll.refresh_from_db()
    if payroll.status in (Status.APPROVED, Status.RELEASING):
        _payroll, job = releasing.release(payroll_id=payroll.pk, actor=people["releaser"], at=at)
        wait(job, screen=screen)
        payroll.refresh_from_db()
    if payroll.status == Status.RELEASED:
        returns = provider_returns(payroll, seed, on=timezone.localdate(at))
        reconciling.import_returns(
            payroll_id=payroll.pk, content=returns, name="returns.csv", actor=people["preparer"], at=at
        )


def _cycle(programme: Programme, *, people: People, at: datetime) -> PaymentCycle:
    first = _period_begins(timezone.localdate(at), programme.frequency_months)
    last = plus_months(first, programme.frequency_months) - timedelta(days=1)
    if not Budget.objects.filter(programme=programme, year_from__lte=first, year_to__gte=last).exists():
        year_to = plus_months(first, 12) - timedelta(days=1)
        budget = budgets.create(
            programme_id=programme.pk,
            code=f"{programme.code}-{first:%Y-%m}",
            year_from=first,
            year_to=year_to,
            amount_minor=YEARLY,
            actor=people["preparer"],
            at=at,
            source="Demonstration, invented",
        )
        budgets.release(
            budget_id=budget.pk,
            reference=f"{budget.code}-1",
            amount_minor=YEARLY,
            released_on=timezone.localdate(at),
            actor=people["preparer"],
            at=at,
        )
    known = PaymentCycle.objects.filter(programme=programme).order_by("id").first()
    return known or cycles.open_cycle(
        programme_id=programme.pk,
        code=f"{programme.code} {first:%Y-%m}",
        period_from=first,
        period_to=last,
        cutoff_on=timezone.localdate(at),
        actor=people["preparer"],
        at=at,
    )


def _period_begins(today: date, months: int) -> date:
    return date(today.year, (today.month - 1) // months * months + 1, 1)


def _by_status(*, cycle: PaymentCycle) -> dict[str, int]:
    lines = (
        Instruction.objects.filter(cycle=cycle).order_by("status").values_list("status").annotate(Count("entitlement"))
    )
    return dict(lines)


def paid(*, people: People) -> dict[str, int]:
    """What became of every line of a released payroll, and what the ledger's balances sum to.

    Released = paid + returned + outstanding. Lines that wait for an approval or a release are told apart.
    """
    gone = Payroll.objects.filter(released_at__isnull=False)
    lines = Instruction.objects.filter(payroll__in=gone).order_by("status")
    count = dict(lines.values_list("status").annotate(Count("entitlement")))
    amount = dict(lines.values_list("status").annotate(Sum("amount_minor")))
    return {
        "enrolled": Enrolment.objects.filter(status=Enrolment.Status.ENROLLED).count(),
        "lines": sum(payroll.line_count for payroll in gone),
        "withheld": count.get("withheld", 0),
        "released": sum(payroll.line_count - payroll.withheld_count for payroll in gone),
        "paid": count.get("paid", 0),
        "returned": count.get("returned", 0),
        "outstanding": count.get("released", 0),
        "waiting_to_be_released": Instruction.objects.exclude(payroll__in=gone).count(),
        "paid_minor": amount.get("paid", 0),
        "returned_minor": amount.get("returned", 0),
        "ledger": sum(balance.minor for balance in ledger.balances(actor=people["preparer"])),
    }
