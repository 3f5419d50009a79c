"""The steps of preparation, each in the transaction of one part of the job."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from payments.models import Exclusion, Instruction, Payroll
from payments.periods import Period, periods
from payments.preparing import statements
from payments.preparing.pricing import price_of


class OwedElsewhere(Exception):
    """Another payroll took some of what this one was about to pay. Prepare it again."""


def periods_of(payroll: Payroll) -> list[Period]:
    """The discrete periods of the payroll's cycle."""
    cycle = payroll.cycle
    return periods(first=cycle.period_from, last=cycle.period_to, months=cycle.programme.frequency_months)


def clear(payroll: Payroll) -> None:
    """Take away what an earlier preparation of this draft left: its lines, claims and exclusions."""
    _execute(statements.FREE, _names(payroll))
    Instruction.objects.filter(cycle_id=payroll.cycle_id, payroll_id=payroll.pk).delete()
    Exclusion.objects.filter(payroll=payroll).delete()


def entitle(payroll: Payroll, *, period: Period, at: datetime) -> int:
    """Enter what is owed for one period to everybody payable; what is there stays. Returns how many are new."""
    programme = payroll.cycle.programme
    price = price_of(programme=programme, period=period)
    statement = statements.ENTITLEMENTS.replace("{amount}", price.amount).replace("{facts}", price.facts)
    return _execute(
        statement,
        {
            **_names(payroll),
            "programme": programme.pk,
            "period_from": period.first,
            "period_to": period.last,
            "currency": programme.currency,
            "rules": price.rules_id,
            "at": at,
        },
    )


def write_lines(payroll: Payroll) -> int:
    """Write a line for everything owed to the payable; a cycle's first payroll fills a bare table. Returns how many."""
    table = _scalar("SELECT payments_open_lines(%(payroll)s)", _names(payroll))
    last = 0
    if table == Instruction._meta.db_table:
        last = _scalar(
            "SELECT coalesce(max(id), 0) FROM payments_instruction WHERE cycle_id = %(cycle)s", _names(payroll)
        )
    statement = statements.LINES.replace("{table}", connection.ops.quote_name(table))
    rows = _execute(statement, {**_names(payroll), "last": last, "reference": payroll.reference})
    _execute("SELECT payments_seal_lines(%(payroll)s)", _names(payroll))
    return rows


def validate_lines(payroll: Payroll) -> None:
    """Validate the bare table's constraints; whoever registers households can go on meanwhile."""
    _execute("SELECT payments_validate_lines(%(payroll)s)", _names(payroll))


def claim(payroll: Payroll) -> int:
    """Attach the lines and make them the living instructions of their entitlements; record who was left out.

    Raises:
        OwedElsewhere: some of it is no longer owed.
    """
    _execute("SET CONSTRAINTS ALL IMMEDIATE", {})
    _execute("SELECT payments_attach_lines(%(payroll)s)", _names(payroll))
    claimed = _execute(statements.CLAIM, _names(payroll))
    if claimed != totals(payroll)[0]:
        raise OwedElsewhere(OwedElsewhere.__doc__)
    _execute(statements.EXCLUSIONS, _names(payroll))
    return claimed


def totals(payroll: Payroll) -> tuple[int, int]:
    """How many lines, and their sum in minor units."""
    with connection.cursor() as cursor:
        cursor.execute(statements.TOTALS, _names(payroll))
        count, total = cursor.fetchone()
    return int(count), int(total)


def _names(payroll: Payroll) -> dict[str, Any]:
    return {"cycle": payroll.cycle_id, "payroll": payroll.pk}


def _execute(statement: str, parameters: Mapping[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount


def _scalar(statement: str, parameters: Mapping[str, Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()[0]
