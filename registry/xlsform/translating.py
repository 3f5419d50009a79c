"""XPath of other people's forms as rules: the plain subset that people write. Pure: no Django."""

from __future__ import annotations

import re
from typing import Any

from core.rules import Type, Vocabulary


class Untranslatable(Exception):
    """This XPath has no counterpart in the rules language."""


_TOKEN = re.compile(
    r"\s*(?:(?P<selected>selected\(\s*\$\{(?P<of>\w+)\}\s*,\s*(?P<choice>'[^']*'|\"[^\"]*\")\s*\))"
    r"|(?P<name>\$\{\w+\})|(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<not>not\s*\()|(?P<word>and\b|or\b)|(?P<sign>!=|<=|>=|[=<>()+-]))"
)
_RANGE = re.compile(r"\.\s*(>=|<=)\s*(-?[0-9]+(?:\.[0-9]+)?)\Z")
_MASK = re.compile(r"regex\(\s*\.\s*,\s*'\^?\(?(.*?)\)?\$?'\s*\)\Z")


def to_rule(xpath: str, words: Vocabulary) -> str:
    """The condition as source of a rule; the caller parses it.

    Raises:
        Untranslatable: it uses anything but names, texts, numbers, comparisons, selected(), not(), and, or.
    """
    found: list[str] = []
    place = 0
    text = xpath.strip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.end() == place:
            raise Untranslatable(f"The part {text[place : place + 20]!r} is not understood.")
        found.append(_said(match, words))
        place = match.end()
    return _blanks(_booleans(found, words))


def _said(match: re.Match[str], words: Vocabulary) -> str:
    if match["selected"]:
        choice = _quoted(match["choice"])
        symbol = words.get(match["of"])
        if symbol is not None and symbol.type is Type.CHOICES:
            return f"contains({match['of']}, {choice})"
        if symbol is not None and symbol.type is Type.BOOLEAN:
            return f"({match['of']} = {'true' if choice == _YES else 'false'})"
        return f"({match['of']} = {choice})"
    if match["name"]:
        return match["name"][2:-1]
    if match["text"]:
        return _quoted(match["text"])
    if match["not"]:
        return "not ("
    return (match["number"] or match["word"] or match["sign"]).replace("!=", "<>")


_YES = "'yes'"


def _quoted(text: str) -> str:
    return "'" + text[1:-1].replace("'", "''") + "'"


def _booleans(tokens: list[str], words: Vocabulary) -> list[str]:
    """Yes-or-no questions are compared with 'yes' and 'no' there, and with true and false here."""
    new = list(tokens)
    for place in range(len(tokens) - 2):
        symbol = words.get(tokens[place])
        if symbol is not None and symbol.type is Type.BOOLEAN and tokens[place + 2] in ("'yes'", "'no'"):
            new[place + 2] = "true" if tokens[place + 2] == _YES else "false"
    return new


def _blanks(tokens: list[str]) -> str:
    """A comparison with the empty text asks whether the answer is missing."""
    said = " ".join(tokens)
    return re.sub(r"<> ''(?!')", "is not null", re.sub(r"(?<!<)= ''(?!')", "is null", said))


def limits_of(constraint: str, *, numeric: bool) -> dict[str, Any] | None:
    """Least, greatest and mask that a constraint says, or None where it says something else."""
    if not constraint:
        return {}
    found: dict[str, Any] = {}
    for part in re.split(r"\s+and\s+", constraint.strip().strip("()")) if numeric else ():
        match = _RANGE.match(part.strip())
        if match is None:
            return None
        number = float(match[2]) if "." in match[2] else int(match[2])
        found["min" if match[1] == ">=" else "max"] = number
    if not numeric:
        match = _MASK.match(constraint.strip())
        if match is None:
            return None
        found["mask"] = match[1]
    return found
