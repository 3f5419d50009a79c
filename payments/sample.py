"""What a provider might report about a payroll: for the demonstration and for tests. Pure but for its reading."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from django.utils import timezone

from core.money import EXPONENTS, Money
from payments.models import Payroll
from payments.returns import COLUMNS

PAID = 0.97
_WHY = {
    "cash": ("not_collected", "identity_not_proved"),
    "bank": ("account_closed", "name_differs"),
    "mobile": ("account_unknown", "name_differs"),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """One line as it went to the provider."""

    reference: str
    account_kind: str
    amount_minor: int


def provider_returns(payroll: Payroll, seed: int, *, on: date | None = None) -> bytes:
    """A plausible return file for every released line of a payroll; the same bytes for the same seed."""
    lines = payroll.lines.filter(cycle_id=payroll.cycle_id, status="released").order_by("id")
    sent = [Sent(*row) for row in lines.values_list("reference", "account_kind", "amount_minor")]
    day = on or (timezone.localdate(payroll.released_at))
    return returns_for(sent, currency=payroll.currency, on=day, seed=seed)


def returns_for(sent: Sequence[Sent], *, currency: str, on: date, seed: int) -> bytes:
    """97 of 100 lines paid, the others returned for a reason that fits the way of payment."""
    random = Random(seed)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in sent:
        paid = random.random() < PAID
        reason = "" if paid else random.choice(_WHY[line.account_kind])
        amount = f"{Money(currency, line.amount_minor).major:.{EXPONENTS[currency]}f}"
        writer.writerow([line.reference, "paid" if paid else "returned", reason, amount, on.isoformat()])
    return text.getvalue().encode()
