"""Forms of a questionnaire draft: each carries the digest of the draft that was seen, and errors at their fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.reader import languages
from registry.intake.vocabulary import Level
from registry.questionnaire import QuestionType
from registry.questionnaire.carrying import mapping_sentences
from registry.questionnaire.drafting import NotThere, Taken, find, put, put_mapping
from registry.questionnaire.problems import VERSION_CODE, check_problems, problems, question_problems

Raw = dict[str, Any]
LEVELS = [(Level.HOUSEHOLD.value, _("The household")), (Level.PERSON.value, _("Each member"))]
SEVERITIES = [("warning", _("Warning: a person looks at it")), ("error", _("Error: the household is stopped"))]
TYPES = {
    QuestionType.INTEGER: _("Whole number"),
    QuestionType.DECIMAL: _("Number with decimals"),
    QuestionType.TEXT: _("Text"),
    QuestionType.DATE: _("Date"),
    QuestionType.BOOLEAN: _("Yes or no"),
    QuestionType.CHOICE: _("One choice"),
    QuestionType.CHOICES: _("Several choices"),
    QuestionType.POINT: _("Point on the map"),
    QuestionType.PHOTO: _("Photo"),
}
_RULE = forms.Textarea(attrs={"rows": "2", "spellcheck": "false", "autocomplete": "off"})


class DraftForm(forms.Form):
    """What every form of a draft carries."""

    seen = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)

    def __init__(self, *args: Any, content: Mapping[str, Any], digest: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.content = content
        self.initial["seen"] = digest

    def texts(self, key: str) -> dict[str, str]:
        """The text in each language that was filled in."""
        told = {language: str(self.cleaned_data.get(f"{key}_{language}") or "").strip() for language in languages()}
        return {language: text for language, text in told.items() if text}

    def add_texts(
        self, key: str, label: Any, *, required: bool = False, texts: Mapping[str, str] | None = None
    ) -> None:
        """A field for each language."""
        for language, name in languages().items():
            self.fields[f"{key}_{language}"] = forms.CharField(
                label=f"{label} ({name})", required=required and language == "en", max_length=500
            )
            self.initial[f"{key}_{language}"] = (texts or {}).get(language, "")

    def put_problem(self, field: str, sentence: str) -> None:
        """An error at the field that stands for this key of the content."""
        name = {"label": "label_en", "message": "message_en", "level": "section"}.get(field, field)
        self.add_error(name if name in self.fields else None, sentence)


class SectionForm(DraftForm):
    """A heading under which questions are asked."""

    code = forms.CharField(label=_("Code"), max_length=63, help_text=_("Letters a to z, digits and _"))
    level = forms.ChoiceField(label=_("Whom is this asked about?"), choices=LEVELS, widget=forms.RadioSelect)

    def __init__(self, *args: Any, raw: Raw | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.old = raw or {}
        self.add_texts("label", _("Heading"), required=True, texts=self.old.get("label"))
        self.initial.update({key: self.old[key] for key in ("code", "level") if key in self.old})

    @property
    def raw(self) -> Raw:
        return self.old | {
            "code": self.cleaned_data["code"],
            "level": self.cleaned_data["level"],
            "label": self.texts("label"),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            _held(self, put("section", self.raw, instead_of=self.old.get("code", "")), "section", self.raw["code"])
        return cleaned


class QuestionForm(DraftForm):
    """One question. Its level is that of its section."""

    code = forms.CharField(
        label=_("Code"),
        max_length=63,
        help_text=_(
            "Names the answer in files and rules: letters a to z, digits and _. Never reuse one with another meaning."
        ),
    )
    section = forms.ChoiceField(label=_("Section"))
    type = forms.ChoiceField(label=_("Kind of answer"), choices=[(key.value, label) for key, label in TYPES.items()])
    choices = forms.CharField(label=_("Choices"), required=False, widget=forms.Textarea(attrs={"rows": "6"}))
    unit = forms.CharField(label=_("Unit"), required=False, max_length=40)
    min = forms.DecimalField(label=_("Least value"), required=False)
    max = forms.DecimalField(label=_("Greatest value"), required=False)
    mask = forms.CharField(
        label=_("Form of the text"),
        required=False,
        max_length=200,
        help_text=_("A regular expression, such as [0-9]{4}"),
    )
    place = forms.BooleanField(
        label=_("The answer tells where the household lives"),
        required=False,
        help_text=_("It is hidden with a protected address, as points on the map always are. Marked once, for good."),
    )
    required = forms.BooleanField(label=_("Must be answered when asked"), required=False)
    required_when = forms.CharField(
        label=_("Or must be answered only when"),
        required=False,
        widget=_RULE,
        help_text=_("A rule. Example: size >= 2"),
    )
    relevant_when = forms.CharField(
        label=_("Asked only when"), required=False, widget=_RULE, help_text=_("A rule. Example: age between 4 and 25")
    )
    field_order = ("code", "section", "type")

    def __init__(self, *args: Any, raw: Raw | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.old = raw or {}
        sections = self.content.get("sections") or ()
        self.fields["section"].choices = [  # type: ignore[attr-defined]
            (row["code"], f"{row['label'].get('en', row['code'])} ({dict(LEVELS).get(row['level'], '')})")
            for row in sections
        ]
        self.add_texts("label", _("Question"), required=True, texts=self.old.get("label"))
        self.add_texts("hint", _("Hint"), texts=self.old.get("hint"))
        order = ["code", *(f"label_{one}" for one in languages()), *(f"hint_{one}" for one in languages())]
        self.order_fields([*order, "section", "type", "choices"])
        named = ", ".join(languages().values())
        self.fields["choices"].help_text = _(
            "One a line: code | words. Languages in the order %(languages)s, separated by |. A shared list: @name"
        ) % {"languages": named}
        keys = ["code", "section", "type", "unit", "min", "max", "mask", "place", "required", "required_when"]
        keys.append("relevant_when")
        self.initial.update({key: self.old[key] for key in keys if key in self.old})
        self.initial["choices"] = _choice_lines(self.old)

    @property
    def raw(self) -> Raw:
        """The question as content."""
        told = self.cleaned_data
        level = {row["code"]: row["level"] for row in self.content.get("sections") or ()}.get(told["section"], "")
        raw: Raw = {key: self.old[key] for key in self.old if key not in self.fields and key not in _MADE}
        raw |= {"code": told["code"], "level": level, "section": told["section"], "label": self.texts("label")}
        raw |= {"type": told["type"]} | ({"hint": hint} if (hint := self.texts("hint")) else {})
        raw |= _choices_of(told["choices"])
        for key in ("unit", "mask", "required_when", "relevant_when"):
            if text := str(told.get(key) or "").strip():
                raw[key] = text
        for key in ("min", "max"):
            if told.get(key) is not None:
                number = told[key]
                raw[key] = int(number) if number == number.to_integral_value() else str(number)
        if told["place"]:
            raw["place"] = True
        # An open question says so, as docs/questionnaire.md has it.
        return raw | {"required": bool(told["required"])}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            raw = self.raw
            try:
                new = put("question", raw, instead_of=self.old.get("code", ""))(self.content)
            except (NotThere, Taken) as error:
                self.add_error("code", str(error))
            else:
                for problem in question_problems(new, raw):
                    self.put_problem(problem.field, problem.sentence)
        return cleaned


_MADE = ("level", "label", "hint", "choice_list")


def _choice_lines(raw: Raw) -> str:
    if raw.get("choice_list"):
        return f"@{raw['choice_list']}"
    return "\n".join(
        " | ".join([one["code"], *(one["label"].get(language, "") for language in languages())]).rstrip(" |")
        for one in raw.get("choices") or ()
    )


def _choices_of(text: str) -> Raw:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) == 1 and lines[0].startswith("@"):
        return {"choice_list": lines[0][1:].strip()}
    choices = []
    for line in lines:
        code, *words = (part.strip() for part in line.split("|"))
        label = {language: word for language, word in zip(languages(), words, strict=False) if word}
        choices.append({"code": code, "label": label})
    return {"choices": choices} if choices else {}


class CheckForm(DraftForm):
    """A rule that holds when the record is in order."""

    code = forms.CharField(label=_("Code"), max_length=63, help_text=_("Letters a to z, digits and _"))
    level = forms.ChoiceField(label=_("What is checked?"), choices=LEVELS, widget=forms.RadioSelect)
    must = forms.CharField(
        label=_("What must hold"),
        widget=_RULE,
        help_text=_("A rule. The check speaks where it is false, not where an answer is missing."),
    )
    severity = forms.ChoiceField(label=_("Where it does not hold"), choices=SEVERITIES, widget=forms.RadioSelect)
    path = forms.CharField(label=_("Question or column that the message points to"), required=False, max_length=63)

    def __init__(self, *args: Any, raw: Raw | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.old = raw or {}
        self.add_texts("message", _("Message"), required=True, texts=self.old.get("message"))
        self.order_fields(["code", "level", "must", "severity", *(f"message_{one}" for one in languages()), "path"])
        self.initial.update(
            {key: self.old[key] for key in ("code", "level", "must", "severity", "path") if key in self.old}
        )

    @property
    def raw(self) -> Raw:
        told = self.cleaned_data
        raw: Raw = {key: told[key].strip() for key in ("code", "level", "must", "severity")}
        return raw | {"message": self.texts("message")} | ({"path": told["path"]} if told["path"] else {})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            raw = self.raw
            edit = put("check", raw, instead_of=self.old.get("code", ""))
            _held(self, edit, "check", raw["code"])
        return cleaned


def _held(form: DraftForm, edit: Any, kind: str, code: str) -> None:
    """Say at their fields what would be wrong with the thing after the edit."""
    try:
        new = edit(form.content)
    except (NotThere, Taken) as error:
        form.add_error("code", str(error))
        return
    if kind == "check":
        found = check_problems(new, find(new, "check", code))
    else:
        found = [one for one in problems(new) if one.kind == kind and one.code == code]
    for problem in found:
        form.put_problem(problem.field, problem.sentence)


class MappingForm(DraftForm):
    """How answers of the earlier version are carried over."""

    base = forms.CharField(
        label=_("From version"),
        required=False,
        max_length=40,
        help_text=_("Empty: nothing is carried over but what keeps its code."),
    )
    questions = forms.CharField(
        label=_("Questions that were renamed"),
        required=False,
        widget=forms.Textarea(attrs={"rows": "5"}),
        help_text=_("One a line: old code = new code. Nothing after = where the answer is dropped."),
    )
    choices = forms.CharField(
        label=_("Choices that were renamed"),
        required=False,
        widget=forms.Textarea(attrs={"rows": "5"}),
        help_text=_("One a line: question (new code): old choice = new choice"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mapping = self.content.get("mapping") or {}
        self.initial.update(
            {
                "base": mapping.get("from", ""),
                "questions": "\n".join(
                    f"{old} = {new or ''}".strip() for old, new in (mapping.get("questions") or {}).items()
                ),
                "choices": "\n".join(
                    f"{code}: {old} = {new or ''}".strip()
                    for code, pairs in (mapping.get("choices") or {}).items()
                    for old, new in pairs.items()
                ),
            }
        )

    @property
    def mapping(self) -> Raw:
        """The mapping as content; nothing where nothing was said."""
        told = self.cleaned_data
        questions = dict(_pairs(told["questions"]))
        choices: dict[str, dict[str, str | None]] = {}
        for left, new in _pairs(told["choices"]):
            code, _colon, old = left.partition(":")
            choices.setdefault(code.strip(), {})[old.strip()] = new
        parts = {"from": told["base"].strip(), "questions": questions, "choices": choices}
        return {key: part for key, part in parts.items() if part}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            for sentence in mapping_sentences(put_mapping(self.mapping)(self.content)):
                self.add_error(None, sentence)
        return cleaned


def _pairs(text: str) -> list[tuple[str, str | None]]:
    found = []
    for line in text.splitlines():
        old, equals, new = line.partition("=")
        if old.strip():
            found.append((old.strip(), new.strip() or None if equals else None))
    return found


def version_code(**options: Any) -> forms.RegexField:
    """The code of a version that is to be made."""
    return forms.RegexField(
        rf"^(?:{VERSION_CODE.pattern})",
        label=_("Code of the new version"),
        error_messages={"invalid": _("Letters, digits, dots and hyphens, at most 40.")},
        **options,
    )


class CopyForm(forms.Form):
    """A new draft from the version that is shown."""

    code = version_code(help_text=_("Such as 2027.1"))
    label = forms.CharField(label=_("Name of the new version"), max_length=120)


class UploadForm(forms.Form):
    """An XLSForm as a new draft."""

    code = version_code()
    file = forms.FileField(label=_("XLSForm"), help_text=_("A workbook (.xlsx) with the sheets survey and choices"))


class PublishForm(forms.Form):
    """What the publisher saw, so that nothing else is published."""

    seen = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
