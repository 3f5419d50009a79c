"""Complaints, appeals and requests that wait for an answer."""

from reporting.indicators.indicator import By, Counted, Indicator, Unit

_OPEN = (
    "SELECT area_id, district_id FROM grievances_case"
    " WHERE status IN ('received', 'acknowledged', 'in_progress', 'appealed') AND NOT sensitive"
)

INDICATORS = [
    Indicator(
        code="cases_open",
        title="Cases open",
        definition=(
            "Cases that are neither decided, closed nor withdrawn, appeals included. Sensitive cases are left out of "
            "all figures: a count of one would tell of them."
        ),
        unit=Unit.CASES,
        sources=("grievances_case",),
        counted=Counted.PLACED,
        query=_OPEN,
        by=(By.PLACE,),
        needs=("grievances.Case",),
    ),
    Indicator(
        code="cases_overdue",
        title="Cases overdue",
        definition="Open cases whose due date, set by the service standard, has passed. Sensitive cases are not in.",
        unit=Unit.CASES,
        sources=("grievances_case",),
        counted=Counted.PLACED,
        query=f"{_OPEN} AND due_on < %(on)s::date",
        by=(By.PLACE,),
        needs=("grievances.Case",),
    ),
]
