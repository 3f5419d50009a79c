"""The form of a privacy notice's draft: its texts, why data may be held, what may be agreed to, its day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.fields import WholeDateField
from core.pack import about
from core.reader import languages
from registry.actions.notices import Content
from registry.forms.questionnaire import version_code
from registry.models import PrivacyNotice
from registry.queries.questionnaires import in_words

Told = Sequence[Mapping[str, Any]]


class NoticeForm(forms.Form):
    """What a version says. ``content`` is it as the action takes it, once the form is right."""

    in_force_from = WholeDateField(
        label=_("In force from"), help_text=_("Tomorrow at the earliest: nobody is told a text of yesterday.")
    )
    legal_bases = forms.MultipleChoiceField(
        label=_("Why the data may be held"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    purposes = forms.MultipleChoiceField(
        label=_("What a household may agree to, one by one"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )

    def __init__(self, *args: Any, shown: PrivacyNotice | None, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        protection = about()["data_protection"]
        self._bases = _by_code(shown.legal_bases if shown else (), protection["legal_bases"])
        self._purposes = _by_code(shown.purposes if shown else (), protection["purposes"])
        for field, told in (("legal_bases", self._bases), ("purposes", self._purposes)):
            self.fields[field].choices = [(code, in_words(one["label"])) for code, one in told.items()]  # type: ignore[attr-defined]
        for language, name in languages().items():
            self.fields[f"text_{language}"] = forms.CharField(
                label=_("Text in %(language)s") % {"language": name},
                max_length=10_000,
                widget=forms.Textarea(attrs={"rows": "12", "lang": language}),
                error_messages={"required": _("Write the text in this language.")},
            )
            self.initial.setdefault(f"text_{language}", shown.texts.get(language, "") if shown else "")
        self.order_fields(
            ["version", *(f"text_{one}" for one in languages()), "legal_bases", "purposes", "in_force_from"]
        )
        earliest = today + timedelta(days=1)
        self.fields["in_force_from"].earliest = earliest  # type: ignore[attr-defined]
        told_of = shown or PrivacyNotice(legal_bases=list(self._bases.values()), purposes=list(self._purposes.values()))
        self.initial.setdefault("legal_bases", [one["code"] for one in told_of.legal_bases])
        self.initial.setdefault("purposes", [one["code"] for one in told_of.purposes or self._purposes.values()])

    @property
    def content(self) -> Content:
        told = self.cleaned_data
        return Content(
            texts={one: told[f"text_{one}"].replace("\r\n", "\n").strip() for one in languages()},
            legal_bases=[one for code, one in self._bases.items() if code in told["legal_bases"]],
            purposes=[one for code, one in self._purposes.items() if code in told["purposes"]],
            in_force_from=told["in_force_from"],
        )


class NewNoticeForm(NoticeForm):
    """A draft with a code of its own."""

    version = version_code(help_text=_("Such as 2027-01. It is written on every registration."))


class ChangeNoticeForm(NoticeForm):
    """A draft that is changed, as it was seen."""

    seen = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)


def _by_code(shown: Told, pack: Told) -> dict[str, Mapping[str, Any]]:
    """The country pack's words, and what the shown version names besides."""
    return {str(one["code"]): one for one in (*shown, *pack)}
