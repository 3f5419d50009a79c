"""Forms by which a case arrives."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.one_shot import OneShotForm
from eligibility.models import Programme
from grievances.actions.lodging import Complaint
from grievances.actions.moving import TEXT_LIMIT
from grievances.forms.choices import categories, places
from grievances.models import Case


class LodgeForm(OneShotForm):
    """What the public tells. Only what happened is required; nobody has to say who they are."""

    category = forms.ChoiceField(
        label=_("What is it about?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is about.")},
    )
    description = forms.CharField(
        label=_("What happened?"),
        help_text=_("In your own words: what, when, and what you wish for. Do not write your secret here."),
        widget=forms.Textarea(attrs={"rows": 6}),
        min_length=10,
        max_length=TEXT_LIMIT,
        error_messages={"required": _("Say what happened."), "min_length": _("Say a little more about what happened.")},
    )
    area = forms.ChoiceField(label=_("Where?"), required=False)
    place = forms.CharField(label=_("Village or place"), required=False, max_length=200)
    name = forms.CharField(label=_("Your name"), required=False, max_length=200)
    phone = forms.CharField(
        label=_("Your telephone number"),
        help_text=_("So that an officer can ask you something. Only officers who may see your case see it."),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    relationship = forms.ChoiceField(label=_("For whom do you speak?"), required=False)
    national_id = forms.CharField(
        label=_("Identity number"),
        help_text=_("If you want the officer to find your household quickly."),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reference = forms.CharField(
        label=_("Household or enrolment reference"),
        help_text=_("On the papers that you were given. It begins with HH or EN."),
        required=False,
        max_length=40,
    )
    programme = forms.ChoiceField(label=_("Programme"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._field("category").choices = categories()
        self._field("area").choices = places()
        self._field("relationship").choices = [("", ""), *Case.Relationship.choices]
        programmes = Programme.objects.exclude(status="draft").order_by("name")
        self._field("programme").choices = [("", ""), *((row.code, row.name) for row in programmes)]

    def complaint(self, channel: str = Case.Channel.WEB) -> Complaint:
        """What was told. Whoever gives neither name, phone nor identity number is anonymous."""
        told = self.cleaned_data
        anonymous = not (told["name"].strip() or told["phone"].strip() or told["national_id"].strip())
        return Complaint(
            category=told["category"],
            description=told["description"],
            channel=channel,
            area_id=int(told["area"]) if told["area"] else None,
            place=told["place"],
            anonymous=anonymous,
            name=told["name"],
            phone=told["phone"],
            relationship="" if anonymous else told["relationship"],
            national_id=told["national_id"],
            reference=told["reference"],
            programme_code=told["programme"],
        )

    def _field(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field


class OnBehalfForm(LodgeForm):
    """The same, written down by an officer for somebody who came, called or wrote."""

    field_order = ["channel"]
    channel = forms.ChoiceField(
        label=_("How did it reach you?"),
        widget=forms.RadioSelect,
        choices=[choice for choice in Case.Channel.choices if choice[0] != Case.Channel.WEB],
    )
