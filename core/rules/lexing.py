"""Reads the source into the few kinds of token there are, before any recursive parser sees it.

Everything that the language does not have (comments, casts, quoted names, placeholders, strings
with escapes) is refused here, with its position; so are sources that are too long or too deep.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from typing import Literal as Word

from core.rules.errors import RuleError
from core.rules.vocabulary import FUNCTIONS, KEYWORDS, Vocabulary

MAX_LENGTH = 4_000
MAX_TOKENS = 1_200
MAX_NESTING = 20

Kind = Word["keyword", "function", "name", "number", "text", "symbol"]

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
    r"|(?P<text>'(?:[^']|'')*')"
    r"|(?P<symbol><>|!=|<=|>=|[-+*/(),=<>])"
)
_REFUSED = {
    "--": "Comments are not part of a rule; put a space between two minus signs.",
    "/*": "Comments are not part of a rule.",
    "::": "Casts are not part of a rule.",
    "||": "Joining texts is not part of a rule.",
    '"': "Names are written without quotation marks; texts stand in 'single' ones.",
    ";": "A rule is one expression, without a semicolon.",
    "$": "Placeholders are not part of a rule.",
    "?": "Placeholders are not part of a rule.",
    ":": "Placeholders are not part of a rule.",
    "'": "A text is not closed: its second ' is missing.",
}


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    text: str
    position: int


def read(source: str, *, vocabulary: Vocabulary) -> list[Token]:
    """The tokens of the source, each held to the language and to the vocabulary.

    Raises:
        RuleError: the source is too long, too deep, or holds something the language has not.
    """
    if len(source) > MAX_LENGTH:
        raise RuleError(f"The rule is longer than {MAX_LENGTH:,} characters.")
    tokens: list[Token] = []
    position, glued = 0, False
    while position < len(source):
        _refuse_foreign(source, position)
        found = _TOKEN.match(source, position)
        assert found is not None and found.lastgroup is not None
        kind, text = found.lastgroup, found.group()
        if glued and kind in ("word", "number", "text"):
            raise RuleError("Something is missing before this, or a space.", position=position)
        glued = kind in ("word", "number", "text")
        if kind == "word":
            _refuse_lookalike(source, found.end())
            tokens.append(_word(text, source, found.end(), position, vocabulary))
        elif kind != "space":
            if kind == "text":
                _check_text(text, position)
            tokens.append(Token(kind, text, position))  # type: ignore[arg-type]
        position = found.end()
    if not tokens:
        raise RuleError("The rule is empty.")
    if len(tokens) > MAX_TOKENS:
        raise RuleError(f"The rule has more than {MAX_TOKENS:,} words and signs.")
    _check_neighbours(tokens)
    _check_nesting(tokens)
    return tokens


def text_of(token: str) -> str:
    """The text between the quotation marks."""
    return token[1:-1].replace("''", "'")


def _refuse_foreign(source: str, position: int) -> None:
    for sign, sentence in _REFUSED.items():
        if source.startswith(sign, position) and not (sign == "'" and _TOKEN.match(source, position)):
            raise RuleError(sentence, position=position)
    if _TOKEN.match(source, position) is None:
        sign = source[position]
        called = unicodedata.name(sign, f"U+{ord(sign):04X}")
        raise RuleError(f"The character {sign!r} ({called}) has no place here.", position=position)


def _refuse_lookalike(source: str, position: int) -> None:
    """A word that goes on in letters of another alphabet is not the word that it looks like."""
    if position < len(source) and not source[position].isascii():
        _refuse_foreign(source, position)


def _word(text: str, source: str, end: int, position: int, vocabulary: Vocabulary) -> Token:
    word = text.lower()
    if word in KEYWORDS:
        return Token("keyword", word, position)
    called = source[end:].lstrip(" \t\r\n").startswith("(")
    if called:
        if word in FUNCTIONS:
            return Token("function", word, position)
        raise RuleError(
            f"There is no function '{text}'.",
            position=position,
            suggestion=nearest(word, FUNCTIONS),
        )
    if word in vocabulary:
        return Token("name", word, position)
    if word in FUNCTIONS:
        raise RuleError(f"The function '{word}' needs its brackets.", position=position)
    raise RuleError(
        f"There is no variable '{text}'.",
        position=position,
        suggestion=nearest(word, vocabulary),
    )


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, if one is near."""
    found = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return found[0] if found else None


def _check_text(text: str, position: int) -> None:
    """Refuses what some engine or driver might read as more than a plain character."""
    for offset, sign in enumerate(text):
        if sign in "\\%" or unicodedata.category(sign)[0] == "C" or sign in "\u2028\u2029":
            raise RuleError(f"The character {sign!r} is not allowed in a text.", position=position + offset)


def _ends_value(token: Token) -> bool:
    if token.kind in ("name", "number", "text"):
        return True
    return token.text in (")", "end", "null", "true", "false")


def _check_neighbours(tokens: list[Token]) -> None:
    """Refuses what sqlglot would quietly drop, rename or join."""
    for before, token in pairwise([Token("symbol", "(", 0), *tokens]):
        begins = token.kind in ("name", "number", "text", "function") or token.text == "("
        if _ends_value(before) and begins:
            raise RuleError("Something is missing before this.", position=token.position)
        if before.text == "," and token.text == ")":
            raise RuleError("Something is missing after the comma.", position=token.position)
        if token.text == "+" and not _ends_value(before):
            raise RuleError("Something is missing before this '+'.", position=token.position)
        if before.text == "date" and token.kind != "text":
            raise RuleError("A date is written date '2026-01-31' (year, month, day).", position=before.position)


def _check_nesting(tokens: list[Token]) -> None:
    """Counts brackets, cases and runs of not and minus, as a recursive parser would descend."""
    levels = [[0, 0]]  # for each open bracket or case: the nots open in it, the signs in a row
    previous: Token | None = None
    for token in tokens:
        sign = token.text if token.kind in ("keyword", "symbol") else ""
        if sign in ("(", "case"):
            levels.append([0, 0])
        elif sign in (")", "end"):
            if len(levels) == 1:
                raise RuleError(f"This '{sign}' closes nothing.", position=token.position)
            levels.pop()
        elif sign == "not":
            levels[-1][0] += 1
        elif sign in ("-", "+") and (previous is None or not _ends_value(previous)):
            levels[-1][1] += 1
        elif sign in ("and", "or", ",", "when", "then", "else"):
            levels[-1] = [0, 0]
        elif _ends_value(token):
            levels[-1][1] = 0
        if len(levels) - 1 + sum(map(sum, levels)) > MAX_NESTING:
            raise RuleError(f"The rule is nested more than {MAX_NESTING} deep.", position=token.position)
        previous = token
    if len(levels) > 1:
        raise RuleError("A bracket or a 'case' is not closed.", position=tokens[-1].position)
