"""Forms of runs and of the beneficiary list."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.fields import WholeDateField
from core.forms.one_shot import OneShotForm
from core.models import Area
from eligibility.models import Assessment, Enrolment


class StartForm(OneShotForm):
    """The day of an assessment."""

    as_of = WholeDateField(
        label=_("Day of the assessment"),
        help_text=_("Ages and memberships are those of this day. It cannot lie in the future."),
    )
    reason = forms.CharField(
        label=_("Why is it started all the same?"),
        help_text=_("It stays with the assessment, for who publishes it."),
        widget=forms.Textarea,
        max_length=500,
        error_messages={"required": _("Say why it is started all the same.")},
    )

    def __init__(self, *args: Any, in_doubt: bool = False, **options: Any) -> None:
        """``in_doubt``: some interviews are, so that a reason is asked for."""
        super().__init__(*args, **options)
        if not in_doubt:
            del self.fields["reason"]


class PublishForm(OneShotForm):
    """What the publisher saw, so that nothing else is published."""

    seen_digest = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)


class ReasonForm(OneShotForm):
    """Why: one or two sentences that the beneficiary may read."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The beneficiary may ask for it."),
        max_length=500,
        widget=forms.Textarea,
        error_messages={"required": _("Say why.")},
    )


class FindingsFilter(forms.Form):
    """Which findings to list."""

    mark_optional = False
    outcome = forms.ChoiceField(label=_("Outcome"), required=False)
    district = forms.ChoiceField(label=_("District"), required=False)

    def __init__(self, *args: object, districts: list[Area], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["outcome"].choices = [("", _("All")), *Assessment.Outcome.choices]  # type: ignore[attr-defined]
        self.fields["district"].choices = _districts(districts)  # type: ignore[attr-defined]


class ListFilter(forms.Form):
    """Which part of a beneficiary list to show."""

    mark_optional = False
    status = forms.ChoiceField(label=_("State"), required=False)
    district = forms.ChoiceField(label=_("District"), required=False)
    village = forms.ChoiceField(label=_("Village"), required=False)

    def __init__(self, *args: object, districts: list[Area], villages: list[Area], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["status"].choices = [("", _("All")), *Enrolment.Status.choices]  # type: ignore[attr-defined]
        self.fields["district"].choices = _districts(districts)  # type: ignore[attr-defined]
        if villages:
            named = [("", _("All")), *((str(area.pk), area.name) for area in villages)]
            self.fields["village"].choices = named  # type: ignore[attr-defined]
        else:
            del self.fields["village"]


def _districts(districts: list[Area]) -> list[tuple[str, object]]:
    return [("", _("All")), *((str(area.pk), area.name) for area in districts)]


class ValidationForm(OneShotForm):
    """What a community said about each of those proposed: confirmed, rejected with a reason, or not yet."""

    NOT_YET, CONFIRMED, REJECTED = "", "confirmed", "rejected"
    mark_optional = False

    def __init__(self, *args: object, rows: list[Enrolment], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.rows = rows
        for row in rows:
            self.fields[f"said_{row.pk}"] = forms.ChoiceField(
                label=row.reference,
                required=False,
                choices=[
                    (self.CONFIRMED, _("Confirmed")),
                    (self.REJECTED, _("Rejected")),
                    (self.NOT_YET, _("Not yet")),
                ],
                widget=forms.RadioSelect,
                initial=self.NOT_YET,
            )
            self.fields[f"reason_{row.pk}"] = forms.CharField(
                label=_("Reason, if rejected"), required=False, max_length=300
            )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or self.cleaned_data
        for row in self.rows:
            rejected = cleaned.get(f"said_{row.pk}") == self.REJECTED
            if rejected and not str(cleaned.get(f"reason_{row.pk}", "")).strip():
                self.add_error(
                    f"reason_{row.pk}", _("Say why the community rejects %(name)s.") % {"name": row.reference}
                )
        return cleaned

    @property
    def confirmed(self) -> list[int]:
        return [row.pk for row in self.rows if self.cleaned_data.get(f"said_{row.pk}") == self.CONFIRMED]

    @property
    def rejected(self) -> dict[int, str]:
        return {
            row.pk: str(self.cleaned_data[f"reason_{row.pk}"])
            for row in self.rows
            if self.cleaned_data.get(f"said_{row.pk}") == self.REJECTED
        }


def today_form(today: date, *, in_doubt: bool = False) -> StartForm:
    return StartForm(initial={"as_of": today}, in_doubt=in_doubt)
