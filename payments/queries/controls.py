"""The controls that a payroll passes before it is submitted: figures, never names."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection

from core.money import Money
from payments.models import Payroll
from payments.preparing.statements import UNUSABLE
from payments.queries.ledger import funds_of

NOTABLE_CHANGE = 20
"""Per cent by which a payroll may differ from the cycle before without a remark. A convention of this project."""


@dataclass(frozen=True, slots=True)
class Control:
    """One control's finding: ``ok``, ``warning`` (somebody has to look) or ``stop``."""

    code: str
    label: str
    outcome: str
    text: str

    @property
    def stops(self) -> bool:
        return self.outcome == "stop"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


STALE = """
SELECT i.id, CASE
    WHEN h.status <> 'active' THEN 'household_closed'
    WHEN e.status = 'suspended' THEN 'suspended'
    WHEN e.status <> 'enrolled' THEN 'exited'
    WHEN p.died_on IS NOT NULL THEN 'died'
    WHEN r.died_on IS NOT NULL THEN 'recipient_died'
    WHEN EXISTS (SELECT FROM payments_hold k WHERE k.household_id = i.household_id AND k.lifted_at IS NULL
                 AND (k.programme_id IS NULL OR k.programme_id = e.programme_id)) THEN 'held'
    END AS reason
FROM payments_instruction i
JOIN eligibility_enrolment e ON e.id = i.enrolment_id
JOIN registry_household h ON h.id = i.household_id
LEFT JOIN registry_person p ON p.id = i.person_id
LEFT JOIN registry_person r ON r.id = i.recipient_person_id
WHERE i.cycle_id = %(cycle)s AND i.payroll_id = %(payroll)s AND i.status = 'pending'
"""
"""Pending lines with the reason why they should not be paid any more, null for most."""

_NOT_OWED = """
SELECT count(*) FROM payments_instruction i
LEFT JOIN payments_entitlement t ON t.id = i.entitlement_id AND t.status = 'in_payment'
    AND t.live_instruction_id = i.id AND t.live_cycle_id = i.cycle_id
    AND (t.amount_minor, t.currency, t.enrolment_id, t.period_from)
        = (i.amount_minor, i.currency, i.enrolment_id, i.period_from)
WHERE i.cycle_id = %(cycle)s AND i.payroll_id = %(payroll)s AND t.id IS NULL
"""
"""Lines that are not the one living attempt on what is owed, or say another amount."""

_SHARED = """
SELECT count(*) FROM (SELECT 1 FROM payments_instruction
WHERE cycle_id = %(cycle)s AND payroll_id = %(payroll)s AND account_number <> ''
GROUP BY provider_id, account_number HAVING count(DISTINCT household_id) > 1) shared
"""

_SAME_RECIPIENT = """
SELECT count(*) FROM (SELECT 1 FROM payments_instruction
WHERE cycle_id = %(cycle)s AND payroll_id = %(payroll)s AND recipient_person_id IS NOT NULL
GROUP BY recipient_person_id HAVING count(DISTINCT household_id) > 1) several
"""

_ELSEWHERE = """
SELECT count(DISTINCT i.household_id) FROM payments_instruction i
JOIN payments_entitlement t ON t.id = i.entitlement_id
WHERE i.cycle_id = %(cycle)s AND i.payroll_id = %(payroll)s AND EXISTS (
    SELECT FROM eligibility_enrolment e JOIN payments_entitlement o ON o.enrolment_id = e.id
    WHERE e.household_id = i.household_id AND o.programme_id <> t.programme_id AND o.status IN ('in_payment', 'paid')
    AND daterange(o.period_from, o.period_to, '[]') && daterange(t.period_from, t.period_to, '[]'))
"""

_BEFORE = """
SELECT coalesce(sum(p.line_count), 0)::bigint, coalesce(sum(p.total_minor), 0)::bigint FROM payments_payroll p
WHERE p.released_at IS NOT NULL AND p.number = %(number)s AND p.cycle_id = (SELECT id FROM payments_paymentcycle
    WHERE programme_id = %(programme)s AND period_from < %(from)s ORDER BY period_from DESC LIMIT 1)
"""


def run(*, payroll: Payroll) -> list[Control]:
    """Every control's finding on a payroll as it stands now, in the order in which the page shows them."""
    return [
        _has_lines(payroll),
        _owed(payroll),
        _budget(payroll),
        _stale(payroll),
        _counted(payroll, "shared_account", "Accounts shared by several households", _SHARED),
        _counted(payroll, "same_recipient", "People who receive for several households", _SAME_RECIPIENT),
        _counted(payroll, "other_programmes", "Households also paid by another programme", _ELSEWHERE),
        _unusable(payroll),
        _compared(payroll),
    ]


def _has_lines(payroll: Payroll) -> Control:
    if payroll.line_count:
        return Control("lines", "Lines", "ok", f"{payroll.line_count:,} lines.")
    return Control("lines", "Lines", "stop", "There is nobody to pay.")


def _owed(payroll: Payroll) -> Control:
    label = "What is owed"
    if count := _scalar(_NOT_OWED, payroll):
        return Control(
            "owed", label, "stop", f"{count:,} lines are not what is owed, or are paid by another: prepare it again."
        )
    return Control("owed", label, "ok", "Each line pays what is owed, once.")


def _budget(payroll: Payroll) -> Control:
    left = funds_of(payroll.budget)
    available, needed = Money(payroll.currency, left), Money(payroll.currency, payroll.total_minor)
    words = f"{available} of {payroll.budget} is available, {needed} is needed."
    return Control("budget", "Budget", "ok" if left >= payroll.total_minor else "stop", words)


def _stale(payroll: Payroll) -> Control:
    count = _scalar(f"SELECT count(*) FROM ({STALE}) stale WHERE reason IS NOT NULL", payroll)
    if count:
        return Control(
            "list_changed",
            "Beneficiary list",
            "stop",
            f"{count:,} lines are of people who died, left the list or are held since: prepare the payroll again.",
        )
    return Control("list_changed", "Beneficiary list", "ok", "Nobody on it died, left the list or is held since.")


def _counted(payroll: Payroll, code: str, label: str, statement: str) -> Control:
    count = _scalar(statement, payroll)
    return Control(code, label, "warning" if count else "ok", f"{count:,}" if count else "None.")


def _unusable(payroll: Payroll) -> Control:
    count = _scalar(UNUSABLE, payroll)
    words = f"{count:,} households gave an account that cannot be used, and are paid in cash." if count else "None."
    return Control("unusable_account", "Accounts that cannot be used", "warning" if count else "ok", words)


def _compared(payroll: Payroll) -> Control:
    label = "Compared with the cycle before"
    with connection.cursor() as cursor:
        cursor.execute(
            _BEFORE,
            {
                "programme": payroll.cycle.programme_id,
                "from": payroll.cycle.period_from,
                "number": payroll.number,
            },
        )
        lines, total = cursor.fetchone()
    if not total:
        return Control("cycle_before", label, "ok", "There is no cycle before to compare with.")
    change = 100 * (payroll.total_minor - total) / total
    words = f"{payroll.line_count - lines:+,} lines, {change:+.1f} % of the amount."
    return Control("cycle_before", label, "warning" if abs(change) > NOTABLE_CHANGE else "ok", words)


def _scalar(statement: str, payroll: Payroll) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"cycle": payroll.cycle_id, "payroll": payroll.pk})
        return int(cursor.fetchone()[0])
