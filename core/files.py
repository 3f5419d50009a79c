"""Files kept: under their own digest, outside the web root, with what their bytes say they are."""

import hashlib
import os
import tempfile
from datetime import date, datetime
from pathlib import Path

from django.conf import settings

from core.acting import current
from core.locks import Lock, hold
from core.models import StoredFile

CHUNK = 1 << 20


class FileGone(Exception):
    """The bytes of this file are no longer kept."""


def sniff(head: bytes) -> str:
    """The media type that the first bytes tell; names and headers of uploads are not believed."""
    signatures = (
        (b"%PDF", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\xd0\xcf\x11\xe0", "application/vnd.ms-office"),
        (b"\x1f\x8b", "application/gzip"),
    )
    for start, media_type in signatures:
        if head.startswith(start):
            return media_type
    if head.startswith(b"PK\x03\x04"):
        spreadsheet = b"xl/" in head or b"[Content_Types].xml" in head
        return "application/vnd.openxmlformats-officedocument" if spreadsheet else "application/zip"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text/plain; charset=utf-16"
    if b"\x00" in head:
        return "application/octet-stream"
    if head.lstrip().startswith(b"<?xml"):
        return "application/xml"
    return "text/plain"


def store(
    content: bytes | Path,
    *,
    name: str,
    kind: str,
    at: datetime,
    district_id: int | None = None,
    retain_until: date | None = None,
) -> StoredFile:
    """Keep bytes (or a copy of a file) and write the row that tells of them, for the act under way.

    The bytes lie under their SHA-256 and appear whole or not at all; the same bytes lie there once. If the
    transaction is rolled back they may stay without a row, which ``stored_path`` never shows to anybody.

    Raises:
        NobodyActs: called outside ``core.acting``.
        OSError: the folder cannot be written.
    """
    act = current()
    # Nobody erases the same bytes meanwhile: see ``actions.retention``.
    hold(Lock.FILE, digest_of(content), shared=True)
    settings.FILES_DIR.mkdir(parents=True, exist_ok=True)
    digest, size, head = hashlib.sha256(), 0, b""
    with tempfile.NamedTemporaryFile(dir=settings.FILES_DIR, prefix=".part-", delete=False) as draft:
        try:
            for chunk in _chunks(content):
                head = head or chunk[:4096]
                digest.update(chunk)
                size += len(chunk)
                draft.write(chunk)
            draft.flush()
            os.fsync(draft.fileno())
            target = _path(digest.hexdigest())
            target.parent.mkdir(parents=True, exist_ok=True)
            Path(draft.name).replace(target)
            _sync_folder(target.parent)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
    return StoredFile.objects.create(
        sha256=digest.hexdigest(),
        size=size,
        media_type=sniff(head),
        name=Path(name).name,
        kind=kind,
        district_id=district_id,
        created_at=at,
        created_by_id=act.actor.user_id,
        retain_until=retain_until,
    )


def stored_path(file: StoredFile) -> Path:
    """Where the bytes lie.

    Raises:
        FileGone: they were erased, or the folder lost them.
    """
    path = _path(file.sha256)
    if file.erased_at is not None or not path.exists():
        raise FileGone(f"The file {file.name} is no longer kept.")
    return path


def remove(file: StoredFile) -> None:
    """Take the bytes from the disk; the caller holds ``Lock.FILE`` and knows that no other row tells of them."""
    _path(file.sha256).unlink(missing_ok=True)


def digest_of(content: bytes | Path) -> str:
    """SHA-256 of the bytes, in hexadecimal."""
    digest = hashlib.sha256()
    for chunk in _chunks(content):
        digest.update(chunk)
    return digest.hexdigest()


def _path(sha256: str) -> Path:
    return settings.FILES_DIR / sha256[:2] / sha256


def _sync_folder(folder: Path) -> None:
    """The name of a new file lasts too, once its folder is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _chunks(content: bytes | Path):  # type: ignore[no-untyped-def]
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
