"""Forms about the field team's phones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.credentials import LastDayForm
from core.models import User


class GiveForm(LastDayForm):
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
    field_order = ("person", "name", "last_day")

    def __init__(self, *args: Any, people: Sequence[User], today: date, **options: Any) -> None:
        super().__init__(*args, today=today, **options)
        person: Any = self.fields["person"]
        person.choices = [("", _("Choose")), *((one.pk, f"{one.full_name} ({one.email})") for one in people)]
