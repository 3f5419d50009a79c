"""A phone of the field team: its person, its sign-in, and a client that answers challenges as the app does."""

import base64
import itertools
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from lxml import etree

from core.access import http_digest
from core.access.actor import SYSTEM
from core.access.roles import Role
from core.actions import devices
from core.models import DeviceSignIn, User
from registry.actions import device_intake
from tests.fixtures.registry import TOLD_AT
from tests.openrosa.filled import MULTIPART, body_of


class Phone:
    """Sends requests as one sign-in, by Digest: a nonce is used again with a rising count, as phones do."""

    def __init__(self, username: str, password: str, *, algorithm: str = "MD5") -> None:
        self.username, self.password, self.algorithm = username, password, algorithm
        self.client = Client()
        self.client.raise_request_exception = False
        self._nonce = ""
        self._counts = itertools.count(1)

    def get(self, path: str, **more: Any) -> HttpResponse:
        return self.send("GET", path, **more)

    def send(self, method: str, path: str, **more: Any) -> HttpResponse:
        for _attempt in range(2):
            headers = {"authorization": self.authorization(method, path)} if self._nonce else {}
            answer = self.client.generic(method, path, headers=headers, **more)
            if answer.status_code != 401:
                return answer
            self._nonce = re.search(r'nonce="([^"]+)"', answer["WWW-Authenticate"])[1]
            self._counts = itertools.count(1)
        return answer

    def authorization(self, method: str, uri: str, *, nc: str = "", qop: str = "auth", **changes: str) -> str:
        told = {
            "username": self.username,
            "realm": http_digest.REALM,
            "nonce": self._nonce,
            "uri": uri,
            "algorithm": self.algorithm,
        }
        if qop:
            told |= {"qop": qop, "nc": nc or f"{next(self._counts):08x}", "cnonce": uuid4().hex}
        ha1 = http_digest.ha1(self.algorithm, username=self.username, password=self.password)
        told["response"] = http_digest.answer(self.algorithm, ha1=ha1, method=method, told=told)
        return "Digest " + ", ".join(f'{name}="{text}"' for name, text in (told | changes).items())

    def challenged(self) -> "Phone":
        """With a nonce in hand."""
        self._nonce = re.search(r'nonce="([^"]+)"', self.client.get("/openrosa/formList")["WWW-Authenticate"])[1]
        return self


def basic(username: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()}


def message(answer: HttpResponse) -> str:
    """What the phone shows of an answer."""
    found = etree.fromstring(answer.content).find("{http://openrosa.org/http/response}message")
    assert found is not None and found.text, answer.content
    return found.text


@pytest.fixture
def enumerator(make_user: Callable[..., User], district: Any) -> User:
    return make_user(Role.ENUMERATOR, district, name="Neo Walker")


@pytest.fixture
def give(db_or_committed: None) -> Callable[..., tuple[DeviceSignIn, str]]:
    """``give(user)``: a sign-in for a phone, with its password."""

    def given(user: User, **changes: Any) -> tuple[DeviceSignIn, str]:
        now = timezone.now()
        values = {"name": "Phone 7", "expires_at": now + timedelta(days=30), "actor": SYSTEM, "at": now} | changes
        return devices.give(uuid=values.pop("uuid", None) or uuid4(), user_id=user.pk, **values)

    return given


@pytest.fixture
def sign_in(enumerator: User, give: Callable[..., tuple[DeviceSignIn, str]]) -> tuple[DeviceSignIn, str]:
    return give(enumerator)


@pytest.fixture
def phone(sign_in: tuple[DeviceSignIn, str]) -> Phone:
    device, password = sign_in
    return Phone(device.username, password)


@pytest.fixture(autouse=True)
def files_of_their_own(settings: Any, tmp_path: Any) -> None:
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def send(phone: Phone) -> Callable[..., HttpResponse]:
    """``send(xml, (name, bytes), ...)``: one post of the phone."""

    def post(xml: bytes | None, *files: tuple[str, bytes], **more: Any) -> HttpResponse:
        return phone.send("POST", "/openrosa/submission", data=body_of(xml, *files), content_type=MULTIPART, **more)

    return post


@pytest.fixture
def take_in() -> Callable[[], int]:
    """Let the worker do what it was told of."""
    return lambda: device_intake.take_in_waiting(at=TOLD_AT)
