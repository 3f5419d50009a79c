"""The form that settles what a change of a household means for its enrolment."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eligibility.forms.assessments import ReasonForm
from eligibility.models import Enrolment, NoticeSettlement

_OUTCOME = NoticeSettlement.Outcome
_WAITING = ("proposed", "validated")


class SettleForm(ReasonForm):
    """Cleans to ``outcome``, ``recipient`` (a person's reference or nothing), ``reason`` and ``one_shot``."""

    outcome = forms.ChoiceField(
        label=_("What follows for the enrolment?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what follows.")},
    )
    recipient = forms.ChoiceField(label=_("Who receives from now on, if somebody else does?"), required=False)
    field_order = ["outcome", "recipient", "reason"]

    def __init__(self, *args: Any, enrolment: Enrolment, members: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        possible = [_OUTCOME.KEEP, _OUTCOME.RECIPIENT]
        possible += [_OUTCOME.REJECT] if enrolment.status in _WAITING else [_OUTCOME.EXIT]
        if enrolment.status == Enrolment.Status.ENROLLED:
            possible.insert(2, _OUTCOME.SUSPEND)
        self.fields["outcome"].choices = [(one.value, one.label) for one in possible]  # type: ignore[attr-defined]
        self.fields["recipient"].choices = [("", _("Nobody else")), *members]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("outcome") == _OUTCOME.RECIPIENT and not cleaned.get("recipient"):
            self.add_error("recipient", _("Choose who receives."))
        return cleaned
