"""The indicators of the house: each one described object, listed only where its source is there."""

from __future__ import annotations

from django.apps import apps

from reporting.indicators import cases, payments, programmes, registration
from reporting.indicators.indicator import By, Counted, Indicator, Unit

__all__ = ["By", "Counted", "Indicator", "Unit", "get", "listed"]

_ALL = {
    indicator.code: indicator
    for indicator in [*registration.INDICATORS, *programmes.INDICATORS, *payments.INDICATORS, *cases.INDICATORS]
}


def listed() -> list[Indicator]:
    """The indicators whose sources are there, in the order of a household's way through the house."""
    return [indicator for indicator in _ALL.values() if all(_there(label) for label in indicator.needs)]


def get(code: str) -> Indicator:
    """Raises: KeyError: there is no such indicator."""
    return _ALL[code]


def _there(label: str) -> bool:
    try:
        apps.get_model(label)
    except LookupError:
        return False
    return True
