"""Programmes and formulas. They are public: no scope."""

from django.db.models import QuerySet

from eligibility.models import Formula, Programme, ProgrammeRules


def programmes() -> QuerySet[Programme]:
    return Programme.objects.order_by("code")


def programme(*, code: str) -> Programme | None:
    return Programme.objects.filter(code=code).first()


def released_rules(*, programme_id: int) -> QuerySet[ProgrammeRules]:
    """Every released version, newest first."""
    return (
        ProgrammeRules.objects.select_related("programme", "formula__variable_set", "prepared_by", "released_by")
        .filter(programme_id=programme_id, status=ProgrammeRules.Status.RELEASED)
        .order_by("-valid_from", "-id")
    )


def formulas() -> QuerySet[Formula]:
    return Formula.objects.select_related("variable_set").order_by("code", "-id")


def formula(*, code: str, version: str) -> Formula | None:
    return formulas().filter(code=code, version=version).first()
