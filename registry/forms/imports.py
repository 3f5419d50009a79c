"""Two files of households."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

LARGEST = 200 * 1024 * 1024
_REFUSED = {
    b"PK\x03\x04": _("This is a spreadsheet, not a CSV file. Save it as “CSV UTF-8” and choose that file."),
    b"\xd0\xcf\x11\xe0": _("This is a spreadsheet, not a CSV file. Save it as “CSV UTF-8” and choose that file."),
    b"%PDF": _("This is a PDF, not a CSV file."),
    b"\xff\xfe": _("This file is not UTF-8. Save it as “CSV UTF-8” and choose that file."),
    b"\xfe\xff": _("This file is not UTF-8. Save it as “CSV UTF-8” and choose that file."),
}


class CsvField(forms.FileField):
    """A CSV file of at most 200 MB; what is plainly something else is refused by its first bytes, not its name."""

    default_error_messages = {
        "required": _("Choose the file."),
        "empty": _("This file is empty."),
        "missing": _("Choose the file."),
    }

    def clean(self, data: Any, initial: Any = None) -> UploadedFile | None:
        file = super().clean(data, initial)
        if isinstance(file, UploadedFile):
            if (file.size or 0) > LARGEST:
                raise ValidationError(_("This file is larger than 200 MB. Split it by district and import each part."))
            head = file.read(4096)
            file.seek(0)
            for start, sentence in _REFUSED.items():
                if head.startswith(start):
                    raise ValidationError(sentence)
            if b"\x00" in head:
                raise ValidationError(_("This is not a text file."))
        return file


class ImportForm(forms.Form):
    """Cleans to ``households``, ``persons`` (uploaded files) and ``dry_run``."""

    households = CsvField(label=_("File of households"), help_text=_("households.csv, one row a household"))
    persons = CsvField(label=_("File of persons"), help_text=_("persons.csv, one row a person"))
    mode = forms.ChoiceField(
        label=_("What is to happen?"),
        choices=[
            ("trial", _("Only check: tell me what is wrong, enter nothing")),
            ("enter", _("Check and enter what is in order")),
        ],
        initial="trial",
        widget=forms.RadioSelect,
    )

    @property
    def dry_run(self) -> bool:
        return bool(self.cleaned_data["mode"] == "trial")
