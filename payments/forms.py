"""Forms of payments: they validate and return cleaned data."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.fields import WholeDateField
from core.forms.one_shot import OneShotForm
from payments.models import Instruction


class CycleForm(OneShotForm):
    programme = forms.ChoiceField(label=_("Programme"))
    code = forms.CharField(
        label=_("Name of the cycle"), max_length=40, help_text=_("For example: January to March 2026")
    )
    period_from = WholeDateField(label=_("First day"))
    period_to = WholeDateField(label=_("Last day"))
    cutoff_on = WholeDateField(label=_("Cut-off"), help_text=_("The beneficiary list is taken as it was on this day."))

    def __init__(self, *args: Any, programmes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].choices = programmes  # type: ignore[attr-defined]


class BudgetReleaseForm(OneShotForm):
    budget = forms.ChoiceField(label=_("Budget"))
    reference = forms.CharField(label=_("Treasury's reference"), max_length=60)
    amount = forms.DecimalField(label=_("Amount"), max_digits=16, decimal_places=3, min_value=0)
    released_on = WholeDateField(label=_("Released on"))

    def __init__(self, *args: Any, budgets: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["budget"].choices = budgets  # type: ignore[attr-defined]


class BudgetForm(OneShotForm):
    programme = forms.ChoiceField(label=_("Programme"))
    code = forms.CharField(label=_("Budget's code"), max_length=40, help_text=_("As the treasury writes it."))
    year_from = WholeDateField(label=_("First day of the financial year"))
    year_to = WholeDateField(label=_("Last day of the financial year"))
    amount = forms.DecimalField(label=_("Amount"), max_digits=16, decimal_places=3, min_value=0)
    source = forms.CharField(label=_("Where it stands"), max_length=200, required=False)

    def __init__(self, *args: Any, programmes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].choices = programmes  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("year_from"), cleaned.get("year_to")
        if first and last and last <= first:
            self.add_error("year_to", _("The last day comes after the first."))
        return cleaned


class HoldForm(OneShotForm):
    reference = forms.CharField(label=_("Reference of the household"), max_length=40)
    reason = forms.CharField(label=_("Why?"), widget=forms.Textarea, max_length=1000)
    case_reference = forms.CharField(label=_("Reference of the case"), max_length=40, required=False)


class ReasonForm(OneShotForm):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea, max_length=1000)


class SealForm(OneShotForm):
    """Carries the seal that the page showed, so that what is approved is what was read."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


class ReturnsForm(OneShotForm):
    file = forms.FileField(label=_("Return file"), help_text=_("CSV: reference, status, reason, amount, date"))


class LineFilter(forms.Form):
    mark_optional = False

    district = forms.ChoiceField(label=_("District"), required=False)
    status = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("Any")), *Instruction.Status.choices])
    account_kind = forms.ChoiceField(
        label=_("Way of payment"),
        required=False,
        choices=[("", _("Any")), ("cash", _("Cash")), ("bank", _("Bank account")), ("mobile", _("Mobile money"))],
    )
    reference = forms.CharField(label=_("Reference"), required=False, max_length=40)

    def __init__(self, *args: Any, districts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["district"].choices = [("", _("Any")), *districts]  # type: ignore[attr-defined]
