"""In which language somebody reads what is data: labels of questions, messages of checks, the privacy notice.

The pages' own words are ``core.own_words``: the country pack offers more languages than it has words of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils.translation import get_language
from django.utils.translation.trans_real import parse_accept_lang_header

from core.pack import about

_chosen: ContextVar[str] = ContextVar("reader_language", default="")


def languages() -> dict[str, str]:
    """The languages of the country pack by code, English first."""
    told = {str(one["code"]): str(one["name"]) for one in about().get("languages") or ()}
    return {"en": told.pop("en", "English")} | told


def language() -> str:
    """The code of the reader's language: the one chosen for them, else that of the page."""
    return _chosen.get() or (get_language() or "en").split("-")[0]


@contextmanager
def reading_in(code: str) -> Iterator[None]:
    """Choose a language for whoever reads; one that is not offered, or none, leaves the page's."""
    token = _chosen.set(code if code in languages() else "")
    try:
        yield
    finally:
        _chosen.reset(token)


def accepted(header: str) -> str:
    """The first language of an ``Accept-Language`` header that is offered; empty where none is."""
    wanted = (code.split("-")[0] for code, _quality in parse_accept_lang_header(header.lower()))
    return next((code for code in wanted if code in languages()), "")


def in_language(texts: Mapping[str, str]) -> str:
    """A text in the reader's language, else in English, else in the first language it has."""
    return texts.get(language()) or texts.get("en") or next(iter(texts.values()), "")
