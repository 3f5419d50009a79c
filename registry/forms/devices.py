"""Forms about the field team's phones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.forms.fields import WholeDateField
from core.forms.one_shot import OneShotForm
from core.models import User

LONGEST = timedelta(days=366)


class GiveForm(OneShotForm):
    """A sign-in for a phone: whose, what the phone is called, until when."""

    person = forms.TypedChoiceField(
        label=_("Who carries the phone"),
        coerce=int,
        help_text=_("People with an appointment to register households in your area."),
        error_messages={"required": _("Choose a person.")},
    )
    name = forms.CharField(
        label=_("What the phone is called"),
        help_text=_("For example the number on its label."),
        max_length=80,
        error_messages={"required": _("Write what the phone is called.")},
    )
    last_day = WholeDateField(label=_("Last day that it is good"), help_text=_("At most a year from today."))

    def __init__(self, *args: Any, people: Sequence[User], today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self._today = today
        person: Any = self.fields["person"]
        person.choices = [("", _("Choose")), *((one.pk, f"{one.full_name} ({one.email})") for one in people)]

    def clean_last_day(self) -> date:
        day: date = self.cleaned_data["last_day"]
        if not self._today <= day <= self._today + LONGEST:
            raise ValidationError(_("The last day must be today or later, and at most a year from today."))
        return day
