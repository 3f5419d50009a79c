"""A questionnaire version ready to show, troubles or not: from the data itself, each rule in words on its own."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from registry.forms.questionnaire import TYPES
from registry.intake.vocabulary import Level
from registry.models import QuestionnaireVersion
from registry.queries.questionnaires import in_words
from registry.questionnaire import QuestionType
from registry.questionnaire.problems import in_words as rule_in_words
from registry.questionnaire.problems import words_of

Shown = dict[str, Any]


def sections_shown(version: QuestionnaireVersion, *, editing: bool) -> list[Shown]:
    """Sections in their order, each with its questions; questions without a section at the end."""
    content = version.content
    words = {level: words_of(content, level) for level in Level}
    rows = [*content.get("sections", ()), *_strays(content)]
    return [
        {
            "code": row["code"],
            "title": in_words(row.get("label")) or row["code"],
            "level": _("About the household") if row.get("level") == "household" else _("About each member"),
            "questions": [
                _question(version, one, words, editing)
                for one in content.get("questions", ())
                if one.get("section") == row["code"]
            ],
            "edit_url": _url("section", version, row["code"]) if editing else "",
            "add_url": f"{_url('question_add', version)}?section={row['code']}" if editing else "",
        }
        for row in rows
    ]


def _strays(content: dict[str, Any]) -> list[Shown]:
    known = {row["code"] for row in content.get("sections", ())}
    lost = dict.fromkeys(
        one.get("section", "") for one in content.get("questions", ()) if one.get("section") not in known
    )
    return [{"code": code, "label": {"en": _("Without a section: %(code)s") % {"code": code}}} for code in lost]


def _question(version: QuestionnaireVersion, raw: Shown, words: Any, editing: bool) -> Shown:
    level = raw.get("level")
    lists = version.content.get("choice_lists") or {}
    choices = lists.get(raw.get("choice_list")) or raw.get("choices") or ()
    facts = [_kind(raw), *_limits(raw)]
    if raw.get("required"):
        facts.append(_("Must be answered when asked"))
    rules = []
    for key, label in (("relevant_when", _("Asked only when")), ("required_when", _("Must be answered when"))):
        if raw.get(key):
            told = rule_in_words(str(raw[key]), words[Level(level)]) if level in tuple(Level) else raw[key]
            rules.append(f"{label}: {told}")
    return {
        "code": raw["code"],
        "label": in_words(raw.get("label")),
        "hint": in_words(raw.get("hint")),
        "facts": ", ".join(str(fact) for fact in facts),
        "rules": rules,
        "choices": [f"{in_words(one.get('label'))} ({one.get('code')})" for one in choices],
        "edit_url": _url("question", version, raw["code"]) if editing else "",
    }


def _kind(raw: Shown) -> Any:
    return TYPES[QuestionType(raw["type"])] if raw.get("type") in tuple(QuestionType) else raw.get("type")


def _limits(raw: Shown) -> list[str]:
    unit = f" {raw['unit']}" if raw.get("unit") else ""
    least, most = raw.get("min"), raw.get("max")
    found = []
    if least is not None and most is not None:
        found.append(_("from %(least)s to %(most)s%(unit)s") % {"least": least, "most": most, "unit": unit})
    elif least is not None:
        found.append(_("at least %(least)s%(unit)s") % {"least": least, "unit": unit})
    elif most is not None:
        found.append(_("at most %(most)s%(unit)s") % {"most": most, "unit": unit})
    if raw.get("mask"):
        found.append(_("in the form %(mask)s") % {"mask": raw["mask"]})
    if raw.get("place"):
        found.append(_("tells where the household lives"))
    return found


def checks_shown(version: QuestionnaireVersion, *, editing: bool) -> list[Shown]:
    """Checks in words."""
    words = {level: words_of(version.content, level) for level in Level}
    return [
        {
            "code": raw["code"],
            "message": in_words(raw.get("message")),
            "must": rule_in_words(str(raw.get("must", "")), words[Level(raw["level"])])
            if raw.get("level") in tuple(Level)
            else raw.get("must", ""),
            "severity": _("Error") if raw.get("severity") == "error" else _("Warning"),
            "tone": "bad" if raw.get("severity") == "error" else "waiting",
            "edit_url": _url("check", version, raw["code"]) if editing else "",
        }
        for raw in version.content.get("checks", ())
    ]


def _url(name: str, version: QuestionnaireVersion, *more: str) -> str:
    return reverse(f"registry:questionnaire_{name}", args=[version.code, *more])
