"""What somebody wants to see."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.access.actor import Actor
from reporting.queries import scope
from reporting.queries.scope import Selection


class SelectionForm(forms.Form):
    """Programme and district, among those that the actor sees. Cleans to a ``Selection`` (``selection()``)."""

    mark_optional = False
    programme = forms.ChoiceField(label=_("Programme"), required=False)
    district = forms.ChoiceField(label=_("District"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._programmes = {programme.code: programme for programme in scope.programmes(actor)}
        self._districts = {area.code: area for area in scope.districts(actor)}
        self._one_only = not scope.sees_all_programmes(actor)
        everything = [] if self._one_only else [("", _("All programmes"))]
        self._offer("programme", [*everything, *((p.code, p.name) for p in self._programmes.values())])
        all_areas = [("", _("All districts"))] if len(self._districts) != 1 else []
        self._offer("district", [*all_areas, *((a.code, a.name) for a in self._districts.values())])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def selection(self) -> Selection:
        """What was chosen; what is not among the choices counts as not chosen."""
        self.is_valid()
        chosen = getattr(self, "cleaned_data", {})
        programme = self._programmes.get(chosen.get("programme", ""))
        if programme is None and self._one_only:
            programme = next(iter(self._programmes.values()), None)
        district = self._districts.get(chosen.get("district", ""))
        if district is None and len(self._districts) == 1:
            district = next(iter(self._districts.values()))
        return Selection(programme=programme, district=district)
