"""Editing the content of a draft: small pure changes, each giving new content. Pure: no Django.

The content is data of the shape that docs/questionnaire.md describes; what is wrong with it is said by
``registry.questionnaire.problems``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from registry.questionnaire.version import QuestionnaireError

Content = Mapping[str, Any]
Edit = Callable[[Content], dict[str, Any]]

LISTS = {"section": "sections", "question": "questions", "check": "checks"}


class NotThere(QuestionnaireError):
    """What is to be changed is not in this draft (any more)."""


class Taken(QuestionnaireError):
    """This code stands for something else in this draft already."""


def find(content: Content, kind: str, code: str) -> dict[str, Any]:
    """The section, question or check of this code.

    Raises:
        NotThere: there is none.
    """
    for raw in content.get(LISTS[kind]) or ():
        if raw.get("code") == code:
            return dict(raw)
    raise NotThere(f"There is no {kind} {code!r} in this version.")


def put(kind: str, raw: Mapping[str, Any], *, instead_of: str = "") -> Edit:
    """Add a section, question or check at the end of its kind (a question: of its section), or replace one.

    Raises (when applied):
        Taken: another one bears the code.
        NotThere: what is to be replaced is gone.
    """

    def edit(content: Content) -> dict[str, Any]:
        new = deepcopy(dict(content))
        rows = new.setdefault(LISTS[kind], [])
        if raw["code"] != instead_of and any(row.get("code") == raw["code"] for row in rows):
            raise Taken(f"The {kind} {raw['code']!r} is there already.")
        if not instead_of:
            rows.insert(_end(rows, kind, raw), dict(raw))
            return new
        place = _place(rows, kind, instead_of)
        if kind == "question" and rows[place].get("section") != raw.get("section"):
            rows.pop(place)
            rows.insert(_end(rows, kind, raw), dict(raw))
        else:
            rows[place] = dict(raw)
        if kind == "section" and raw["code"] != instead_of:
            for question in new.get("questions") or ():
                if question.get("section") == instead_of:
                    question["section"] = raw["code"]
        return new

    return edit


def remove(kind: str, code: str) -> Edit:
    """Take a section, question or check out. A section takes its questions with it."""

    def edit(content: Content) -> dict[str, Any]:
        new = deepcopy(dict(content))
        rows = new.get(LISTS[kind]) or []
        rows.pop(_place(rows, kind, code))
        if kind == "section":
            new["questions"] = [row for row in new.get("questions") or () if row.get("section") != code]
        return new

    return edit


def move(kind: str, code: str, *, by: int) -> Edit:
    """Move one place up (-1) or down (+1) among its own: questions within their section, sections within their level.

    At the edge nothing changes.
    """

    def edit(content: Content) -> dict[str, Any]:
        new = deepcopy(dict(content))
        rows = new.get(LISTS[kind]) or []
        place = _place(rows, kind, code)
        other = place + by
        while 0 <= other < len(rows) and _family(kind, rows[other]) != _family(kind, rows[place]):
            other += by
        if 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
        return new

    return edit


def put_mapping(mapping: Mapping[str, Any]) -> Edit:
    """Declare how answers of an earlier version are carried over (``registry.questionnaire.carrying``)."""

    def edit(content: Content) -> dict[str, Any]:
        new = deepcopy(dict(content))
        new.pop("mapping", None)
        if mapping:
            new["mapping"] = dict(mapping)
        return new

    return edit


def copy_of(content: Content, *, code: str, label: Mapping[str, str]) -> dict[str, Any]:
    """A new version that asks the same; the mapping starts from the version copied."""
    new = deepcopy(dict(content))
    new.pop("valid_from", None)
    new.pop("status", None)
    return new | {"version": code, "label": dict(label), "mapping": {"from": str(content["version"])}}


def _family(kind: str, raw: Mapping[str, Any]) -> Any:
    return raw.get("section") if kind == "question" else raw.get("level")


def _end(rows: list[dict[str, Any]], kind: str, raw: Mapping[str, Any]) -> int:
    """Behind the last of its family, so that a section's questions stay together."""
    alike = [place for place, row in enumerate(rows) if _family(kind, row) == _family(kind, raw)]
    return alike[-1] + 1 if alike and kind == "question" else len(rows)


def _place(rows: list[dict[str, Any]], kind: str, code: str) -> int:
    for place, row in enumerate(rows):
        if row.get("code") == code:
            return place
    raise NotThere(f"There is no {kind} {code!r} in this version.")
