"""A calendar date known to the day, the month or only the year (no Django here)."""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass
from typing import Literal

Precision = Literal["year", "month", "day"]


class NotADate(ValueError):
    """The parts do not make a date."""


@dataclass(frozen=True, order=True)
class PartialDate:
    """A date of which the day, or the day and the month, may be unknown.

    ``month`` is 1 to 12, ``day`` 1 to 31; a day without a month is refused.

    Raises:
        NotADate: the parts contradict each other or the calendar.
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.year <= 9999:
            raise NotADate("The year must have four digits.")
        if self.month is None:
            if self.day is not None:
                raise NotADate("A day without a month is not a date.")
            return
        if not 1 <= self.month <= 12:
            raise NotADate("The month must be between 1 and 12.")
        last = calendar.monthrange(self.year, self.month)[1]
        if self.day is not None and not 1 <= self.day <= last:
            raise NotADate(f"The day must be between 1 and {last} in that month.")

    @property
    def precision(self) -> Precision:
        """The smallest part that is known."""
        if self.month is None:
            return "year"
        return "month" if self.day is None else "day"

    def earliest(self) -> datetime.date:
        """The first day that this date can mean."""
        return datetime.date(self.year, self.month or 1, self.day or 1)

    def latest(self) -> datetime.date:
        """The last day that this date can mean."""
        month = self.month or 12
        return datetime.date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    @classmethod
    def from_iso(cls, text: str) -> PartialDate:
        """Read ``2001``, ``2001-05`` or ``2001-05-17``.

        Raises:
            NotADate: the text has another form, or no such day exists.
        """
        parts = text.strip().split("-")
        if not 1 <= len(parts) <= 3 or not all(part.isdecimal() for part in parts):
            raise NotADate("Write the date as year-month-day, for example 2001-05-17.")
        if len(parts[0]) != 4:
            raise NotADate("The year must have four digits.")
        return cls(*(int(part) for part in parts))

    def __str__(self) -> str:
        text = f"{self.year:04d}"
        if self.month is not None:
            text += f"-{self.month:02d}"
        if self.day is not None:
            text += f"-{self.day:02d}"
        return text
