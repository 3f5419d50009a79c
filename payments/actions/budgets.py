"""Keeping budgets and what the treasury releases of them."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting
from core.money import Money
from eligibility.models import Programme
from payments.actions import ledger
from payments.models import Budget, BudgetRelease


class BudgetExists(Exception):
    """This programme already has a budget for that financial year, of another amount."""


class BeyondBudget(Exception):
    """The releases of a budget cannot exceed the budget."""


class AmountNeeded(Exception):
    """An amount of money must be more than zero."""


class InTheFuture(Exception):
    """A release is recorded once the treasury has made it, not before."""


class RepeatedReference(Exception):
    """This reference already stands for another release."""


def create(
    *,
    programme_id: int,
    code: str,
    year_from: date,
    year_to: date,
    amount_minor: int,
    actor: Actor,
    at: datetime,
    source: str = "",
) -> Budget:
    """Enter a programme's budget for a financial year; a repeat with the same amount returns it.

    Raises:
        NotPermitted: the actor does not keep budgets of this programme.
        AmountNeeded: the amount is not positive.
        BudgetExists: there is one of another amount.
    """
    programme = Programme.objects.get(pk=programme_id)
    actor.require_for_programme(Permission.PAYMENTS_BUDGET, programme.code)
    if amount_minor <= 0:
        raise AmountNeeded(AmountNeeded.__doc__)
    with acting(actor=actor, at=at):
        try:
            with transaction.atomic():
                budget = Budget.objects.create(
                    programme=programme,
                    code=code,
                    year_from=year_from,
                    year_to=year_to,
                    currency=programme.currency,
                    amount_minor=amount_minor,
                    created_at=at,
                    created_by_id=actor.user_id,
                    source=source,
                )
        except IntegrityError as error:
            known = Budget.objects.filter(programme=programme, year_from=year_from, amount_minor=amount_minor).first()
            if known is None:
                raise BudgetExists(BudgetExists.__doc__) from error
            return known
        ledger.accounts_of(budget)
        audit.record(
            "budget.create",
            subject_type="budget",
            subject_id=budget.pk,
            reference=code,
            details={"programme": programme.code, "amount_minor": amount_minor},
        )
    return budget


def release(
    *, budget_id: int, reference: str, amount_minor: int, released_on: date, actor: Actor, at: datetime
) -> BudgetRelease:
    """Record that the treasury made part of a budget available. Locks the budget; a repeated reference writes nothing.

    Raises:
        NotPermitted: the actor does not keep budgets of this programme.
        AmountNeeded: the amount is not positive.
        InTheFuture: its day has not come.
        BeyondBudget: the releases would exceed the budget.
        RepeatedReference: the reference stands for another release.
    """
    with acting(actor=actor, at=at):
        budget = Budget.objects.select_for_update(of=("self",)).select_related("programme").get(pk=budget_id)
        actor.require_for_programme(Permission.PAYMENTS_BUDGET, budget.programme.code)
        if amount_minor <= 0:
            raise AmountNeeded(AmountNeeded.__doc__)
        if released_on > timezone.localdate(at):
            raise InTheFuture(InTheFuture.__doc__)
        known = BudgetRelease.objects.filter(reference=reference).first()
        if known:
            if (known.budget_id, known.amount_minor, known.released_on) != (budget_id, amount_minor, released_on):
                raise RepeatedReference(RepeatedReference.__doc__)
            return known
        before = sum(BudgetRelease.objects.filter(budget=budget).values_list("amount_minor", flat=True))
        if before + amount_minor > budget.amount_minor:
            left = Money(budget.currency, budget.amount_minor - before)
            raise BeyondBudget(f"Only {left} of this budget is not yet released.")
        row = BudgetRelease.objects.create(
            budget=budget,
            reference=reference,
            amount_minor=amount_minor,
            released_on=released_on,
            recorded_at=at,
            recorded_by_id=actor.user_id,
        )
        ledger.transfer(
            budget=budget,
            giver="treasury",
            taker="funds",
            amount_minor=amount_minor,
            kind="budget",
            reference=f"budget:{reference}",
            at=at,
        )
        audit.record(
            "budget.release",
            subject_type="budget",
            subject_id=budget.pk,
            reference=reference,
            details={"amount_minor": amount_minor},
        )
    return row
