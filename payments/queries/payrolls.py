"""Reading cycles, payrolls and their lines, as far as the actor sees payments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Sum

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import within
from core.models import Job
from eligibility.models import Programme
from payments.kinds import PREPARE, RELEASE
from payments.models import (
    Budget,
    BudgetRelease,
    Entitlement,
    Exclusion,
    Instruction,
    PaymentCycle,
    Payroll,
    ReturnLine,
)
from registry.queries.whereabouts import not_hidden_from

PAGE = 50
VIEW = Permission.PAYMENTS_VIEW


def programmes(*, actor: Actor, permission: Permission = VIEW) -> list[Programme]:
    """The programmes for which the actor holds the permission anywhere, by code."""
    every = Programme.objects.order_by("code")
    if actor.is_system:
        return list(every)
    codes = {grant.programme_code for grant in actor.grants.get(permission, ())}
    return [programme for programme in every if "" in codes or programme.code in codes]


def cycles(*, actor: Actor) -> QuerySet[PaymentCycle]:
    """Cycles of the programmes that the actor sees, newest first."""
    return (
        PaymentCycle.objects.filter(programme__in=programmes(actor=actor))
        .select_related("programme")
        .prefetch_related("payrolls")
        .order_by("-period_from", "-id")
    )


def payrolls(*, actor: Actor) -> QuerySet[Payroll]:
    """Payrolls of the programmes that the actor sees, newest first."""
    return (
        Payroll.objects.filter(cycle__programme__in=programmes(actor=actor))
        .select_related("cycle__programme", "budget", "prepared_by", "submitted_by", "approved_by", "released_by")
        .order_by("-id")
    )


def budgets(*, actor: Actor) -> QuerySet[Budget]:
    """Budgets of the programmes that the actor sees, newest first."""
    return (
        Budget.objects.filter(programme__in=programmes(actor=actor))
        .select_related("programme")
        .order_by("-year_from", "programme__code", "id")
    )


def released_of_budgets(*, actor: Actor) -> dict[int, int]:
    """What the treasury released of each budget that the actor sees, in minor units, by the budget's id."""
    found = BudgetRelease.objects.filter(budget__programme__in=programmes(actor=actor)).values_list("budget_id")
    return dict(found.annotate(minor=Sum("amount_minor")).order_by("budget_id"))


def work_on(payroll: Payroll) -> Job | None:
    """The newest job that prepares this draft, or that releases this payroll; none: nothing is to be waited for."""
    if payroll.status == "releasing":
        kind = RELEASE
    elif payroll.status == "draft" and payroll.prepared_at is None:
        kind = PREPARE
    else:
        return None
    return Job.objects.filter(identity=f"{kind}:{payroll.pk}").order_by("-id").first()


def lines(*, actor: Actor, payroll: Payroll) -> QuerySet[Instruction]:
    """A payroll's lines in the actor's areas, in the order of their numbers."""
    scope = within(actor, VIEW, programme="enrolment__programme__code")
    scope &= not_hidden_from(actor, VIEW, programme="enrolment__programme__code")
    if not actor.is_system and not actor.grants.get(VIEW):
        return Instruction.objects.none()
    return (
        Instruction.objects.filter(scope, cycle_id=payroll.cycle_id, payroll_id=payroll.pk)
        .select_related("district", "provider", "pay_point", "household")
        .order_by("id")
    )


def page_of_lines(
    *, actor: Actor, payroll: Payroll, wanted: Mapping[str, Any], after: int = 0
) -> tuple[list[Instruction], int | None]:
    """One page of lines after a number, and the number after which the next page begins.

    ``wanted``: ``district`` (an id), ``status``, ``account_kind``, ``reference`` (its beginning), each optional.
    """
    found = lines(actor=actor, payroll=payroll).filter(id__gt=after)
    if wanted.get("district"):
        found = found.filter(district_id=wanted["district"])
    for field in ("status", "account_kind"):
        if wanted.get(field):
            found = found.filter(**{field: wanted[field]})
    if wanted.get("reference"):
        found = found.filter(reference__startswith=wanted["reference"].strip().upper())
    rows = list(found[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


@dataclass(frozen=True, slots=True)
class Figures:
    """A count of lines and their sum in minor units under a label."""

    label: str
    count: int
    minor: int


def by_district(*, actor: Actor, payroll: Payroll) -> list[Figures]:
    """Lines and sums of each district that the actor sees."""
    rows = lines(actor=actor, payroll=payroll).order_by().values("district__name")
    return _sums(rows, "district__name")


def by_amount(*, actor: Actor, payroll: Payroll) -> list[Figures]:
    """Lines and sums of each amount, smallest first: the bands of the benefit."""
    rows = lines(actor=actor, payroll=payroll).order_by().values("amount_minor")
    return _sums(rows, "amount_minor")


def by_status(*, actor: Actor, payroll: Payroll) -> dict[str, Figures]:
    """Lines and sums by state: what was released is paid, returned or outstanding."""
    rows = lines(actor=actor, payroll=payroll).order_by().values("status")
    return {row.label: row for row in _sums(rows, "status")}


def _sums(rows: Any, label: str) -> list[Figures]:
    counted = rows.annotate(lines=Count("entitlement_id"), minor=Sum("amount_minor")).order_by(label)
    return [Figures(str(row[label]), row["lines"], row["minor"]) for row in counted]


def left_out(*, actor: Actor, payroll: Payroll, after: int = 0) -> list[Exclusion]:
    """Enrolments that the payroll left out in the actor's areas, with the reason: one page after an id."""
    scope = within(actor, VIEW, area="enrolment__area", programme="enrolment__programme__code")
    found = Exclusion.objects.filter(scope, payroll=payroll, id__gt=after)
    return list(found.select_related("enrolment__household", "district").order_by("id")[:PAGE])


def refused_rows(*, payroll: Payroll) -> Sequence[ReturnLine]:
    """Rows of return files that had no effect, newest file first: at most 200."""
    return list(
        ReturnLine.objects.filter(file__payroll=payroll)
        .exclude(problem="")
        .select_related("file")
        .order_by("-file_id", "row")[:200]
    )


def of_household(*, actor: Actor, household_id: int) -> list[Entitlement]:
    """What a household was owed and paid, newest first, in the areas and programmes that the actor sees."""
    scope = within(actor, VIEW, area="enrolment__area", district="enrolment__district", programme="programme__code")
    return list(
        Entitlement.objects.filter(scope, enrolment__household_id=household_id)
        .select_related("programme", "enrolment", "live_cycle")
        .order_by("-period_from", "-id")[:60]
    )


def paid_by_several(*, actor: Actor, limit: int = 200) -> list[dict[str, Any]]:
    """Households that several programmes pay for overlapping days: for people to look at, not an error.

    Within a programme a period is owed once (``payments_entitlement_once``). Newest first.
    """
    scope = within(actor, VIEW, area="enrolment__area", district="enrolment__district", programme="programme__code")
    rows = (
        Entitlement.objects.filter(scope, status__in=["in_payment", "paid"])
        .values("enrolment__household_id", "enrolment__household__reference", "period_from__year")
        .annotate(
            programmes=Count("programme_id", distinct=True),
            minor=Sum("amount_minor"),
            persons=Count("enrolment__person_id", distinct=True),
        )
        .filter(programmes__gt=1)
        .order_by("-period_from__year", "-minor", "enrolment__household_id")[:limit]
    )
    return [dict(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many payrolls wait for one kind of step, and the first of them."""

    count: int
    first: int | None


def waiting(*, actor: Actor) -> dict[str, Waiting]:
    """Payrolls that wait for this actor, by what they may do about them; own work never waits for oneself."""
    mine = actor.user_id
    states = {
        "check": (Permission.PAYMENTS_PREPARE, Q(status="draft", prepared_at__isnull=False)),
        "submit": (Permission.PAYMENTS_PREPARE, Q(status="checked")),
        "approve": (
            Permission.PAYMENTS_APPROVE,
            Q(status="submitted") & ~Q(prepared_by=mine) & ~Q(submitted_by=mine),
        ),
        "release": (
            Permission.PAYMENTS_RELEASE,
            Q(status="approved") & ~Q(prepared_by=mine) & ~Q(submitted_by=mine) & ~Q(approved_by=mine),
        ),
        "reconcile": (Permission.PAYMENTS_RECONCILE, Q(status="released")),
        "close": (Permission.PAYMENTS_RECONCILE, Q(status="reconciled")),
    }
    return {
        name: Waiting(
            **Payroll.objects.filter(
                condition, cycle__programme__in=programmes(actor=actor, permission=permission)
            ).aggregate(count=Count("pk"), first=Min("pk"))
        )
        for name, (permission, condition) in states.items()
        if actor.may(permission)
    }
