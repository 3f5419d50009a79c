"""The filter over villages."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from core.models import Area


class VillageFilter(forms.Form):
    """Part of a name or a code, and a council. Cleans to ``text`` and ``council`` (number or nothing)."""

    mark_optional = False
    text = forms.CharField(label=_("Part of the village's name, or its code"), required=False, max_length=80)
    council = forms.TypedChoiceField(label=_("Council"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: object, councils: Sequence[Area], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        several = len({area.district_id for area in councils}) > 1
        named = [
            (area.pk, f"{area.name} ({area.district.name})" if several and area.district else area.name)
            for area in councils
        ]
        self.fields["council"].choices = [("", _("All councils")), *named]  # type: ignore[attr-defined]
