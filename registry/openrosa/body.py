"""The body of a post: its parts, read within limits, and never a part of a part.

Django reads no body without a length, and takes the end of a broken one for the end of its last file. Here a body may
come in chunks, and one that does not end with its closing boundary is refused whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from registry.openrosa.door import Refused

XML_PART = "xml_submission_file"
_BROKEN = "What was sent did not arrive whole. Send it again."
_BUFFER = 64 * 1024


@dataclass(slots=True)
class Parts:
    """What a post holds: the form's XML, and the files that came with it by name."""

    xml: bytes
    files: list[tuple[str, Path]] = field(default_factory=list)


@contextmanager
def parts_of(request: HttpRequest, *, largest_xml: int) -> Iterator[Parts]:
    """The parts, for as long as the block lasts: large ones lie in temporary files.

    Raises:
        Refused: 413 too large, 415 not multipart, 400 broken, without the form, or with two.
    """
    if request.content_type != "multipart/form-data":
        raise Refused(415, "A form is sent as multipart/form-data.")
    told = _length(request)
    if told is not None and told > settings.DEVICE_POST_LARGEST:
        raise _too_large()
    chunked = told is None and "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower()
    source: Any = request.META["wsgi.input"] if chunked else request
    stream: Any = _Counted(source, settings.DEVICE_POST_LARGEST)
    meta = {"CONTENT_TYPE": request.META.get("CONTENT_TYPE", ""), "CONTENT_LENGTH": told if told is not None else 1}
    handlers = [TemporaryFileUploadHandler(request)]
    uploaded: Any = None
    try:
        try:
            fields, uploaded = MultiPartParser(meta, stream, handlers).parse()
            stream.drain()
        except (MultiPartParserError, TooManyFilesSent, RequestDataTooBig, SuspiciousOperation, OSError) as error:
            raise Refused(400, _BROKEN) from error
        if not stream.ends_with_boundary((request.content_params or {}).get("boundary", "")) or (
            told is not None and stream.count != told
        ):
            raise Refused(400, _BROKEN)
        yield _sorted(fields, uploaded, largest_xml)
    finally:
        for name in uploaded or ():
            for file in uploaded.getlist(name):
                file.close()


def _sorted(fields: Any, uploaded: Any, largest_xml: int) -> Parts:
    forms = uploaded.getlist(XML_PART)
    written = fields.getlist(XML_PART)
    if len(forms) + len(written) != 1:
        raise Refused(400, "A post holds exactly one form (xml_submission_file).")
    if forms and forms[0].size > largest_xml:
        raise Refused(413, "The form itself is too large.")
    xml = forms[0].read() if forms else written[0].encode("utf-8", "surrogateescape")
    files = [
        (file.name or name, Path(file.temporary_file_path()))
        for name in uploaded
        if name != XML_PART
        for file in uploaded.getlist(name)
    ]
    return Parts(xml, files)


def _length(request: HttpRequest) -> int | None:
    told = request.META.get("CONTENT_LENGTH")
    if told in (None, ""):
        return None
    try:
        return int(told)
    except ValueError:
        raise Refused(400, _BROKEN) from None


def _too_large() -> Refused:
    return Refused(413, f"One post holds at most {settings.DEVICE_POST_LARGEST // (1024 * 1024)} MiB.")


class _Counted:
    """A stream that ends with a refusal once it has given too much, and remembers its last bytes."""

    def __init__(self, source: Any, limit: int) -> None:
        self._source, self._limit = source, limit
        self.count = 0
        self._tail = b""

    def read(self, size: int = -1) -> bytes:
        wanted = _BUFFER if size is None or size < 0 else size
        data: bytes = self._source.read(wanted)
        self.count += len(data)
        if self.count > self._limit:
            raise _too_large()
        self._tail = (self._tail + data)[-256:]
        return data

    def drain(self) -> None:
        while self.read(_BUFFER):
            pass

    def ends_with_boundary(self, boundary: str) -> bool:
        return bool(boundary) and self._tail.rstrip(b"\r\n\t ").endswith(f"--{boundary}--".encode())
