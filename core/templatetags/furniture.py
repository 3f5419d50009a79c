"""Template tags of the pages: forms in the GOV.UK patterns, tags, figures.

Load with ``{% load furniture %}``; `docs/design-guide.md` shows each of them.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from typing import Any

from django import template
from django.forms import BaseForm, BaseFormSet, BoundField, Form, IntegerField, widgets
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.formats import number_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from core.forms.one_shot import FIELD_NAME
from core.forms.widgets import DateInputs

register = template.Library()

TONES = ("neutral", "waiting", "progress", "good", "bad")

# Most particular class first: a radio group is also a select to Django.
KINDS: tuple[tuple[type[widgets.Widget], str, str], ...] = (
    (DateInputs, "date", ""),
    (widgets.CheckboxSelectMultiple, "checkboxes", ""),
    (widgets.RadioSelect, "radios", ""),
    (widgets.CheckboxInput, "checkbox", "govuk-checkboxes__input"),
    (widgets.Select, "input", "govuk-select"),
    (widgets.Textarea, "input", "govuk-textarea"),
    (widgets.FileInput, "input", "govuk-file-upload"),
    (widgets.Widget, "input", "govuk-input"),
)


def _kind(field: BoundField) -> tuple[str, str]:
    return next((kind, css) for widget, kind, css in KINDS if isinstance(field.field.widget, widget))


def _target_id(field: BoundField) -> str:
    """The id of the first thing that can take the focus in this field."""
    kind, _css = _kind(field)
    suffix = {"date": "_day", "radios": "_0", "checkboxes": "_0"}.get(kind, "")
    return f"{field.auto_id}{suffix}"


def _input_attrs(field: BoundField, css: str, width: object) -> dict[str, str]:
    classes = [css]
    if width:
        classes.append(f"{css}--width-{width}" if str(width).isdecimal() else f"govuk-!-width-{width}")
    if field.errors:
        classes.append(f"{css}--error")
    own = field.field.widget.attrs.get("class")
    if own:
        classes.append(own)
    attrs = {"class": " ".join(classes)}
    if isinstance(field.field.widget, widgets.NumberInput):
        attrs["inputmode"] = "numeric" if type(field.field) is IntegerField else "decimal"
    if isinstance(field.field.widget, widgets.Textarea) and field.field.widget.attrs.get("rows") == "10":
        attrs["rows"] = "4"  # Django's ten rows push the button off a phone's screen
    return attrs


def _widget(field: BoundField) -> widgets.Widget:
    """The widget to draw: a number box becomes a text box with the right keyboard, and no placeholders.

    Number boxes lose what they do not understand, and change when somebody scrolls; placeholders
    are gone when they are needed, and too pale to read.
    """
    widget = field.field.widget
    if "placeholder" in widget.attrs:
        widget = copy(widget)
        widget.attrs = {name: value for name, value in widget.attrs.items() if name != "placeholder"}
    if isinstance(widget, widgets.NumberInput):
        widget = copy(widget)
        widget.input_type = "text"
        widget.attrs = {name: value for name, value in widget.attrs.items() if name not in ("min", "max", "step")}
    return widget


@register.simple_tag
def govuk_field(field: BoundField, **options: Any) -> SafeString:
    """One field with label, hint, error and control.

    Options: ``width`` (2, 3, 4, 5, 10, 20 characters, or ``one-half`` and the like), ``hint`` (``False`` for none),
    ``label``, ``label_size`` (s, m, l), ``inline`` (radios side by side), ``heading`` (the label is the page's h1).
    """
    if field.is_hidden:
        return field.as_widget()
    if options.get("hint") is False:
        field.help_text = ""
    kind, css = _kind(field)
    described_by = [f"{field.auto_id}_helptext"] if options.get("hint") or field.help_text else []
    if field.errors:
        described_by.append(f"{field.auto_id}_error")
    context: dict[str, Any] = {
        "field": field,
        "kind": kind,
        "target_id": _target_id(field),
        "described_by": " ".join(described_by),
        "hint": options.get("hint") or field.help_text,
        "label": options.get("label") or field.label,
        "label_size": options.get("label_size", ""),
        "inline": options.get("inline", False),
        "heading": options.get("heading", False),
        "optional": not field.field.required and kind != "checkbox" and getattr(field.form, "mark_optional", True),
    }
    if kind in ("radios", "checkboxes"):
        hints = getattr(field.field, "choice_hints", {})
        context["choices"] = [
            {
                "id": f"{field.auto_id}_{index}",
                "name": choice.data["name"],
                "value": choice.data["value"],
                "label": choice.choice_label,
                "checked": choice.data["selected"],
                "hint": hints.get(str(choice.data["value"]), ""),
            }
            for index, choice in enumerate(field.subwidgets)
        ]
    else:
        attrs: dict[str, str | bool] = {**_input_attrs(field, css, options.get("width"))} if css else {}
        if described_by and kind != "date":
            attrs["aria-describedby"] = " ".join(described_by)
        context["control"] = field.as_widget(widget=_widget(field), attrs=attrs)
    return mark_safe(render_to_string("core/_components/_field.html", context))


@register.simple_tag
def govuk_form(form: BaseForm) -> SafeString:
    """Every field of a form in its order, hidden ones too. The errors' summary stands apart: ``error_summary``."""
    return mark_safe(render_to_string("core/_components/_form.html", {"form": form}))


def _summary_lines(form: BaseForm) -> Iterator[dict[str, object]]:
    for message in form.non_field_errors():
        yield {"message": message, "target": ""}
    for field in form:
        for message in field.errors:
            if field.is_hidden:
                yield {"message": message, "target": ""}
            else:
                yield {"label": field.label, "message": message, "target": _target_id(field)}


def _forms(
    several: Iterable[BaseForm | BaseFormSet[Any] | list[BaseForm] | str | None],
) -> Iterator[BaseForm | BaseFormSet[Any]]:
    for one in several:
        if isinstance(one, BaseFormSet):
            yield one
            yield from one.forms
        elif isinstance(one, list):
            yield from _forms(one)
        elif isinstance(one, BaseForm):
            yield one


@register.inclusion_tag("core/_components/_error_summary.html")
def error_summary(*forms: BaseForm | BaseFormSet[Any] | list[BaseForm] | str | None) -> dict[str, Any]:
    """All that is wrong, at the top of the page, each line leading to its field. Takes forms, lists and formsets."""
    lines: list[dict[str, object]] = []
    for form in _forms(forms):
        if not form.is_bound:
            continue
        if isinstance(form, BaseFormSet):
            lines += [{"message": message, "target": ""} for message in form.non_form_errors()]
        else:
            lines += _summary_lines(form)
    return {"lines": lines}


@register.simple_tag(takes_context=True)
def one_shot(context: Context) -> SafeString:
    """The hidden one-time key, for a form whose ``Form`` does not carry it. A page shown again keeps its key."""
    form = context.get("form")
    if isinstance(form, Form) and FIELD_NAME in form.fields:
        return form[FIELD_NAME].as_widget()
    request = context.get("request")
    key = request.POST.get(FIELD_NAME) if request is not None else None
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD_NAME, key or uuid.uuid4())


@register.inclusion_tag("core/_components/_status_tag.html")
def status_tag(text: str, tone: str = "neutral") -> dict[str, str]:
    """A state in a coloured box. Tones: neutral, waiting, progress, good, bad; the words carry the meaning."""
    return {"text": text, "tone": tone if tone in TONES else "neutral"}


@register.filter
def duration(seconds: float | None) -> str:
    """About how long, in words an officer uses: "2 minutes"."""
    if seconds is None:
        return ""
    if seconds < 60:
        whole = max(1, round(seconds))
        return ngettext("%(n)s second", "%(n)s seconds", whole) % {"n": whole}
    if seconds < 3600:
        whole = round(seconds / 60)
        return ngettext("%(n)s minute", "%(n)s minutes", whole) % {"n": whole}
    whole = round(seconds / 3600)
    return ngettext("%(n)s hour", "%(n)s hours", whole) % {"n": whole}


@register.filter
def at(items: Sequence[Any], index: int) -> Any:
    """The item at a position, or nothing."""
    return items[index] if index < len(items) else ""


@register.filter
def unlocalised(figure: float | None) -> str:
    """A number as machines write it, for attributes: ``12.5`` in every language."""
    return "" if figure is None else str(figure)


@register.filter
def words(code: str) -> str:
    """A code as words: ``not_assessable`` becomes "Not assessable"."""
    text = str(code).replace("_", " ")
    return text[:1].upper() + text[1:]


@register.filter
def figure(value: object) -> str:
    """A whole number with its thousands set apart as the language does (a comma, or a narrow space); else as it is."""
    if isinstance(value, int) and not isinstance(value, bool):
        return number_format(value, use_l10n=True, force_grouping=True)
    return "" if value is None else str(value)


@register.filter
def or_dash(value: object) -> str:
    """A value before or after a change; a dash where there was or will be none."""
    return "–" if value is None or value == "" else str(value)


# A reference, such as HH-4TA4DTCVMM-C, or a serial number of paper forms.
_REFERENCE = re.compile(r"\b[A-Z]{2,3}-[0-9A-Z]{6,12}-[0-9A-Z]\b")


@register.filter
def unbroken(text: str) -> SafeString:
    """A text in which a line never ends inside a reference: it is read out and typed as one."""
    return mark_safe(_REFERENCE.sub(r'<span class="app-unbroken">\g<0></span>', conditional_escape(text)))
