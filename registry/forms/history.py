"""The form that asks for a household on an earlier day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.fields import WholeDateField


class OnDayForm(forms.Form):
    """Cleans to ``day``, which has come."""

    def __init__(self, *args: Any, latest: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["day"] = WholeDateField(label=_("As the register had it at the end of which day?"), latest=latest)
