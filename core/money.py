"""Money as whole minor units of one currency. Pure: no database."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

EXPONENTS = {"LSL": 2, "ZAR": 2, "USD": 2, "EUR": 2, "GBP": 2, "KES": 2, "UGX": 0, "JPY": 0, "BHD": 3}
"""Digits after the point. Source: ISO 4217 list one."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units (cents) of ``currency``; never a float."""

    currency: str
    minor: int

    @classmethod
    def of(cls, amount: Decimal | str | int, currency: str) -> "Money":
        """From major units; halves are rounded away from zero."""
        scaled = Decimal(amount).scaleb(EXPONENTS[currency]).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        return cls(currency, int(scaled))

    @property
    def major(self) -> Decimal:
        return Decimal(self.minor).scaleb(-EXPONENTS[self.currency])

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added.")
        return Money(self.currency, self.minor + other.minor)

    def __str__(self) -> str:
        return f"{self.currency} {self.major:,.{EXPONENTS[self.currency]}f}"
