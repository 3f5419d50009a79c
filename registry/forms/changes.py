"""Forms of change requests: a kind's details, the reason and evidence, the decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.files import sniff
from core.forms.one_shot import OneShotForm
from registry.changes import Field
from registry.forms.reasons import SHORTEST, DecisionForm
from registry.forms.texts import Asked

LARGEST = 5 * 1024 * 1024
_PAPERS = ("application/pdf", "image/png", "image/jpeg")


def asked(fields: Sequence[Field]) -> list[Asked]:
    """A kind's details as the fields of a page."""
    return [
        Asked(
            name=one.name,
            kind=one.kind,
            label=gettext(one.label),
            hint=gettext(one.hint) if one.hint else "",
            choices=tuple((code, gettext(label)) for code, label in one.choices),
            required=one.required,
            read=None if one.kind in ("choice", "choices", "date", "partial_date", "tick") else one.reader,
            ticked=one.ticked,
        )
        for one in fields
    ]


class EvidenceField(forms.FileField):
    """A PDF or picture of at most 5 MB; its first bytes count, not its name."""

    def clean(self, data: Any, initial: Any = None) -> UploadedFile | None:
        file = super().clean(data, initial)
        if not isinstance(file, UploadedFile):
            return None
        if (file.size or 0) > LARGEST:
            raise ValidationError(_("This file is larger than 5 MB."))
        head = file.read(4096)
        file.seek(0)
        if sniff(head) not in _PAPERS:
            raise ValidationError(_("This is neither a PDF nor a picture (JPEG, PNG)."))
        return file


class SendForm(OneShotForm):
    """Cleans to ``reason``, ``evidence`` (an uploaded file or nothing) and ``one_shot``."""

    reason = forms.CharField(
        label=_("How do you know, and why is it reported now?"),
        widget=forms.Textarea,
        min_length=SHORTEST,
        max_length=1000,
        error_messages={
            "required": _("Give the reason."),
            "min_length": _("Give the reason in a few words, so that somebody else understands it later."),
        },
    )
    evidence = EvidenceField(
        label=_("Evidence"),
        help_text=_("A photograph or scan of a certificate or letter: PDF, JPEG or PNG, 5 MB at most."),
        required=False,
    )


class DecideForm(DecisionForm):
    """Cleans to ``decision`` (``accept``, ``refuse``) and ``reason``."""

    decision = forms.ChoiceField(
        label=_("What is decided?"),
        choices=[("accept", _("Carry it out")), ("refuse", _("Refuse it: nothing changes"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )
    field_order = ["decision", "reason"]
