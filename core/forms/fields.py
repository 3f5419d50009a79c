"""Form fields that Django does not bring."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.forms.partial_date import NotADate, PartialDate
from core.forms.widgets import DateInputs, TypedDate


class PartialDateField(forms.Field):
    """A date of which day, or day and month, may be left open. Cleans to ``PartialDate`` or ``None``.

    ``earliest`` and ``latest`` are the bounds: a partial date passes if any day it can mean lies within.
    """

    widget = DateInputs
    whole = False
    default_error_messages = {
        "required": _("Enter the date."),
        "no_year": _("The date must include a year."),
        "no_month": _("The date must include a month."),
        "no_day": _("The date must include a day."),
        "not_numbers": _("Write the date in numbers, for example 17 5 2001."),
        "short_year": _("The year must have four digits."),
        "not_real": _("This date does not exist. Check day and month."),
        "too_early": _("The date must be %(limit)s or later."),
        "too_late": _("The date must be %(limit)s or earlier."),
    }

    def __init__(
        self,
        *,
        earliest: datetime.date | None = None,
        latest: datetime.date | None = None,
        **options: Any,
    ) -> None:
        self.earliest = earliest
        self.latest = latest
        super().__init__(**options)

    def to_python(self, value: object) -> Any:
        if value in self.empty_values:
            return None
        typed = TypedDate.of(value)
        self._refuse_missing_parts(typed)
        if not all(part.isdecimal() for part in typed if part):
            self._refuse("not_numbers")
        if len(typed.year) != 4:
            self._refuse("short_year")
        try:
            return PartialDate(
                int(typed.year),
                int(typed.month) if typed.month else None,
                int(typed.day) if typed.day else None,
            )
        except NotADate:
            self._refuse("not_real")

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        first, last = (value, value) if isinstance(value, datetime.date) else (value.earliest(), value.latest())
        if self.earliest is not None and last < self.earliest:
            self._refuse("too_early", limit=self.earliest)
        if self.latest is not None and first > self.latest:
            self._refuse("too_late", limit=self.latest)

    def _refuse_missing_parts(self, typed: TypedDate) -> None:
        if not typed.year:
            self._refuse("no_year")
        if not typed.month and (typed.day or self.whole):
            self._refuse("no_month")
        if not typed.day and self.whole:
            self._refuse("no_day")

    def _refuse(self, code: str, **params: Any) -> None:
        raise ValidationError(self.error_messages[code], code=code, params=params or None)


class WholeDateField(PartialDateField):
    """The same three boxes when the day must be known. Cleans to ``datetime.date`` or ``None``."""

    whole = True

    def to_python(self, value: object) -> datetime.date | None:
        partial: PartialDate | None = super().to_python(value)
        return None if partial is None else partial.earliest()
