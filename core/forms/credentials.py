"""What forms that give a sign-in have in common."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.forms.fields import WholeDateField
from core.forms.one_shot import OneShotForm

LONGEST = timedelta(days=366)


class LastDayForm(OneShotForm):
    """Until when a sign-in is good."""

    last_day = WholeDateField(label=_("Last day that it is good"), help_text=_("At most a year from today."))

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self._today = today

    def clean_last_day(self) -> date:
        day: date = self.cleaned_data["last_day"]
        if not self._today <= day <= self._today + LONGEST:
            raise ValidationError(_("The last day must be today or later, and at most a year from today."))
        return day
