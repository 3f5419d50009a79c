"""Files of households: two CSV files, or a workbook of two sheets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from registry.intake.workbook import is_packed

_REFUSED = {
    b"%PDF": _("This is a PDF, not a table of households."),
    b"\xff\xfe": _("This file is not UTF-8. Save it as “CSV UTF-8” and choose that file."),
    b"\xfe\xff": _("This file is not UTF-8. Save it as “CSV UTF-8” and choose that file."),
}
_OLD = b"\xd0\xcf\x11\xe0"


def _is_wide(head: bytes) -> bool:
    """Whether this is text of two bytes a letter, without the mark that says so: every other byte is nothing."""
    pairs = len(head) // 2
    return (
        pairs > 0
        and max(head[0 : pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)) > pairs * 3 // 4
        and (head.count(0) < len(head) * 5 // 8)
    )


class TableField(forms.FileField):
    """A CSV file, or where it may be a workbook; what is plainly something else is refused by its first bytes."""

    default_error_messages = {
        "required": _("Choose the file."),
        "empty": _("This file is empty."),
        "missing": _("Choose the file."),
    }

    def __init__(self, *, workbook: bool = False, **options: Any) -> None:
        self.workbook = workbook
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> UploadedFile | None:
        file = super().clean(data, initial)
        if not isinstance(file, UploadedFile):
            return None
        if (file.size or 0) > settings.LARGEST_UPLOAD_MB << 20:
            raise ValidationError(
                _("This file is larger than %(most)s MB. Split it by district and import each part."),
                params={"most": settings.LARGEST_UPLOAD_MB},
            )
        head = file.read(4096)
        file.seek(0)
        for start, sentence in _REFUSED.items():
            if head.startswith(start):
                raise ValidationError(sentence)
        if is_packed(head) or head.startswith(_OLD):
            if not self.workbook:
                raise ValidationError(_("This is a workbook: choose it as the first file, and no second one."))
        elif _is_wide(head):
            raise ValidationError(_REFUSED[b"\xff\xfe"])
        elif b"\x00" in head:
            raise ValidationError(_("This is not a text file."))
        return file


class ImportForm(forms.Form):
    """Cleans to ``households`` and ``persons`` (uploaded files; no ``persons`` beside a workbook) and the choices."""

    households = TableField(
        workbook=True,
        label=_("Workbook, or file of households"),
        help_text=_("An .xlsx workbook with the sheets households and persons, or households.csv"),
    )
    persons = TableField(
        required=False, label=_("File of persons"), help_text=_("persons.csv. Leave this empty if you sent a workbook.")
    )
    mode = forms.ChoiceField(
        label=_("What is to happen?"),
        choices=[
            ("trial", _("Only check: tell me what is wrong, enter nothing")),
            ("enter", _("Check and enter what is in order, though other households are refused")),
            ("all", _("Check and enter all or nothing: one refused household keeps all of them out")),
        ],
        initial="trial",
        widget=forms.RadioSelect,
    )
    re_survey = forms.BooleanField(
        required=False,
        label=_("This is a survey made anew: it may update households that are registered"),
        help_text=_("Without this, somebody who is registered already is a possible duplicate."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, second = cleaned.get("households"), cleaned.get("persons")
        if first is None or "persons" in self.errors:
            return cleaned
        head = first.read(4)
        first.seek(0)
        workbook = is_packed(head) or head == _OLD
        if workbook and second is not None:
            self.add_error("persons", _("A workbook holds the persons itself: leave this empty."))
        if not workbook and second is None:
            self.add_error("persons", _("Choose the file of persons that belongs to the file of households."))
        return cleaned

    @property
    def choices(self) -> dict[str, bool]:
        """As ``imports.receive`` names them."""
        mode = self.cleaned_data["mode"]
        return {
            "dry_run": mode == "trial",
            "all_or_nothing": mode == "all",
            "re_survey": self.cleaned_data["re_survey"],
        }
