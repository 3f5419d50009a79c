"""What somebody looks for in the logs and among the jobs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.fields import WholeDateField
from core.models import Area, Job


class FindReads(forms.Form):
    """Filter of the log of reads."""

    mark_optional = False
    who = forms.CharField(label=_("Who: name or e-mail address"), required=False, max_length=100)
    what = forms.CharField(label=_("Page"), required=False, max_length=100)
    subject_type = forms.CharField(
        label=_("Kind of record"), help_text=_("For example household."), required=False, max_length=60
    )
    subject_id = forms.IntegerField(label=_("Number of the record"), required=False, min_value=1)
    since = WholeDateField(label=_("From"), required=False)
    until = WholeDateField(label=_("Until"), required=False)


class FindEntries(FindReads):
    """Filter of the audit log."""

    what = forms.CharField(
        label=_("What was done"), help_text=_("For example appointment, or signed in."), required=False, max_length=100
    )
    reference = forms.CharField(label=_("Reference"), required=False, max_length=40)
    district = forms.TypedChoiceField(label=_("District"), required=False, coerce=int, empty_value=None)
    field_order = ["who", "what", "reference", "district", "subject_type", "subject_id", "since", "until"]

    def __init__(self, *args: Any, districts: list[Area], **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["district"]
        field.choices = [("", _("All")), *((area.pk, area.name) for area in districts)]


class FindJobs(forms.Form):
    """Filter of the list of jobs."""

    mark_optional = False
    status = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *Job.Status.choices])
    mine = forms.BooleanField(label=_("Only those that I started"), required=False)
