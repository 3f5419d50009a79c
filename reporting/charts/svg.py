"""From a specification to an SVG that stands alone: kept warm, limited in time, kept in the cache by its content."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import altair
import vl_convert
from django.core.cache import cache
from lxml import etree
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
SECONDS = 10.0
KEPT_SECONDS = 24 * 3600
_SVG = "http://www.w3.org/2000/svg"
_VEGA_LITE = altair.SCHEMA_VERSION.removeprefix("v").rsplit(".", 1)[0]
# What a drawing of ours never needs: anything that runs, or that fetches.
_FORBIDDEN = {"script", "foreignObject", "image", "use", "a", "style", "iframe", "animate", "set"}


class ChartFailed(Exception):
    """The chart could not be drawn in time. The table beside it has the same figures."""


def key_of(specification: Mapping[str, Any], *, title: str, description: str) -> str:
    """A digest of everything that decides how the drawing looks."""
    text = json.dumps([specification, title, description, version("vl-convert-python")], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def draw(specification: Mapping[str, Any], *, title: str, description: str) -> bytes:
    """The drawing, from the cache where it is there. Without a cache it is drawn each time.

    Raises:
        ChartFailed: it took too long, or the drawing held something that it must not.
    """
    key = f"reporting.chart.{key_of(specification, title=title, description=description)}"
    try:
        if kept := cache.get(key):
            return bytes(kept)
    except (RedisError, OSError):
        log.warning("the cache of charts does not answer")
    drawing = accessible(_rendered(specification), title=title, description=description)
    try:
        cache.set(key, drawing, KEPT_SECONDS)
    except (RedisError, OSError):
        log.warning("the cache of charts does not answer")
    return drawing


def warm() -> None:
    """Start the drawing library before it is needed; returns at once."""
    _first()


@lru_cache(maxsize=1)
def _first() -> Future[str]:
    return _submit({"mark": "bar", "data": {"values": []}})


def _rendered(specification: Mapping[str, Any]) -> str:
    try:
        return _submit(specification).result(timeout=SECONDS)
    except TooLate as error:
        raise ChartFailed(ChartFailed.__doc__) from error
    except ValueError as error:
        raise ChartFailed(f"The chart could not be drawn: {error}") from error


@lru_cache(maxsize=1)
def _drawers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="charts")


def _submit(specification: Mapping[str, Any]) -> Future[str]:
    # No address is allowed: a specification that would fetch something fails instead.
    return _drawers().submit(
        vl_convert.vegalite_to_svg, dict(specification), vl_version=_VEGA_LITE, allowed_base_urls=[]
    )


def accessible(drawing: str, *, title: str, description: str) -> bytes:
    """The drawing with a name and a description for those who do not see it, and nothing that runs or fetches.

    Raises:
        ChartFailed: it holds an element or a reference that it must not.
    """
    root = etree.fromstring(drawing.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    for element in root.iter(etree.Element):
        name = etree.QName(element).localname
        references = [value for key, value in element.attrib.items() if etree.QName(key).localname in ("href", "src")]
        handlers = [key for key in element.attrib if str(key).startswith("on")]
        if (
            name in _FORBIDDEN
            or references
            or handlers
            or any("url(" in v and "url(#" not in v for v in element.attrib.values())
        ):
            raise ChartFailed("The chart holds something that it must not.")
        # The description below says it all at once; the library's own labels repeat each mark.
        for key in ("role", "aria-roledescription", "aria-label"):
            element.attrib.pop(key, "")
    root.set("role", "img")
    root.set("aria-labelledby", "title description")
    for number, (name, text) in enumerate([("title", title), ("desc", description)]):
        element = etree.Element(f"{{{_SVG}}}{name}", id="title" if name == "title" else "description")
        element.text = text
        root.insert(number, element)
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))
