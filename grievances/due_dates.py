"""Due dates in working days. Pure: no database, no clock."""

from collections.abc import Collection
from datetime import date, timedelta


def working_days_after(start: date, days: int, *, weekdays: Collection[int], holidays: Collection[date]) -> date:
    """The date on which the ``days``-th working day after ``start`` falls; the day itself is not counted.

    ``weekdays`` are the ISO numbers (1 is Monday) of the days on which offices work. Zero days end on ``start`` if it
    is a working day, else on the next one.

    Raises:
        ValueError: no day of the week is a working day, or ``days`` is negative.
    """
    if days < 0 or not set(weekdays) & set(range(1, 8)):
        raise ValueError("Working days need a week with working days in it, and no negative number of them.")
    on, left = start, days
    while left or not _works(on, weekdays, holidays):
        on += timedelta(days=1)
        if left and _works(on, weekdays, holidays):
            left -= 1
    return on


def _works(on: date, weekdays: Collection[int], holidays: Collection[date]) -> bool:
    return on.isoweekday() in weekdays and on not in holidays
