"""Whole months: a programme's discrete periods inside a cycle. Pure: no database."""

from dataclasses import dataclass
from datetime import date, timedelta


class NotWholePeriods(Exception):
    """A cycle covers whole periods of its programme, from the first day of a month."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One discrete period, both days included."""

    first: date
    last: date


def plus_months(day: date, months: int) -> date:
    """The first day of the month so many months after that of ``day``."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def periods(*, first: date, last: date, months: int) -> list[Period]:
    """The periods of ``months`` months that ``first`` to ``last`` consists of.

    Raises:
        NotWholePeriods: the days do not begin and end with one, or there are more than 24.
    """
    found: list[Period] = []
    start = first
    if first.day != 1:
        raise NotWholePeriods("A cycle begins on the first day of a month.")
    while start <= last and len(found) < 25:
        end = plus_months(start, months)
        found.append(Period(start, end - timedelta(days=1)))
        start = end
    if not found or found[-1].last != last or len(found) > 24:
        raise NotWholePeriods(
            f"A cycle of this programme covers whole periods of {months} month{'s' if months > 1 else ''}, 24 at most."
        )
    return found
