"""Forms that clean to texts by column, the way every door hands a household over.

A page of the registration is a list of ``Asked``: what a column or question is called, how it is asked, and the very
reader that the pipeline uses, so that the form refuses what the import would refuse, in the same words.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.forms.fields import PartialDateField, WholeDateField
from core.forms.partial_date import PartialDate
from core.forms.widgets import PhotoInput, PointInput
from registry.intake.cells import Read, Unreadable
from registry.intake.columns import SEVERAL_SEPARATOR

FEW = 7  # so many choices or fewer stand as radios; more are a list that drops down
_INPUT = {"autocomplete": "off"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of a page. ``kind``: text, long, number, choice, choices, yes_no, date, partial_date, tick, point or
    photo.

    ``ticked`` is the text that a ticked box gives.
    """

    name: str
    kind: str
    label: str
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False
    read: Read | None = None
    group: str = ""
    ticked: str = ""
    missing: str = ""


class TextsForm(forms.Form):
    """The fields of one page. ``complete``: what is required must be there (else it may wait for later).
    ``photo_address`` says where a kept photograph is shown; without it none is kept, and none required.

    Cleans to ``texts``: column to text, blank where nothing was said.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        asked: Sequence[Asked],
        texts: Mapping[str, str] | None = None,
        complete: bool = True,
        latest: datetime.date | None = None,
        photo_address: Callable[[str], str] | None = None,
    ) -> None:
        self.asked = tuple(asked)
        super().__init__(data, initial=_initial(self.asked, texts or {}))
        for one in self.asked:
            field = self.fields[one.name] = _field(one, complete=complete, latest=latest)
            if isinstance(field.widget, PhotoInput):
                field.widget.address = photo_address
                field.required = field.required and photo_address is not None

    @property
    def mark_optional(self) -> bool:
        """Say "(optional)" only where nearly all is required; elsewhere it is noise."""
        return sum(one.required for one in self.asked) * 2 > len(self.asked)

    @property
    def file_names(self) -> str:
        """Under which names photographs are sent, parted by commas; nothing where none is asked for."""
        return ",".join(f"{one.name}_file" for one in self.asked if one.kind == "photo")

    @property
    def texts(self) -> dict[str, str]:
        """What was entered, as the payload holds it."""
        return {one.name: _text(one, self.cleaned_data.get(one.name)) for one in self.asked}

    def groups(self) -> list[dict[str, Any]]:
        """The fields under their headings, in the order of asking."""
        found: list[dict[str, Any]] = []
        for one in self.asked:
            if not found or found[-1]["title"] != one.group:
                found.append({"title": one.group, "fields": []})
            found[-1]["fields"].append(self[one.name])
        return found


def fingerprint(texts: Mapping[str, str], names: Iterable[str]) -> str:
    """What a page showed of ``names``, so that it is seen when another window changed it meanwhile."""
    told = "\0".join(f"{name}={texts.get(name, '')}" for name in sorted(names))
    return hashlib.sha256(told.encode()).hexdigest()[:20]


def note_other_window(form: TextsForm, *, shown: str, texts: Mapping[str, str], names: Iterable[str]) -> None:
    """Add an error where the page's texts are neither those that it showed nor those that were typed into it.

    The form keeps what was typed; shown again with a new fingerprint, it may be saved over the other window's.
    """
    if not shown or not form.is_valid() or shown == fingerprint(texts, names):
        return
    if any(text != texts.get(name, "") for name, text in form.texts.items()):
        form.add_error(
            None,
            _("This page was changed in another window after you opened it. Save again to keep what stands here now."),
        )


def _initial(asked: Sequence[Asked], texts: Mapping[str, str]) -> dict[str, Any]:
    initial: dict[str, Any] = {}
    for one in asked:
        text = texts.get(one.name, "")
        if one.kind == "choices":
            initial[one.name] = [part for part in text.split(SEVERAL_SEPARATOR) if part]
        elif one.kind == "tick":
            initial[one.name] = bool(text) and text == one.ticked
        else:
            initial[one.name] = text
    return initial


def _text(one: Asked, value: Any) -> str:
    if value in (None, "", [], False):
        return ""
    if one.kind == "choices":
        return SEVERAL_SEPARATOR.join(value)
    if one.kind == "tick":
        return one.ticked
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, PartialDate):
        return str(value)
    return str(value).strip()


def _field(one: Asked, *, complete: bool, latest: datetime.date | None) -> forms.Field:
    options: dict[str, Any] = {
        "label": one.label,
        "help_text": one.hint,
        "required": one.required and complete,
        "error_messages": {"required": one.missing or _("This must be answered.")},
    }
    match one.kind:
        case "date":
            return WholeDateField(latest=latest, **options)
        case "partial_date":
            return PartialDateField(earliest=datetime.date(1890, 1, 1), latest=latest, **options)
        case "tick":
            return forms.BooleanField(**options | {"required": False})
        case "choices":
            widget = forms.CheckboxSelectMultiple
            return forms.MultipleChoiceField(choices=one.choices, widget=widget, **options)
        case "choice" | "yes_no":
            return _choice(one, options)
        case "photo":
            return forms.CharField(widget=PhotoInput(), **options)
        case "point":
            return forms.CharField(widget=PointInput(attrs=_INPUT), validators=_validators(one), **options)
        case "number":
            widget_ = forms.TextInput(attrs=_INPUT | {"inputmode": "decimal" if "." in one.hint else "numeric"})
            return forms.CharField(widget=widget_, validators=_validators(one), **options)
        case "long":
            return forms.CharField(widget=forms.Textarea(attrs={"rows": "3"}), validators=_validators(one), **options)
        case _:
            widget_ = forms.TextInput(attrs=_INPUT)
            return forms.CharField(widget=widget_, validators=_validators(one), **options)


def _choice(one: Asked, options: dict[str, Any]) -> forms.Field:
    choices: tuple[tuple[str, Any], ...] = one.choices
    if len(choices) <= FEW:
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **options)
    return forms.ChoiceField(choices=(("", _("Choose")), *choices), **options)


def _validators(one: Asked) -> list[Any]:
    read = one.read
    if read is None:
        return []

    def check(text: str) -> None:
        try:
            read(text.strip())
        except Unreadable as error:
            raise ValidationError(str(error), code=error.code) from error

    return [check]
