"""What an officer waits for who registers by the form: each page, each saving, and the last sending, over HTTP.

Floor: one row by its key, over the same server with nothing else in it.
"""

from __future__ import annotations

import http.client
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse
from lxml import html

from benchmarks.finding import an_officer
from benchmarks.imports import sample
from benchmarks.measuring import Figure, percentile
from benchmarks.registering import bare_command, free_port, site
from core.models import Area, User
from core.processes import web_command
from registry.models import Household, Person
from registry.sample import read

MOST = 12
WARM = 2
BOUND_MS = 150
_ACTS = {"page": "a page of the form", "save": "a page saved", "send": "the last sending"}
Texts = dict[str, str]


def run(*, households: int) -> Iterator[Figure]:
    """One officer, one household after the other; the first few warm what is warm in a running system."""
    count = min(MOST, max(2, households // 100))
    told = [
        one for one in read.payloads(sample(households=8 * (count + WARM), seed=55)) if 3 <= len(one["members"]) <= 7
    ]
    before = Household.objects.count()
    with site(web_command(host="127.0.0.1", port=(port := free_port())), port, "bench-web.log"):
        officer = _Officer(port)
        for number, one in enumerate(told[: count + WARM]):
            if number == WARM:
                officer.took.clear()
            officer.register(one)
    entered = Household.objects.count() - before
    with site(bare_command(port := free_port()), port, "bench-bare.log"):
        floor = _floor(port)
    if not entered:
        raise RuntimeError("No household entered through the form.")
    for act, name in _ACTS.items():
        took = officer.took[act]
        within = percentile(took, 0.95)
        yield Figure(
            name=f"officer's form: {name}",
            size=f"{Person.objects.count():,} persons",
            figure=1000 * percentile(took, 0.5),
            unit="ms (median)",
            floor=1000 * percentile(floor, 0.5),
            floor_is="a row by its key over the same server",
            ratio=percentile(took, 0.5) / percentile(floor, 0.5),
            note=f"{len(took)} of them, 95 of 100 within {1000 * within:.0f} ms"
            f" (floor {1000 * percentile(floor, 0.95):.0f}); goal of {BOUND_MS} ms"
            f" {'reached' if 1000 * within < BOUND_MS else 'not reached'}; {entered} households entered at once",
        )


def _floor(port: int) -> list[float]:
    took = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for _ in range(100):
        began = time.perf_counter()
        connection.request("GET", "/")
        connection.getresponse().read()
        took.append(time.perf_counter() - began)
    return took[10:]


@dataclass(slots=True)
class _Page:
    """An answer: where it stands, and its document."""

    address: str
    status: int
    document: Any = None


@dataclass
class _Officer:
    """Somebody signed in, who answers every page of the form as the household tells it."""

    port: int
    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        user = User.objects.get(pk=an_officer("form", Area.objects.get(level=Area.Level.COUNTRY)).user_id)
        session = SessionStore()
        session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session.save()
        self._cookies = {settings.SESSION_COOKIE_NAME: str(session.session_key)}
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def register(self, told: dict[str, Any]) -> None:
        """From the first page to what became of it; whoever is refused on a page stops there."""
        page = self._get(reverse("registry:start"))
        page = self._get(self._post(page, {}).address)
        draft = page.address.split("/village/")[0]
        household, members = told["household"] | {"own_or_relative": "no"}, iter(told["members"])
        member: Texts = {}
        while "/submissions/" not in page.address:
            if page.address.endswith("/members/"):
                following = next(members, None)
                if following is None:
                    page = self._get(page.document.xpath("//a[contains(@class, 'govuk-button')]/@href")[-1])
                else:
                    member = following
                    page = self._get(f"{draft}/members/add/")
                continue
            of_member = "/members/" in page.address
            page = self._post(page, member if of_member else household, send=page.address.endswith("/check/"))
            if page.status != 302:
                return
            page = self._get(page.address)

    def _get(self, address: str) -> _Page:
        return self._ask("page", "GET", address)

    def _post(self, page: _Page, texts: Texts, *, send: bool = False) -> _Page:
        """Send the page's form with the texts that it asks for; a redirect is followed by whoever called."""
        form = next(one for one in page.document.forms if one.method == "POST" and "logout" not in (one.action or ""))
        body = urlencode(list(_filled(form, texts)))
        return self._ask("send" if send else "save", "POST", form.action or page.address, body)

    def _ask(self, act: str, method: str, address: str, body: str | None = None) -> _Page:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        self._connection.request(method, address, body, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        self.took[act].append(time.perf_counter() - began)
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = cookie.partition("=")
            self._cookies[name] = rest.partition(";")[0]
        if answer.status == 302:
            return _Page(answer.headers["Location"], 302)
        if answer.status not in (200, 422):
            raise RuntimeError(f"{method} {address} was answered {answer.status}: {text[:500]}")
        return _Page(address, answer.status, html.document_fromstring(text))


def _filled(form: Any, texts: Texts) -> Iterator[tuple[str, str]]:
    """The form's own values, and the texts that it has boxes for."""
    fields = set(form.inputs.keys())
    dates = {
        f"{name}_{part}": piece
        for name, text in texts.items()
        if f"{name}_year" in fields
        for part, piece in zip(("year", "month", "day"), [*text.split("-"), "", ""], strict=False)
    }
    typed = {name: text for name, text in (texts | dates).items() if text and name in fields}
    for name, value in form.form_values():
        if name not in typed:
            yield name, value
    for name, text in typed.items():
        for piece in text.split(";"):
            yield name, piece
