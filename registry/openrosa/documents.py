"""The XML documents of OpenRosa. Pure: no Django.

Source: OpenRosa Form List API, Form Submission API, HTTP Requests and Responses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

_LIST = "http://openrosa.org/xforms/xformsList"
_MANIFEST = "http://openrosa.org/xforms/xformsManifest"
_RESPONSE = "http://openrosa.org/http/response"


@dataclass(frozen=True, slots=True)
class Listed:
    """A form that a phone may load."""

    form_id: str
    name: str
    version: str
    md5: str
    download_url: str
    manifest_url: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file that travels beside a form; ``households`` are the numbers of those that it tells of."""

    name: str
    content: bytes
    households: Sequence[int] = ()

    @property
    def md5(self) -> str:
        return md5_of(self.content)


def md5_of(content: bytes) -> str:
    """As OpenRosa writes it; it tells versions apart, and guards nothing."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def form_list(forms: Iterable[Listed]) -> bytes:
    """The forms that there are."""
    root = _root(_LIST, "xforms")
    for one in forms:
        fields = [
            ("formID", one.form_id),
            ("name", one.name),
            ("version", one.version),
            ("hash", f"md5:{one.md5}"),
            ("descriptionText", one.description),
            ("downloadUrl", one.download_url),
            ("manifestUrl", one.manifest_url),
        ]
        _add(root, _LIST, "xform", [(name, text) for name, text in fields if text or name == "version"])
    return _written(root)


def manifest(files: Iterable[tuple[MediaFile, str]]) -> bytes:
    """The files beside one form, each with the address to fetch it from."""
    root = _root(_MANIFEST, "manifest")
    for file, url in files:
        _add(
            root,
            _MANIFEST,
            "mediaFile",
            [("filename", file.name), ("hash", f"md5:{file.md5}"), ("downloadUrl", url)],
        )
    return _written(root)


def response(message: str, *, nature: str) -> bytes:
    """What a phone shows to the person who sent something."""
    root = _root(_RESPONSE, "OpenRosaResponse")
    told = etree.SubElement(root, f"{{{_RESPONSE}}}message", nature=nature)
    told.text = "".join(c for c in message if c.isprintable())
    return _written(root)


def _root(namespace: str, name: str) -> etree._Element:
    return etree.fromstring(f'<{name} xmlns="{namespace}"/>')


def _add(root: etree._Element, namespace: str, name: str, fields: Sequence[tuple[str, str]]) -> None:
    entry = etree.SubElement(root, f"{{{namespace}}}{name}")
    for field, text in fields:
        etree.SubElement(entry, f"{{{namespace}}}{field}").text = text


def _written(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
