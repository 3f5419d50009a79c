"""Forms about visits: whom to send where, what was found, and what a supervisor says to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.fields import WholeDateField
from core.models import User
from registry.forms.reasons import SHORTEST, DecisionForm
from registry.models import Visit


class AssignForm(forms.Form):
    """Whom to send, by which day, and where. Cleans to ``to`` (number), ``visit_by``, ``which`` and ``households``."""

    to = forms.TypedChoiceField(
        label=_("Who goes?"), coerce=int, error_messages={"required": _("Choose who is to go.")}
    )
    visit_by = WholeDateField(label=_("By which day?"))
    which = forms.ChoiceField(
        label=_("To which households?"),
        widget=forms.RadioSelect,
        initial="some",
        error_messages={"required": _("Choose which households.")},
    )
    households = forms.TypedMultipleChoiceField(
        label=_("Households without a visit"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    mark_optional = False

    def __init__(
        self,
        *args: object,
        people: Sequence[User],
        offered: Sequence[tuple[int, str, str]],
        all_of_them: str,
        today: date,
        **options: object,
    ) -> None:
        """``offered``: number, name and a line about each household that may be ticked."""
        super().__init__(*args, **options)  # type: ignore[arg-type]
        fields: dict[str, Any] = self.fields
        fields["to"].choices = [("", _("Choose")), *((one.pk, one.full_name) for one in people)]
        fields["visit_by"].earliest = today
        fields["which"].choices = [("some", _("Those ticked below")), ("all", all_of_them)]
        fields["households"].choices = [(number, name) for number, name, _line in offered]
        fields["households"].choice_hints = {str(number): line for number, _name, line in offered}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("which") == "some" and not cleaned.get("households"):
            self.add_error("households", _("Tick at least one household."))
        return cleaned


class ReportForm(forms.Form):
    """What was found. Cleans to ``outcome``, ``visited_on`` and ``report``."""

    outcome = forms.ChoiceField(
        label=_("What did you find?"),
        choices=Visit.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you found.")},
    )
    visited_on = WholeDateField(label=_("On which day were you there?"))
    report = forms.CharField(
        label=_("What happened, and who told you?"),
        help_text=_("Needed unless the household was found."),
        widget=forms.Textarea,
        max_length=1000,
        required=False,
    )

    def __init__(self, *args: object, since: date, today: date, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        fields: dict[str, Any] = self.fields
        fields["visited_on"].earliest, fields["visited_on"].latest = since, today
        fields["outcome"].choice_hints = {
            "seen": _("Report what changed on the household's page first."),
            "not_found": _("Say whom you asked: neighbours, the chief."),
            "moved": _("Say where to, as far as it is known."),
        }

    def clean_report(self) -> str:
        report = str(self.cleaned_data["report"]).strip()
        if self.cleaned_data.get("outcome", "seen") != "seen" and len(report) < SHORTEST:
            raise forms.ValidationError(_("Say in a few words what happened, so that somebody else understands it."))
        return report


class OutcomeForm(DecisionForm):
    """What a supervisor says to it. Cleans to ``decision`` (``accept``, ``send_back``) and ``reason``."""

    decision = forms.ChoiceField(
        label=_("What is decided?"),
        choices=[("accept", _("Accept what was found")), ("send_back", _("Send back: somebody has to go again"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )
    field_order = ["decision", "reason"]
