"""Service standards count working days, Monday to Friday. Pure: no database."""

from __future__ import annotations

from datetime import date, timedelta


def after(on: date, days: int) -> date:
    """The day that lies ``days`` working days after ``on``."""
    return _moved(on, days, timedelta(days=1))


def before(on: date, days: int) -> date:
    """The latest day from which ``days`` working days have passed by ``on``."""
    return _moved(on, days, timedelta(days=-1))


def _moved(on: date, days: int, step: timedelta) -> date:
    left = days
    while left:
        on += step
        left -= on.weekday() < 5
    return on
