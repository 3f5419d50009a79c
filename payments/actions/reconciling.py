"""Reconciling a released payroll with what the providers report, line by line."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting
from core.files import digest_of, store
from payments import returns
from payments.actions import ledger
from payments.actions.payrolls.errors import locked, require_state
from payments.actions.settling import settle_state
from payments.models import Payroll, ReturnFile

Status = Payroll.Status


class OtherPayroll(Exception):
    """This file was imported for another payroll."""


class NothingFits(Exception):
    """No row of this file belongs to this payroll."""


_LOAD = """
CREATE TEMP TABLE IF NOT EXISTS payments_reported (
    row int, reference text, status text, reason text, amount_minor bigint, happened_on date, instruction_id bigint,
    problem text
) ON COMMIT DELETE ROWS;
TRUNCATE payments_reported
"""

_JUDGE = """
UPDATE payments_reported r SET instruction_id = CASE WHEN judged.problem = '' THEN judged.line END,
    problem = judged.problem
FROM (
    SELECT n.row, i.id AS line, CASE
        WHEN i.id IS NULL THEN 'No payment of this payroll has this reference.'
        WHEN row_number() OVER (PARTITION BY n.reference ORDER BY n.row) > 1
            THEN 'An earlier row of this file reports the same payment.'
        WHEN i.status = n.status THEN 'This payment was already reported so.'
        WHEN i.status = 'paid' THEN 'This payment was reported as paid before.'
        WHEN i.status = 'returned' THEN 'This payment was reported as returned before.'
        WHEN i.status = 'withheld' THEN 'This payment was withheld and never sent.'
        WHEN i.status <> 'released' THEN 'This payment was not released.'
        WHEN i.amount_minor <> n.amount_minor THEN 'The amount is not that of the payment.'
        WHEN n.happened_on < %(released_on)s THEN 'The day lies before the release.'
        WHEN n.happened_on > %(today)s THEN 'The day lies in the future.'
        ELSE '' END AS problem
    FROM payments_reported n
    LEFT JOIN payments_instruction i ON i.cycle_id = %(cycle)s AND i.payroll_id = %(payroll)s
        AND i.reference = n.reference
) judged WHERE judged.row = r.row
"""

_KEEP = """
INSERT INTO payments_returnline (file_id, row, reference, status, reason, amount_minor, happened_on, instruction_id,
    cycle_id, problem)
SELECT %(file)s, row, reference, status, reason, amount_minor, happened_on, instruction_id,
    CASE WHEN instruction_id IS NOT NULL THEN %(cycle)s END, problem
FROM payments_reported ORDER BY row
"""

_SETTLE = """
UPDATE payments_instruction i SET status = r.status, status_reason = r.reason, settled_on = r.happened_on
FROM payments_reported r WHERE i.cycle_id = %(cycle)s AND i.id = r.instruction_id
"""

_OWED_AGAIN = """
UPDATE payments_entitlement t SET status = 'owed', live_instruction_id = NULL, live_cycle_id = NULL
FROM payments_reported r WHERE r.status = 'returned' AND t.live_cycle_id = %(cycle)s
AND t.live_instruction_id = r.instruction_id
"""

_PAID = """
UPDATE payments_entitlement t SET status = 'paid'
FROM payments_reported r WHERE r.status = 'paid' AND t.live_cycle_id = %(cycle)s
AND t.live_instruction_id = r.instruction_id
"""

_SUMS = """
SELECT status, count(*), coalesce(sum(amount_minor), 0)::bigint FROM payments_reported
WHERE instruction_id IS NOT NULL GROUP BY status
"""


def import_returns(*, payroll_id: int, content: bytes, name: str, actor: Actor, at: datetime) -> ReturnFile:
    """Settle a released payroll's lines by a provider's file. Locks the payroll; the same file again changes nothing.

    A file that cannot be read is refused whole. Rows that do not fit (unknown reference, other amount, repeated,
    reported before) are kept with a sentence and have no effect; the others settle their lines: paid, or returned and
    owed again, so that the next payroll carries them. When none is outstanding the payroll is RECONCILED.

    Raises:
        NotPermitted: the actor does not reconcile payments of this programme.
        IllegalMove: the payroll is not released.
        UnreadableReturns: the file cannot be read.
        OtherPayroll: the same file was imported for another payroll.
        NothingFits: none of its references belongs to this payroll.
    """
    digest = digest_of(content)
    with acting(actor=actor, at=at):
        payroll = locked(payroll_id=payroll_id, permission=Permission.PAYMENTS_RECONCILE, actor=actor)
        known = ReturnFile.objects.filter(digest=digest).first()
        if known:
            if known.payroll_id != payroll.pk:
                raise OtherPayroll(OtherPayroll.__doc__)
            return known
        require_state(payroll, Status.RELEASED, Status.RECONCILED, Status.CLOSED)
        rows = returns.read(content, currency=payroll.currency)
        file = ReturnFile.objects.create(
            payroll=payroll,
            digest=digest,
            stored=store(content, name=name, kind="payments.returns", at=at),
            name=name,
            imported_at=at,
            imported_by_id=actor.user_id,
        )
        _apply(payroll, file, rows, at=at)
        ledger.transfer_all(
            payroll=payroll,
            giver="provider",
            moves=(("paid", "paid", file.paid_minor), ("funds", "returned", file.returned_minor)),
            at=at,
            suffix=f":{file.digest[:16]}",
        )
        audit.record(
            "payroll.returns",
            subject_type="payroll",
            subject_id=payroll.pk,
            reference=payroll.reference,
            details={
                "file": digest,
                "paid": file.paid_count,
                "returned": file.returned_count,
                "refused": file.refused_count,
            },
        )
        settle_state(payroll, at=at)
    return file


def _apply(payroll: Payroll, file: ReturnFile, rows: Sequence[returns.Row], *, at: datetime) -> None:
    names: dict[str, Any] = {
        "cycle": payroll.cycle_id,
        "payroll": payroll.pk,
        "file": file.pk,
        "today": timezone.localdate(at),
        "released_on": timezone.localdate(payroll.released_at),
    }
    with connection.cursor() as cursor:
        for statement in _LOAD.split(";"):
            cursor.execute(statement)
        with cursor.copy(
            "COPY payments_reported (row, reference, status, reason, amount_minor, happened_on) FROM STDIN"
        ) as copy:
            for row in rows:
                copy.write_row((row.number, row.reference, row.status, row.reason, row.amount_minor, row.happened_on))
        cursor.execute("ANALYZE payments_reported")
        cursor.execute(_JUDGE, names)
        cursor.execute("SELECT count(*) FROM payments_reported WHERE problem LIKE 'No payment of this payroll%%'", ())
        if cursor.fetchone()[0] == len(rows):
            raise NothingFits(NothingFits.__doc__)
        for statement in (_KEEP, _SETTLE, _OWED_AGAIN, _PAID):
            cursor.execute(statement, names)
        cursor.execute(_SUMS)
        sums = {status: (count, total) for status, count, total in cursor.fetchall()}
    file.paid_count, file.paid_minor = sums.get("paid", (0, 0))
    file.returned_count, file.returned_minor = sums.get("returned", (0, 0))
    file.refused_count = len(rows) - file.paid_count - file.returned_count
    file.save()
