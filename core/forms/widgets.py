"""Widgets that Django does not bring."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.partial_date import PartialDate


class TypedDate(NamedTuple):
    """What was typed into the three boxes, before it is a date."""

    day: str
    month: str
    year: str

    @classmethod
    def of(cls, value: object) -> TypedDate:
        """Spread a date, a partial date, an ISO text or nothing over the boxes."""
        if isinstance(value, cls):
            return value
        if isinstance(value, datetime.date):
            return cls(str(value.day), str(value.month), f"{value.year:04d}")
        if isinstance(value, PartialDate):
            return cls(str(value.day or ""), str(value.month or ""), f"{value.year:04d}")
        if isinstance(value, str) and value.strip():
            year, month, day, *_rest = [*value.strip().split("-"), "", "", ""]
            return cls(day, month, year)
        return cls("", "", "")


class DateInputs(forms.Widget):
    """Day, month and year in three boxes: quicker and surer than a calendar on a weak phone.

    A single value under the field's own name (``2001-05-17``, ``2001-05``, ``2001``) is read as well.
    """

    template_name = "core/_components/_date_inputs.html"
    use_fieldset = True
    parts = (("day", _("Day"), 2), ("month", _("Month"), 2), ("year", _("Year"), 4))

    def get_context(self, name: str, value: object, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        typed = TypedDate.of(value)
        widget_id = context["widget"]["attrs"].get("id") or f"id_{name}"
        context["widget"]["parts"] = [
            {
                "name": f"{name}_{part}",
                "id": f"{widget_id}_{part}",
                "label": label,
                "width": width,
                "value": getattr(typed, part),
            }
            for part, label, width in self.parts
        ]
        context["widget"]["invalid"] = context["widget"]["attrs"].get("aria-invalid") == "true"
        return context

    def value_from_datadict(
        self, data: Mapping[str, Any], files: Mapping[str, Any], name: str
    ) -> TypedDate | str | None:
        if data.get(name):
            return str(data[name])
        typed = TypedDate(*(str(data.get(f"{name}_{part}", "")).strip() for part, _l, _w in self.parts))
        return typed if any(typed) else None

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Mapping[str, Any], name: str) -> bool:
        return name not in data and all(f"{name}_{part}" not in data for part, _l, _w in self.parts)

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_day" if id_ else id_


class PhotoInput(forms.FileInput):
    """A photograph from the phone's camera or a file; the one that is kept already is shown and may be taken away.

    The value is the number of a kept photograph, as a text. The file itself travels as ``<name>_file``: the view keeps
    it and puts its number into the data before the form is read. ``address`` says where a kept one is shown.
    """

    template_name = "core/_components/_photo_input.html"
    address: Callable[[str], str] | None = None

    def get_context(self, name: str, value: object, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        number = str(value or "")
        shown = self.address(number) if number and self.address else ""
        context["widget"] |= {"number": number if shown else "", "shown": shown}
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Mapping[str, Any], name: str) -> str:
        return "" if data.get(f"{name}_remove") else str(data.get(name) or "").strip()

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Mapping[str, Any], name: str) -> bool:
        return name not in data


class PointInput(forms.TextInput):
    """Degrees north and east in one box; with script, a button asks the device where it stands."""

    template_name = "core/_components/_point_input.html"
