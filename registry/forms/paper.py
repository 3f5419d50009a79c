"""Forms about paper forms: how many to issue, which to print, and what became of a range of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.forms.fields import WholeDateField
from core.models import Area, User
from registry.fieldwork import serials
from registry.forms.fieldwork import place_choices
from registry.forms.reasons import SHORTEST

_INPUT = forms.TextInput(attrs={"autocomplete": "off"})


def _serial(text: str) -> str:
    try:
        return serials.read(text)
    except serials.NotASerial as error:
        raise ValidationError(_(str(error))) from error


class IssueForm(forms.Form):
    """For which place, and how many. Cleans to ``place`` and ``count``."""

    mark_optional = False
    place = forms.TypedChoiceField(
        label=_("For which place?"), coerce=int, error_messages={"required": _("Choose a district or a council.")}
    )
    count = forms.IntegerField(label=_("How many forms?"), min_value=1, max_value=10_000)

    def __init__(self, *args: object, places: Sequence[Area], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        fields: dict[str, Any] = self.fields
        fields["place"].choices = place_choices(places)


class AccountForm(forms.Form):
    """What became of some forms. Cleans to ``first``, ``last``, ``what``, and ``to`` with ``due_on``, or ``reason``."""

    mark_optional = False
    first = forms.CharField(
        label=_("Serial number, or the first of several"), help_text=_("As printed: PF-00000123-X"), widget=_INPUT
    )
    last = forms.CharField(label=_("The last, if there are several"), required=False, widget=_INPUT)
    what = forms.ChoiceField(
        label=_("What became of them?"),
        choices=[
            ("hand_out", _("Handed out")),
            ("bring_back", _("Brought back unused")),
            ("spoilt", _("Spoilt")),
            ("lost", _("Lost")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what became of them.")},
    )
    to = forms.TypedChoiceField(label=_("If handed out: to whom?"), coerce=int, required=False, empty_value=None)
    due_on = WholeDateField(label=_("If handed out: until which day?"), required=False)
    reason = forms.CharField(
        label=_("If spoilt or lost: what happened?"),
        widget=forms.Textarea(attrs={"rows": "3"}),
        max_length=500,
        required=False,
    )

    def __init__(self, *args: object, people: Sequence[User], today: date, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        fields: dict[str, Any] = self.fields
        fields["to"].choices = [("", _("Choose")), *((one.pk, one.full_name) for one in people)]
        fields["due_on"].earliest = today

    def clean_first(self) -> str:
        return _serial(self.cleaned_data["first"])

    def clean_last(self) -> str:
        return _serial(self.cleaned_data["last"]) if self.cleaned_data["last"].strip() else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        what = cleaned.get("what")
        if what == "hand_out":
            if not cleaned.get("to"):
                self.add_error("to", _("Choose who takes them."))
            if not cleaned.get("due_on") and "due_on" not in self.errors:
                self.add_error("due_on", _("Enter the day by which they come back."))
        if what in ("spoilt", "lost") and len(str(cleaned.get("reason", "")).strip()) < SHORTEST:
            self.add_error("reason", _("Say in a few words what happened, so that somebody else understands it."))
        return cleaned
