"""Looking at a packed workbook before it is read: what must not be opened is refused in a sentence. Pure: no Django.

Sizes are bounded as the file declares them and as they are really read; no document type, so no entity, is let through.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.parsers import expat

MOST_PARTS = 2_000
#: A sheet of a million persons is about 3 GB of XML; what is kept in memory whole (texts, styles) has less.
MOST_UNPACKED_SHEET = 4 << 30
MOST_UNPACKED_TEXTS = 256 << 20
MOST_UNPACKED_OTHER = 32 << 20
MOST_ELEMENTS_BESIDE_CELLS = 1_000_000
MOST_MERGED = 1_000
MOST_FORMULAS_WITHOUT_VALUE = 100_000
_CHUNK = 1 << 20
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE).fullmatch
_OF_CELLS = frozenset(["row", "c", "v", "f", "is", "t"])
_OLD = b"\xd0\xcf\x11\xe0"
_DOCTYPE = "This workbook declares a document type, which a workbook never does."
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class Refused(Exception):
    """This must not, or cannot, be read: ``code`` for machines, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def old_or_encrypted(path: Path) -> Refused | None:
    """Why a file that begins like an old Office document is refused: it is one, or a workbook under a password."""
    with path.open("rb") as stream:
        if stream.read(4) != _OLD:
            return None
        before = b""
        while chunk := stream.read(_CHUNK):
            if _ENCRYPTED in before + chunk:
                return Refused(
                    "encrypted", "This workbook is protected by a password: save it without one and send that file."
                )
            before = chunk[-len(_ENCRYPTED) :]
    return Refused("old_workbook", "This is an old workbook (.xls): save it as .xlsx and send that file.")


def require_packed_workbook(path: Path) -> None:
    """Look at every part of the packed file but the sheets, which are looked at when they are read.

    Raises:
        Refused: it holds macros, is encrypted, is another kind of document, or unpacks to too much.
    """
    if old := old_or_encrypted(path):
        raise old
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS:
                raise Refused("too_large", "This workbook has too many parts.")
            names = {part.filename.lower() for part in parts}
            _require_plain(archive, names)
            for part in parts:
                _require_bounded(archive, part)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, OSError) as error:
        raise Refused("wrong_kind", "This packed file is damaged, or is no workbook.") from error


def _require_plain(archive: zipfile.ZipFile, names: set[str]) -> None:
    if "[content_types].xml" not in names:
        open_document = "mimetype" in names and "content.xml" in names
        told = "This is an OpenDocument table" if open_document else "This packed file is no workbook"
        raise Refused("wrong_kind", f"{told}: save the table as .xlsx and send that file.")
    with archive.open("[Content_Types].xml") as stream:
        kinds = stream.read(MOST_UNPACKED_OTHER).lower()
    if b"sheet.binary" in kinds:
        raise Refused("wrong_kind", "This is a binary workbook (.xlsb): save it as .xlsx and send that file.")
    macros = b"macroenabled" in kinds or b"vbaproject" in kinds
    if macros or any("vbaproject" in name or "macrosheets/" in name for name in names):
        raise Refused("macros", "This workbook holds macros: save it as a plain .xlsx file and send that.")
    if b"spreadsheetml.sheet.main" not in kinds:
        raise Refused("wrong_kind", "This is no workbook, but another kind of document.")


def _require_bounded(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    if part.flag_bits & 0x1:
        raise Refused("encrypted", "This workbook is protected by a password: save it without one and send that file.")
    name = part.filename.lower()
    sheet = bool(_SHEET(name))
    most = MOST_UNPACKED_SHEET if sheet else MOST_UNPACKED_TEXTS if "sharedstrings" in name else MOST_UNPACKED_OTHER
    if part.file_size > most:
        raise Refused("too_large", f"This workbook unpacks to more than is read: {part.filename} is too large.")
    if not name.endswith((".xml", ".rels")):
        return
    with archive.open(part) as stream:
        if sheet:  # looked through when it is read; openpyxl looks at its beginning before
            if b"<!DOCTYPE" in stream.read(_CHUNK):
                raise Refused("wrong_kind", _DOCTYPE)
            return
        _parse(stream, expat.ParserCreate(), most)


def _parse(stream: IO[bytes], parser: expat.XMLParserType, most: int) -> None:
    """Let the parser read the part, as far as ``most`` bytes go."""

    def refuse(*_: object) -> None:
        raise Refused("wrong_kind", _DOCTYPE)

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    read = 0
    try:
        while chunk := stream.read(_CHUNK):
            read += len(chunk)
            if read > most:
                raise Refused("too_large", "This workbook unpacks to more than it declares.")
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, zipfile.BadZipFile, zlib.error) as error:
        raise Refused("wrong_kind", "This workbook is damaged: save it anew as .xlsx and send that file.") from error


@dataclass(slots=True)
class Looked:
    """What a look through a sheet found: merged cells, and formulas without a value, as columns from 0 by row."""

    merged: list[str] = field(default_factory=list)
    formulas_without_value: Mapping[int, list[int]] = field(default_factory=dict)


def look_through(stream: IO[bytes], *, most: int = MOST_UNPACKED_SHEET) -> Looked:
    """Look through the XML of a sheet once, keeping nothing but what is wrong.

    Raises:
        Refused: it is no XML, or more than is read.
    """
    look = _Look()
    parser = expat.ParserCreate()
    parser.StartElementHandler = look.start
    _parse(stream, parser, most)
    look.settle()
    return Looked(look.merged, look.without_value)


class _Look:
    """Follows the beginnings of elements; a cell is over when something else begins."""

    def __init__(self) -> None:
        self.merged: list[str] = []
        self.without_value: dict[int, list[int]] = {}
        self._row = self._column = self._beside = self._count = 0
        self._formula = self._value = False
        self._local: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = self._local.get(name)
        if local is None:
            local = self._local[name] = name.rpartition(":")[2]
        if local == "c":
            if self._formula:
                self.settle()
            self._column = _column(attributes["r"]) if "r" in attributes else self._column + 1
        elif local == "v":
            self._value = True
        elif local == "f":
            self._formula, self._value = True, False
        elif local == "row":
            if self._formula:
                self.settle()
            self._row = int(attributes["r"]) if attributes.get("r", "").isdigit() else self._row + 1
            self._column = -1
        elif local not in _OF_CELLS:
            self._aside(local, attributes)

    def _aside(self, local: str, attributes: dict[str, str]) -> None:
        self._beside += 1
        if self._beside > MOST_ELEMENTS_BESIDE_CELLS:
            raise Refused("too_large", "This sheet holds too much beside its cells.")
        if local == "mergeCell" and len(self.merged) < MOST_MERGED:
            self.merged.append(attributes.get("ref", "?")[:40])

    def settle(self) -> None:
        """The cell under way is over."""
        if self._formula and not self._value:
            self._count += 1
            if self._count > MOST_FORMULAS_WITHOUT_VALUE:
                raise Refused("formula_without_value", "The formulas of this sheet have no values: save it anew.")
            self.without_value.setdefault(self._row, []).append(self._column)
        self._formula = self._value = False


def _column(reference: str) -> int:
    """The column of ``AB12``, counted from 0."""
    number = 0
    for character in reference:
        if not character.isalpha():
            break
        number = number * 26 + (ord(character.upper()) - 64)
    return number - 1
