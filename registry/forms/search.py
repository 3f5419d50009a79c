"""The search box."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SearchForm(forms.Form):
    """What somebody at the desk can say about themselves. Cleans to ``text``."""

    text = forms.CharField(
        label=_("Number, reference, telephone, name or village"),
        help_text=_(
            "For example an identity number, HH-… from a letter, or names in any order and spelling. With many of one"
            " name add the year of birth or the village: Thabo Mokoena 1985, Ha Thaba"
        ),
        max_length=200,
        error_messages={"required": _("Enter what you look for.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
