"""Forms of the officers: the list's filter, and one form for each act on a case."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.one_shot import OneShotForm
from grievances.actions.moving import TEXT_LIMIT
from grievances.forms.choices import categories
from grievances.models import Case


def _text(label: Any, *, required: bool = True, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=TEXT_LIMIT,
    )


class FilterForm(forms.Form):
    """What the list shows; answers GET."""

    mark_optional = False

    words = forms.CharField(label=_("Reference or name"), required=False, max_length=100)
    category = forms.ChoiceField(label=_("About"), required=False)
    status = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Open")), *Case.Status.choices, ("all", _("All"))],
    )
    whose = forms.ChoiceField(
        label=_("Whose"),
        required=False,
        choices=[("", _("Everybody's")), ("mine", _("Mine")), ("nobody", _("Nobody's yet"))],
    )
    overdue = forms.BooleanField(label=_("Overdue only"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Everything")), *categories()]


class PlainForm(OneShotForm):
    """An act that needs nothing but the wish for it."""


class AcknowledgeForm(OneShotForm):
    message = _text(_("A word to the complainant"), required=False)


class TextForm(OneShotForm):
    text = _text(_("Text"))


class MessageForm(OneShotForm):
    text = _text(
        _("Message"), hint=_("Say nothing about a household until the complainant has proved to speak for it.")
    )


class ReasonForm(OneShotForm):
    text = _text(_("Reason"))


class OfficerForm(OneShotForm):
    """Which officer; the view gives the choices."""

    user = forms.ChoiceField(label=_("Officer"))

    def __init__(self, *args: Any, officers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["user"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = officers


class HouseholdForm(OneShotForm):
    reference = forms.CharField(
        label=_("Household reference"),
        help_text=_("Only after the complainant has shown a paper or answered your questions about the household."),
        max_length=40,
    )


class DecideForm(OneShotForm):
    outcome = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect, choices=Case.Outcome.choices)
    reasons = _text(_("Reasons"), hint=_("The complainant reads this. Plain words, and what happens next."))
    remedy = forms.ChoiceField(
        label=_("What has to happen"), widget=forms.RadioSelect, choices=Case.Remedy.choices, initial=Case.Remedy.NONE
    )
