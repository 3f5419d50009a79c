"""Ages from dates that are known in part. Pure; ``registry_age`` in the database says the same (a test compares)."""

from __future__ import annotations

from datetime import date

from registry.intake.columns import FILL_DAY, FILL_MONTH_DAY, DatePrecision


def counting_date(born: date, precision: str, on: date) -> date:
    """The day that ages are counted from: a year alone is filled up to 1 July, a month alone to its 15th.

    ``born`` is the first day of what is known. An estimated date is filled like a year if it says 1 January, and
    like a month if it says the first of another. It never lies after ``on``.
    """
    if precision == DatePrecision.YEAR or (precision == DatePrecision.ESTIMATED and (born.month, born.day) == (1, 1)):
        born = born.replace(month=FILL_MONTH_DAY[0], day=FILL_MONTH_DAY[1])
    elif precision == DatePrecision.MONTH or (precision == DatePrecision.ESTIMATED and born.day == 1):
        born = born.replace(day=FILL_DAY)
    return min(born, on)


def age(born: date, precision: str, on: date) -> int:
    """Completed years on a day."""
    start = counting_date(born, precision, on)
    return on.year - start.year - ((on.month, on.day) < (start.month, start.day))
