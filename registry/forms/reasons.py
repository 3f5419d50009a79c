"""Reasons that people give, which are kept."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

SHORTEST = 10


class ReasonForm(forms.Form):
    """Why somebody needs to see a number in full. Cleans to ``reason``."""

    reason = forms.CharField(
        label=_("Reason"),
        min_length=SHORTEST,
        max_length=500,
        error_messages={
            "required": _("Say why you need to see it."),
            "min_length": _("Say why in a few words, so that somebody else understands it later."),
        },
    )


class DecisionForm(forms.Form):
    """Why something was decided. Cleans to ``reason``."""

    reason = forms.CharField(
        label=_("Why?"),
        help_text=_("Who reads it later, the household included, should understand the decision."),
        widget=forms.Textarea,
        min_length=SHORTEST,
        max_length=1000,
        error_messages={
            "required": _("Give the reason."),
            "min_length": _("Give the reason in a few words, so that somebody else understands it later."),
        },
    )


class ClaimForm(DecisionForm):
    """Whose a disputed number is. Cleans to ``whose`` (``claimant``, ``holder``) and ``reason``."""

    whose = forms.ChoiceField(
        label=_("Who is the number's rightful bearer?"),
        choices=[
            ("claimant", _("The person who claims it: the other one receives an interim number")),
            ("holder", _("The person who holds it now: nothing changes")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )
    field_order = ["whose", "reason"]
