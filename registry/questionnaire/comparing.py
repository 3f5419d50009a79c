"""What differs between two versions, in words. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.intake.vocabulary import Level
from registry.questionnaire.drafting import LISTS
from registry.questionnaire.problems import in_words, words_of

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One key of a thing that is not what it was, both sides in words."""

    key: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A section, question or check that was ``added``, ``removed`` or ``changed`` (then with ``changes``)."""

    kind: str
    how: str
    code: str
    label: str
    changes: tuple[Change, ...] = ()


_RULES = ("relevant_when", "required_when", "must")
_KEYS = (
    "level", "section", "type", "label", "hint", "choices", "unit", "min", "max", "mask",
    "required", "required_when", "relevant_when", "place", "severity", "must", "message", "path",
)  # fmt: skip


def compare(old: Content, new: Content) -> tuple[Difference, ...]:
    """What ``new`` adds, removes and changes, by kind and in the order of asking; the places of things count too."""
    found = []
    for kind, name in LISTS.items():
        before = {row["code"]: row for row in old.get(name) or ()}
        after = {row["code"]: row for row in new.get(name) or ()}
        found += [_one(kind, "removed", row) for code, row in before.items() if code not in after]
        found += [_one(kind, "added", row) for code, row in after.items() if code not in before]
        for code in after.keys() & before.keys():
            changes = _changes(_told(old, before[code]), _told(new, after[code]))
            if changes:
                found.append(_one(kind, "changed", after[code], changes))
        places = [code for code in before if code in after], [code for code in after if code in before]
        if places[0] != places[1]:
            found.append(
                Difference(kind, "moved", "", "", (Change("order", ", ".join(places[0]), ", ".join(places[1])),))
            )
    return tuple(sorted(found, key=lambda one: (list(LISTS).index(one.kind), one.how, one.code)))


def _one(kind: str, how: str, row: Mapping[str, Any], changes: tuple[Change, ...] = ()) -> Difference:
    text = row.get("label") or row.get("message") or {}
    return Difference(kind, how, str(row["code"]), str(text.get("en", row["code"])), changes)


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    return tuple(
        Change(key, before.get(key, ""), after.get(key, ""))
        for key in _KEYS
        if before.get(key, "") != after.get(key, "")
    )


def _told(content: Content, row: Mapping[str, Any]) -> dict[str, str]:
    """Each key of a thing in words."""
    told = {}
    for key in _KEYS:
        value = row.get(key)
        if key == "choices" and row.get("choice_list"):
            value = (content.get("choice_lists") or {}).get(row["choice_list"])
        if value in (None, "", {}, [], False):
            continue
        if key in _RULES and row.get("level") in tuple(Level):
            told[key] = in_words(str(value), words_of(content, Level(row["level"])))
        elif key == "choices":
            told[key] = "; ".join(f"{one['code']}: {_texts(one['label'])}" for one in value)
        elif isinstance(value, Mapping):
            told[key] = _texts(value)
        else:
            told[key] = "yes" if value is True else str(value)
    return told


def _texts(texts: Mapping[str, str]) -> str:
    """One language as it is, several each under its code."""
    if set(texts) == {"en"}:
        return texts["en"]
    return " / ".join(f"{language}: {text}" for language, text in sorted(texts.items()))
