"""HTTP Digest: what the client reckons, reckoned again. Pure: no Django.

Source: RFC 7616 and RFC 2617; OpenRosa Authentication API (restricted Digest: MD5, ``qop`` auth or none).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Mapping

REALM = "Field devices"
"""Part of what is kept of every password: another realm would end every sign-in."""

_HASHES: Mapping[str, Callable[[bytes], str]] = {
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
    "SHA-256": lambda data: hashlib.sha256(data).hexdigest(),
}
ALGORITHMS = tuple(_HASHES)
_PARAMETER = re.compile(r'\s*([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))\s*(?:,|$)')


def ha1(algorithm: str, *, username: str, password: str) -> str:
    """What stands for the password, in hexadecimal."""
    return _HASHES[algorithm](f"{username}:{REALM}:{password}".encode())


def answer(algorithm: str, *, ha1: str, method: str, told: Mapping[str, str]) -> str:
    """The ``response`` that a client who knows the password sends with these parameters."""
    digest = _HASHES[algorithm]
    ha2 = digest(f"{method}:{told['uri']}".encode())
    if told.get("qop"):
        middle = f"{told['nonce']}:{told['nc']}:{told['cnonce']}:{told['qop']}"
    else:
        middle = told["nonce"]
    return digest(f"{ha1}:{middle}:{ha2}".encode())


def parameters(header: str) -> dict[str, str]:
    """``username="a", nc=00000001`` as a mapping; what is malformed gives nothing."""
    found: dict[str, str] = {}
    place = 0
    while place < len(header):
        match = _PARAMETER.match(header, place)
        if match is None or match.end() == place or match[1].lower() in found:
            return {}
        quoted = match[2]
        found[match[1].lower()] = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else match[3]
        place = match.end()
    return found


def new_nonce(*, key: bytes, now: int) -> str:
    """A nonce that tells its age and that this server made it; no two are alike."""
    body = f"{now:x}.{secrets.token_hex(8)}"
    return f"{body}.{_seal(body, key)}"


def age_of(nonce: str, *, key: bytes, now: int) -> int | None:
    """How many seconds old a nonce is; nothing if this server did not make it."""
    body, _, seal = nonce.rpartition(".")
    if not hmac.compare_digest(seal.encode(), _seal(body, key).encode()):
        return None
    return now - int(body.partition(".")[0], 16)


def _seal(body: str, key: bytes) -> str:
    return hmac.new(key, body.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]
