"""Forms about people and their appointments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.access.roles import SENSITIVE, Role
from core.forms.fields import WholeDateField
from core.models import Appointment, Area
from core.reader import languages

_INDENT = {Area.Level.COUNTRY: "", Area.Level.DISTRICT: "– ", Area.Level.COUNCIL: "– – "}


def why_field() -> forms.CharField:
    """Why a role is given."""
    return forms.CharField(
        label=_("Reason"),
        help_text=_("For example the letter of appointment. It is kept in the audit log."),
        max_length=500,
        error_messages={"required": _("Write why.")},
    )


class FindPeople(forms.Form):
    """Which people to list."""

    mark_optional = False
    search = forms.CharField(label=_("Name or e-mail address"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("Which accounts"),
        required=False,
        choices=[
            ("", _("All")),
            ("active", _("Active")),
            ("without", _("Active, without a role")),
            ("closed", _("Deactivated")),
        ],
    )


class AddPerson(forms.Form):
    """Who is to sign in. They choose their own password."""

    email = forms.EmailField(label=_("E-mail address"), help_text=_("The person signs in with it."), max_length=254)
    full_name = forms.CharField(label=_("Full name"), max_length=200)


class Reason(forms.Form):
    """Why something is done; it is kept in the audit log."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It is kept in the audit log."),
        max_length=500,
        widget=forms.Textarea,
        error_messages={"required": _("Write why.")},
    )


class ChooseLanguage(forms.Form):
    """In which language one reads what the country pack and the questionnaire say."""

    language = forms.ChoiceField(
        label=_("Show questions, messages of checks, the privacy notice and the words of pages in"),
        help_text=_("Where a text is not there in this language, it is shown in English."),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a language.")},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["language"]
        field.choices = list(languages().items())


class Appoint(forms.Form):
    """A role for a person: where, for which programme, from when until when, and why."""

    role = forms.ChoiceField(
        label=_("Role"), widget=forms.RadioSelect, error_messages={"required": _("Choose a role.")}
    )
    place = forms.TypedChoiceField(
        label=_("Place"),
        coerce=int,
        help_text=_("With everything below it."),
        error_messages={"required": _("Choose a place.")},
    )
    programme = forms.ChoiceField(label=_("Programme"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind"),
        widget=forms.RadioSelect,
        choices=Appointment.Kind.choices,
        initial=Appointment.Kind.SUBSTANTIVE,
    )
    starts_on = WholeDateField(label=_("First day"))
    ends_on = WholeDateField(label=_("Last day"), required=False)
    reason = why_field()

    def __init__(self, *args: Any, places: list[Area], programmes: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        role: Any = self.fields["role"]
        role.choices = [(one.value, one.label) for one in Role]
        role.choice_hints = {one.value: _role_hint(one) for one in Role}
        kind: Any = self.fields["kind"]
        kind.choice_hints = {Appointment.Kind.ACTING.value: _("Stands in while a post is vacant; needs a last day.")}
        place: Any = self.fields["place"]
        place.choices = place_choices(places)
        programme: Any = self.fields["programme"]
        programme.choices = programme_choices(programmes)

    def clean(self) -> dict[str, Any]:
        """Kindly what the database refuses anyway."""
        data: dict[str, Any] = super().clean() or {}
        start, end = data.get("starts_on"), data.get("ends_on")
        if data.get("kind") == Appointment.Kind.ACTING and not end and "ends_on" not in self.errors:
            self.add_error("ends_on", _("An acting appointment must name its last day."))
        if start and end and end < start:
            self.add_error("ends_on", _("The last day must not lie before the first."))
        return data


def place_choices(places: list[Area]) -> list[tuple[Any, Any]]:
    """Places as a list to choose from, drawn as a tree."""
    return [("", _("Choose")), *((area.pk, f"{_INDENT.get(Area.Level(area.level), '')}{area.name}") for area in places)]


def programme_choices(programmes: list[tuple[str, str]]) -> list[tuple[str, Any]]:
    """All programmes, or one of them."""
    return [("", _("All programmes")), *programmes]


def _role_hint(role: Role) -> str:
    second = f" {_('A second person has to confirm it.')}" if role in SENSITIVE else ""
    return f"{role.description}{second}"
