"""Forms of those who follow their case with reference and secret."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.one_shot import OneShotForm
from grievances.actions.moving import TEXT_LIMIT


class FollowForm(forms.Form):
    """Reference and secret."""

    reference = forms.CharField(
        label=_("Reference"),
        help_text=_("For example GR-7K3M9QX2TB-4"),
        max_length=40,
        error_messages={"required": _("Write the reference.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    secret = forms.CharField(
        label=_("Secret"),
        help_text=_("Ten letters and figures that were shown with the reference"),
        max_length=40,
        error_messages={"required": _("Write the secret.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class ReplyForm(OneShotForm):
    """Something to add."""

    proof = forms.CharField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Write to the office"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=TEXT_LIMIT,
        min_length=2,
        error_messages={"required": _("Write something first.")},
    )


class AppealForm(forms.Form):
    """Why the decision is wrong."""

    proof = forms.CharField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Why is the decision wrong?"),
        help_text=_("Another officer will read this and decide anew."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=TEXT_LIMIT,
        min_length=2,
        error_messages={"required": _("Say why the decision is wrong.")},
    )


class WithdrawForm(forms.Form):
    """Taking the case back."""

    proof = forms.CharField(widget=forms.HiddenInput)
    sure = forms.BooleanField(
        label=_("Yes, I take my case back. Nobody will look into it any more."),
        error_messages={"required": _("Tick the box if you are sure.")},
    )
