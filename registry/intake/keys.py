"""Numbers of 64 bits under which a person is found by names. Pure.

A part of a name has one key: its sound in the upper half, its spelling in the lower. So one b-tree answers both
questions: who is spelled so is one number, who sounds so is the range of numbers with that upper half. Names together
with an exact birth date have a negative number. Two names may share a number by chance (one pair in two thousand
million): whoever shows a person compares the names themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from hashlib import sha256

from registry.intake import names
from registry.intake.sounds import sound

_HALF = 32
_ALL_BUT_SIGN = (1 << 63) - 1
# Written apart as often as together: 'Ma Thabo, 'Mathabo.
_JOINED = frozenset({"ma", "mma"})


@lru_cache(maxsize=1 << 16)
def parts(name: str) -> tuple[str, ...]:
    """The parts of a name as they are looked up; the mother's prefix belongs to what follows.

    >>> parts("Mpho 'Ma Thabo-Mokoena")
    ('mpho', 'mathabo', 'mokoena')
    """
    joined: list[str] = []
    prefix = ""
    for token in names.tokens(name):
        if token in _JOINED and not prefix:
            prefix = token
            continue
        joined.append(prefix + token)
        prefix = ""
    return tuple([*joined, prefix] if prefix else joined)


@lru_cache(maxsize=1 << 17)
def of_part(part: str) -> int:
    """The key of one part."""
    return _hash(sound(part), _HALF - 1) << _HALF | _hash(part, _HALF)


def alike(part: str) -> tuple[int, int]:
    """The least and the greatest key of parts that sound like this one."""
    first = of_part(part) >> _HALF << _HALF
    return first, first | (1 << _HALF) - 1


def of_names(told: Iterable[str]) -> set[int]:
    """The keys of all parts of some names."""
    return {of_part(part) for name in told if name for part in parts(name)}


def of_name_date(given_names: str, surname: str, born: date) -> int:
    """The key of one person told twice: the same parts of the name in any order, and the same birth date."""
    return of_text(names.name_date(given_names, surname, born))


def of_text(name_date: str) -> int:
    """The negative key of a text. SQL's is in the migration that made keys of texts."""
    return -1 - (int.from_bytes(sha256(name_date.encode()).digest()[:8]) & _ALL_BUT_SIGN)


def _hash(text: str, bits: int) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:4]) >> 32 - bits
