"""Addresses for phones: who asks is told by HTTP Basic or Digest, never by a session of the pages."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import logging
import time
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, TypeVar, cast

import redis
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from core.access import http_digest
from core.access.actor import NotPermitted
from core.access.permissions import Permission
from core.models import DeviceSignIn
from core.queries import devices
from core.queries.access import actor_of

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
NONCE_SECONDS = 600
_LOG = logging.getLogger(__name__)
_NOBODY = DeviceSignIn(ha1_md5=bytes(16), ha1_sha256=bytes(32))


class SignInOver(Exception):
    """The name and password are right, and no longer good: the sign-in was ended, or has run out."""


class CannotTell(Exception):
    """Whether this request was sent before cannot be told just now. Try again in a minute."""


class Unknown(Exception):
    """No name and password, or wrong ones. ``stale``: right, but under a nonce that is over."""

    def __init__(self, *, stale: bool = False) -> None:
        self.stale = stale
        super().__init__("The user name or the password is not right.")


class Challenge(HttpResponse):
    """401 with a challenge for each way of signing in, each a header of its own."""

    status_code = 401

    def __init__(self, *args: Any, stale: bool = False, basic: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        nonce = http_digest.new_nonce(key=_key(), now=int(time.time()))
        # OpenRosa's clients know MD5, and take the first that they find.
        self._challenges = [
            f'Digest realm="{http_digest.REALM}", domain="/", qop="auth", algorithm={algorithm}, nonce="{nonce}"'
            + (", stale=true" if stale else "")
            for algorithm in http_digest.ALGORITHMS
        ]
        if basic:
            self._challenges.append(f'Basic realm="{http_digest.REALM}", charset="UTF-8"')
        self["WWW-Authenticate"] = self._challenges[0]

    def items(self) -> Iterator[tuple[str, str]]:
        for name, value in super().items():
            if name.lower() != "www-authenticate":
                yield name, value
        for challenge in self._challenges:
            yield "WWW-Authenticate", challenge


def for_devices(permission: Permission) -> Callable[[View], View]:
    """Only for phones whose person holds ``permission`` somewhere; ``request.device`` is the sign-in.

    The view is called with ``request.actor`` being that person. Raises ``Unknown``, ``SignInOver``, ``CannotTell`` or
    ``NotPermitted``, which the door around it words for its clients.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def signed_in(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            device = sign_in(request)
            request_id = getattr(request, "request_id", "")
            request.actor = actor_of(user_id=device.user_id, request_id=request_id)  # type: ignore[attr-defined]
            request.device = device  # type: ignore[attr-defined]
            if not request.actor.may(permission):  # type: ignore[attr-defined]
                raise NotPermitted(permission)
            return view(request, *args, **kwargs)

        signed_in.permission, signed_in.permissions = permission, (permission,)  # type: ignore[attr-defined]
        return cast(View, signed_in)

    return decorate


def sign_in(request: HttpRequest) -> DeviceSignIn:
    """Whose request this is.

    Raises:
        Unknown: nobody's, or the password is wrong.
        SignInOver: it was ended, has run out, or the person's account is closed.
        CannotTell: Digest without the memory of what was sent before.
    """
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "digest":
        device = _by_digest(request, http_digest.parameters(rest))
    elif scheme.lower() == "basic" and request.is_secure():
        device = _by_basic(rest)
    else:
        raise Unknown
    if device.revoked_at is not None:
        raise SignInOver("This phone's sign-in was ended. Ask your supervisor for a new one.")
    if device.expires_at <= timezone.now():
        raise SignInOver("This phone's sign-in has run out. Ask your supervisor for a new one.")
    if not device.user.is_active:
        raise SignInOver("The account of this phone's user is closed. Ask your supervisor.")
    return device


def _by_basic(told: str) -> DeviceSignIn:
    try:
        username, _, password = base64.b64decode(told.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Unknown from None
    known = devices.by_username(username)
    said = bytes.fromhex(http_digest.ha1("SHA-256", username=username, password=password))
    if not hmac.compare_digest(bytes((known or _NOBODY).ha1_sha256), said) or known is None:
        raise Unknown
    return known


def _by_digest(request: HttpRequest, told: dict[str, str]) -> DeviceSignIn:
    algorithm = told.get("algorithm", "MD5").upper()
    needed = {"username", "nonce", "uri", "response"} | ({"nc", "cnonce"} if told.get("qop") else set())
    if algorithm not in http_digest.ALGORITHMS or not needed <= told.keys() or told.get("qop", "auth") != "auth":
        raise Unknown
    age = http_digest.age_of(told["nonce"], key=_key(), now=int(time.time()))
    if age is None or told.get("realm", http_digest.REALM) != http_digest.REALM or not _is_about(request, told["uri"]):
        raise Unknown
    known = devices.by_username(told["username"])
    kept = known or _NOBODY
    ha1 = bytes(kept.ha1_md5 if algorithm == "MD5" else kept.ha1_sha256).hex()
    right = http_digest.answer(algorithm, ha1=ha1, method=request.method or "", told=told)
    if not hmac.compare_digest(right.encode(), told["response"].lower().encode()) or known is None:
        raise Unknown
    if age > NONCE_SECONDS or not _first_time(told["nonce"], told.get("nc", "") if told.get("qop") else ""):
        raise Unknown(stale=True)
    return known


def _is_about(request: HttpRequest, uri: str) -> bool:
    """Whether the digest was reckoned for this address, told as path or in full."""
    return uri in (request.get_full_path(), request.build_absolute_uri())


def _first_time(nonce: str, count: str) -> bool:
    try:
        return bool(cache.add(f"device-nonce:{nonce}:{count[:16]}", 1, timeout=2 * NONCE_SECONDS))
    except redis.RedisError as error:
        _LOG.error("What phones sent cannot be remembered", exc_info=error)
        raise CannotTell(CannotTell.__doc__) from error


def _key() -> bytes:
    return hashlib.sha256(b"device nonces:" + settings.SECRET_KEY.encode()).digest()
