"""The filter over the review queue, and the words for what was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registry.forms.reasons import DecisionForm
from registry.models import Submission
from registry.queries.reviews import Wanted

#: What the registry itself finds; the questionnaire's checks have their own sentences.
KINDS = {
    "possible_duplicate": _("Somebody may be known already"),
    "own_household": _("The sender's own household or a relative's"),
    "not_relevant": _("An answer to what was not to be asked"),
}


class ReviewFilter(forms.Form):
    """By what door, where, why and since when. Cleans to a ``Wanted`` by ``wanted()``."""

    mark_optional = False
    village = forms.CharField(label=_("Part of the village's name, or its code"), required=False, max_length=80)
    kind = forms.ChoiceField(label=_("What was found"), required=False)
    door = forms.ChoiceField(
        label=_("Came by"),
        required=False,
        choices=[("", _("Any way")), *Submission.Door.choices],
    )
    days = forms.TypedChoiceField(
        label=_("Waits"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", _("However long")),
            (2, _("2 days or more")),
            (7, _("A week or more")),
            (30, _("A month or more")),
        ],
    )

    def __init__(self, *args: Any, kinds: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = [("", _("Anything")), *kinds]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """The filter; what was written by hand into the address and fits nothing does not narrow."""
        told = self.cleaned_data if self.is_valid() else {}
        return Wanted(
            door=told.get("door") or "",
            village=told.get("village") or "",
            kind=told.get("kind") or "",
            days=told.get("days"),
        )


class TogetherForm(DecisionForm):
    """Why many are accepted at once. Cleans to ``reason`` and ``seen``, the fingerprint of the list that was shown."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
