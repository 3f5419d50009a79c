"""Names made comparable: case, accents, hyphens and the order of their parts do not count. Pure."""

from __future__ import annotations

import unicodedata
from datetime import date
from functools import lru_cache

# Letters that do not come apart into a plain letter and an accent.
_PLAIN = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"})


@lru_cache(maxsize=65536)
def tokens(name: str) -> tuple[str, ...]:
    """The parts of a name in plain small letters; an apostrophe joins, anything else that is no letter parts.

    >>> tokens("'Maliteboho  Tšosane-Nkuebe")
    ('maliteboho', 'tsosane', 'nkuebe')
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold().translate(_PLAIN))
    kept = []
    for character in decomposed:
        if character.isalnum():
            kept.append(character)
        elif not unicodedata.combining(character) and character not in "'’‘ʼ`´":
            kept.append(" ")
    return tuple("".join(kept).casefold().split())


def name_date(given_names: str, surname: str, born: date) -> str:
    """The key under which one person told twice is found: all parts of the name sorted, and the exact birth date."""
    return f"{' '.join(sorted(tokens(given_names) + tokens(surname)))}|{born.isoformat()}"
