"""The register's own words in another language: what the country pack has of them, and English for the rest.

A file ``words.<language>.yaml`` of the pack holds ``words`` (of pages) and ``issues`` (messages of checks, which may
name something), English first. ``checked`` says whether somebody who speaks the language has read them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from gettext import NullTranslations
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import trans_real

from core import pack

_PLACE = re.compile(r"\{(\d)\}")


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words: by the English ones, and for messages that name something."""

    pages: Mapping[str, str]
    exact: Mapping[str, str]
    patterns: tuple[tuple[Callable[[str], Any], str], ...]
    checked: bool

    def message(self, english: str) -> str:
        """A message as somebody found it, in this language; in English where it is not known."""
        if english in self.exact:
            return self.exact[english]
        for fits, said in self.patterns:
            if found := fits(english):
                return _PLACE.sub(lambda place: str(found[int(place[1]) + 1]), said)
        return english


@lru_cache(maxsize=8)
def words(code: str) -> Words | None:
    """What the country pack has of a language; ``None`` where it has nothing.

    Raises:
        PackError: the file cannot be read.
    """
    name = f"words.{code}.yaml"
    if not code.isalpha() or not (settings.COUNTRY_PACK_DIR / name).is_file():
        return None
    told = pack.read_yaml(settings.COUNTRY_PACK_DIR, name)
    issues: dict[str, str] = told.get("issues") or {}
    return Words(
        pages=told.get("words") or {},
        exact={english: said for english, said in issues.items() if "{" not in english},
        patterns=tuple((_pattern(english), said) for english, said in issues.items() if "{" in english),
        checked=bool(told.get("checked")),
    )


def _pattern(english: str) -> Callable[[str], Any]:
    """Matches what ``english`` says with something in each of its places, which stand in order."""
    texts = [re.escape(text) for text in _PLACE.split(english)[::2]]
    return re.compile("(.+?)".join(texts), re.DOTALL).fullmatch


class _Catalogue(NullTranslations):
    """Texts as the framework's catalogues hold them."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__()
        self._catalog = dict(texts)
        self.plural = lambda n: int(n != 1)


@lru_cache(maxsize=8)
def _taught(code: str) -> bool:
    """Give the framework a language's words, once a process; whether there are any."""
    known = words(code)
    if known is None:
        return False
    trans_real.translation(code).merge(_Catalogue(known.pages))
    return True


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Pages speak a language of the pack, where it has words of it; else they go on in theirs."""
    if code in ("", "en") or not _taught(code):
        yield
        return
    with translation.override(code):
        yield


def unchecked(code: str) -> bool:
    """Whether pages in this language show words that nobody has checked."""
    known = words(code)
    return known is not None and not known.checked
