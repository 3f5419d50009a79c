"""A phone on the wire: real sockets to a real server, one connection kept open, Digest answered as phones do."""

from __future__ import annotations

import http.client
import itertools
import re
from collections.abc import Iterable, Iterator
from uuid import uuid4

from core.access import http_digest


class WirePhone:
    """One phone and its connection. ``post`` gives the status; what breaks raises ``OSError`` or ``HTTPException``."""

    def __init__(self, port: int, username: str, password: str) -> None:
        self._where, self._username, self._password = ("127.0.0.1", port), username, password
        self._connection = http.client.HTTPConnection(*self._where, timeout=30)
        self._nonce = ""
        self._counts = itertools.count(1)

    def post(self, path: str, body: bytes | Iterator[bytes], content_type: str) -> tuple[int, bytes]:
        """A body given as an iterator goes in chunks, without a length."""
        if not self._nonce:
            self.request("HEAD", path)
        return self.request("POST", path, body, {"Content-Type": content_type, "X-OpenRosa-Version": "1.0"})

    def request(
        self, method: str, path: str, body: bytes | Iterable[bytes] | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        for _attempt in range(2):
            told = dict(headers or {}) | ({"Authorization": self._signed(method, path)} if self._nonce else {})
            self._connection.request(method, path, body=body, headers=told)
            answer = self._connection.getresponse()
            content = answer.read()
            if answer.status != 401:
                return answer.status, content
            self._nonce = re.search(r'nonce="([^"]+)"', answer.headers["WWW-Authenticate"])[1]
            self._counts = itertools.count(1)
            if body is not None and not isinstance(body, bytes):
                return answer.status, content  # what was read once cannot be sent again
        return answer.status, content

    def again(self) -> None:
        """After the server went away."""
        self._connection.close()
        self._connection = http.client.HTTPConnection(*self._where, timeout=30)

    def _signed(self, method: str, uri: str) -> str:
        told = {
            "username": self._username,
            "realm": http_digest.REALM,
            "nonce": self._nonce,
            "uri": uri,
            "qop": "auth",
            "nc": f"{next(self._counts):08x}",
            "cnonce": uuid4().hex,
        }
        ha1 = http_digest.ha1("MD5", username=self._username, password=self._password)
        told["response"] = http_digest.answer("MD5", ha1=ha1, method=method, told=told)
        return "Digest " + ", ".join(f'{name}="{text}"' for name, text in told.items())
