"""Forms about second interviews: what to draw, whom to send, what was answered, what differences mean."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.forms.fields import WholeDateField
from core.models import Area, User
from registry.fieldwork.members import Member
from registry.forms.reasons import SHORTEST, DecisionForm
from registry.forms.texts import Asked, TextsForm
from registry.models import InterviewerFinding, Reinterview


class DrawForm(forms.Form):
    """Where and when the interviews were held of which some are repeated: ``place``, ``from_on``, ``until_on``."""

    mark_optional = False
    place = forms.TypedChoiceField(
        label=_("Where?"), coerce=int, error_messages={"required": _("Choose a district or a council.")}
    )
    from_on = WholeDateField(label=_("Interviews from"))
    until_on = WholeDateField(label=_("Interviews until"))

    def __init__(self, *args: object, places: Sequence[Area], today: date, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        fields: dict[str, Any] = self.fields
        fields["place"].choices = place_choices(places)
        fields["from_on"].latest = fields["until_on"].latest = today

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("from_on"), cleaned.get("until_on")
        if first and last and last < first:
            self.add_error("until_on", _("The last day comes after the first."))
        return cleaned


def place_choices(places: Sequence[Area]) -> list[tuple[Any, Any]]:
    """Places to choose from; the only one is chosen."""
    named: list[tuple[Any, Any]] = [(one.pk, _place(one)) for one in places]
    return named if len(named) == 1 else [("", _("Choose")), *named]


def _place(area: Area) -> str:
    if area.level == Area.Level.DISTRICT or area.district is None:
        return _now("%(district)s, whole district") % {"district": area.name}
    return f"{area.district.name}: {area.name}"


class SendForm(forms.Form):
    """Whom to send to interviews that were drawn. Cleans to ``to``, ``do_by``, ``which`` and ``interviews``."""

    mark_optional = False
    to = forms.TypedChoiceField(
        label=_("Who goes?"),
        coerce=int,
        help_text=_("Nobody is sent to an interview that they held themselves."),
        error_messages={"required": _("Choose who is to go.")},
    )
    do_by = WholeDateField(label=_("By which day?"))
    which = forms.ChoiceField(
        label=_("To which households?"),
        widget=forms.RadioSelect,
        initial="all",
        error_messages={"required": _("Choose which households.")},
    )
    interviews = forms.TypedMultipleChoiceField(
        label=_("Households to which nobody goes yet"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        *args: object,
        people: Sequence[User],
        offered: Sequence[tuple[int, str, str]],
        count: int,
        today: date,
        **options: object,
    ) -> None:
        """``offered``: number, name and a line about each that may be ticked."""
        super().__init__(*args, **options)  # type: ignore[arg-type]
        fields: dict[str, Any] = self.fields
        fields["to"].choices = [("", _("Choose")), *((one.pk, one.full_name) for one in people)]
        fields["do_by"].earliest = today
        fields["which"].choices = [
            ("all", _now("All %(n)s, but those of who goes") % {"n": count}),
            ("some", _("Those ticked below")),
        ]
        fields["interviews"].choices = [(number, name) for number, name, _line in offered]
        fields["interviews"].choice_hints = {str(number): line for number, _name, line in offered}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("which") == "some" and not cleaned.get("interviews"):
            self.add_error("interviews", _("Tick at least one household."))
        return cleaned


class HeldForm(TextsForm):
    """A second interview: how it went, when, and what was answered. Cleans to ``outcome``, ``held_on``, ``remark``;
    ``texts`` are the answers."""

    mark_optional = False

    def __init__(
        self,
        *args: object,
        asked: Sequence[Asked],
        since: date,
        today: date,
        complete: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(*args, asked=asked, complete=complete, **options)  # type: ignore[arg-type]
        self.complete = complete
        own: dict[str, Any] = {
            "outcome": forms.ChoiceField(
                label=_("What did you find?"),
                choices=Reinterview.Outcome.choices,
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose what you found.")},
            ),
            "held_on": WholeDateField(label=_("On which day were you there?"), earliest=since, latest=today),
        }
        remark = forms.CharField(
            label=_("What happened, and who told you?"),
            help_text=_("Needed unless the household answered."),
            widget=forms.Textarea(attrs={"rows": "3"}),
            max_length=1000,
            required=False,
        )
        for one in asked:  # they are asked only where the household answered
            self.fields[one.name].required = False
        for field in own.values():
            field.required = complete
        self.fields = {**own, **self.fields, "remark": remark}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.complete:
            return cleaned
        answered = cleaned.get("outcome", "answered") == Reinterview.Outcome.ANSWERED
        for one in self.asked:
            if answered and one.required and one.name not in self.errors and cleaned.get(one.name) in (None, "", []):
                self.add_error(one.name, _("This must be answered."))
        if not answered and len(str(cleaned.get("remark", "")).strip()) < SHORTEST:
            self.add_error("remark", _("Say in a few words what happened, so that somebody else understands it."))
        return cleaned

    def answers(self) -> dict[str, Any]:
        """The answers, read as the pipeline reads them."""
        read = {one.name: one.read for one in self.asked}
        return {name: (read[name] or str)(text) for name, text in self.texts.items() if text and name in read}


class PersonForm(TextsForm):
    """Somebody who lives in the household, named in a second interview. ``told`` is who was entered."""

    mark_optional = False

    def __init__(self, *args: Any, number: int, **options: Any) -> None:
        self.prefix = f"person{number}"
        self.number = number
        super().__init__(*args, **options)
        self.empty_permitted = number > 1

    @property
    def is_blank(self) -> bool:
        """Whether nothing was entered."""
        return not any(self.texts.values())

    @property
    def told(self) -> Member:
        """Who that is, read as the pipeline reads them."""
        texts = self.texts
        read = {one.name: one.read for one in self.asked}
        number = read["national_id"]
        born = self.cleaned_data.get("birth_date")
        apart = ("given_names", "surname", "national_id", "birth_date")
        return Member(
            given_names=texts["given_names"],
            surname=texts["surname"],
            national_id=number(texts["national_id"]) if number and texts["national_id"] else "",
            birth_date=born.earliest() if born else None,
            precision=born.precision if born else "",
            facts={
                name: (read[name] or str)(text)
                for name, text in texts.items()
                if text and name in read and name not in apart
            },
        )


class LookForm(DecisionForm):
    """What too many differences mean. Cleans to ``verdict`` and ``reason``."""

    verdict = forms.ChoiceField(
        label=_("What follows?"),
        choices=InterviewerFinding.Verdict.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what follows.")},
    )
    field_order = ["verdict", "reason"]


class SettleForm(DecisionForm):
    """Whether what another supervisor said stands. Cleans to ``decision`` and ``reason``."""

    decision = forms.ChoiceField(
        label=_("Does this stand?"),
        choices=[("settle", _("Yes, that is what follows")), ("send_back", _("No, somebody has to look again"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )
    field_order = ["decision", "reason"]
