"""Addresses of the next and the previous page of a list, keeping what was asked."""

from __future__ import annotations

from typing import Any, TypedDict

from django.http import HttpRequest

from core.queries.paging import Page

_LARGEST = 2**63 - 1


class PageUrls(TypedDict):
    """What ``core/_components/_pagination.html`` shows."""

    previous_url: str
    next_url: str


def key_asked(request: HttpRequest, name: str) -> int | None:
    """The key ``after`` or ``before`` of the address; anything that is not a key asks for the first page."""
    text = request.GET.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        return None
    return min(int(text), _LARGEST)


def page_urls(request: HttpRequest, page: Page[Any]) -> PageUrls:
    """The addresses, empty where there is no such page."""
    return {"previous_url": _url(request, "before", page.before), "next_url": _url(request, "after", page.after)}


def _url(request: HttpRequest, name: str, key: int | None) -> str:
    if key is None:
        return ""
    asked = request.GET.copy()
    for old in ("after", "before"):
        asked.pop(old, None)
    asked[name] = str(key)
    return f"{request.path}?{asked.urlencode()}"
