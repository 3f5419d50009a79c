"""Walking from page to page as a person does, into every file, and what of a protected household is met there."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter, deque
from collections.abc import Mapping

from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve
from pypdf import PdfReader

from tests.architecture.planted import HIDDEN, NUMBERS

MOST = 400
#: Ten villages are as good as a thousand: hers are named where the walk begins.
ALIKE = 10
_LINK = re.compile(r'(?:href|hx-get|action)="(/[^"#]*)')
# Leaving ends the walk; what is built is no page.
_NOT_FOLLOWED = ("/account/", "/static/", "/admin/")


def text_of(answer: HttpResponse) -> str:
    """What a person reads of an answer: a page, or a file opened as their programs open it."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as bundle:
            return "\n".join(bundle.read(name).decode("utf-8", "replace") for name in bundle.namelist())
    return content.decode("utf-8", "replace")


def kind_of(path: str) -> str:
    """The name of what answers at an address; a link that leads nowhere is a kind of its own."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return path


def walk(client: Client, *starts: str) -> dict[str, str]:
    """What links lead to, page or file, by address: of each kind of page as many as ``ALIKE``, hers among them.

    Query strings are followed once for each address.
    """
    waiting, seen, alike = deque(starts), dict[str, str](), Counter[str]()
    known = {address.partition("?")[0] for address in starts}
    while waiting and len(seen) < MOST:
        address = waiting.popleft()
        answer = client.get(address, follow=True)
        if answer.status_code != 200:
            continue
        text = seen[address] = text_of(answer)
        if "html" not in answer.headers.get("Content-Type", ""):
            continue
        for link in _LINK.findall(text):
            path = link.partition("?")[0]
            if path not in known and not path.startswith(_NOT_FOLLOWED):
                known.add(path)
                alike[kind := kind_of(path)] += 1
                if alike[kind] <= ALIKE:
                    waiting.append(link.replace("&amp;", "&"))
    return seen


def leaks(pages: Mapping[str, str], *, village: str, name: str) -> list[tuple[str, str]]:
    """Where a number stands in full, or anything that tells where she lives: address of the page, and what it says.

    The village may stand in a list of villages, never on a page that tells of her.
    """
    raw = [(address, value) for address, text in pages.items() for value in (*NUMBERS, *HIDDEN) if value in text]
    return raw + [(address, village) for address, text in pages.items() if village in text and name in text]
