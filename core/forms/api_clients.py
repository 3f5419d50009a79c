"""Forms about tokens of partner systems."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.credentials import LastDayForm
from core.forms.people import place_choices, programme_choices, why_field
from core.models import Area
from core.queries.api_clients import roles_for_systems


class TokenForm(LastDayForm):
    """Another token for a system that has an account."""


class AddSystem(LastDayForm):
    """A partner system: what it is called, whom to reach, what it may do and where, until when."""

    name = forms.CharField(label=_("What the system is called"), max_length=80)
    email = forms.EmailField(
        label=_("E-mail address of its account"),
        help_text=_("Of whoever answers for the system. Nobody signs in with it."),
        max_length=254,
    )
    role = forms.ChoiceField(
        label=_("What it may do"), widget=forms.RadioSelect, error_messages={"required": _("Choose a role.")}
    )
    place = forms.TypedChoiceField(
        label=_("Place"),
        coerce=int,
        help_text=_("With everything below it."),
        error_messages={"required": _("Choose a place.")},
    )
    programme = forms.ChoiceField(label=_("Programme"), required=False)
    reason = why_field()
    field_order = ("name", "email", "role", "place", "programme", "last_day", "reason")

    def __init__(
        self, *args: Any, places: list[Area], programmes: list[tuple[str, str]], today: date, **options: Any
    ) -> None:
        super().__init__(*args, today=today, **options)
        role: Any = self.fields["role"]
        role.choices = [(one.value, one.label) for one in roles_for_systems()]
        role.choice_hints = {one.value: one.description for one in roles_for_systems()}
        place: Any = self.fields["place"]
        place.choices = place_choices(places)
        programme: Any = self.fields["programme"]
        programme.choices = programme_choices(programmes)
