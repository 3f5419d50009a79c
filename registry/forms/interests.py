"""Declaring an own or a relative's household."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core import references
from registry.models import DeclaredInterest, DeclaredNumber


class NumberForm(forms.Form):
    """A national ID, and whose. Cleans to ``national_id`` as it was typed and ``kind`` (``own``, ``relative``)."""

    prefix = "number"
    national_id = forms.CharField(
        label=_("National identity number"),
        help_text=_("Yours or a relative's. It is kept to see households that you would tell of yourself."),
        max_length=30,
        error_messages={"required": _("Give the number.")},
    )
    kind = forms.ChoiceField(
        label=_("Whose number is it?"),
        choices=[(DeclaredNumber.Kind.OWN.value, _("Mine")), (DeclaredNumber.Kind.RELATIVE.value, _("A relative's"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )


class InterestForm(forms.Form):
    """Which household, and whose. Cleans to ``reference`` and ``kind`` (``own``, ``relative``)."""

    reference = forms.CharField(
        label=_("Reference of the household"),
        help_text=_("It begins with HH and stands on the household's card."),
        max_length=40,
        error_messages={"required": _("Give the household's reference.")},
    )
    kind = forms.ChoiceField(
        label=_("Whose household is it?"),
        choices=[
            (DeclaredInterest.Kind.OWN.value, _("My own")),
            (DeclaredInterest.Kind.RELATIVE.value, _("A relative's")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )

    def clean_reference(self) -> str:
        """The reference as it is stored; a mistyped one is refused by its check character."""
        typed = self.cleaned_data["reference"]
        if not references.is_valid(typed):
            raise forms.ValidationError(_("This is no reference: check it for typing errors."))
        return references.normalise(typed)
