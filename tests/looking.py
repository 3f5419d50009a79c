"""What is wrong with a page in a browser: for who listens to it, and on a screen of each width."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page

axe_base = pytest.importorskip("axe_core_python.base")
WIDTHS = (1280, 360)
HEIGHT = 760
PICTURES = os.environ.get("PICTURES", "")
# Only what is wrong comes over: what is right is told at great length.
RUN = """async () => {
    const told = await axe.run(document, {resultTypes: ["violations"]});
    return told.violations.map(rule => [rule.id, rule.impact, rule.nodes[0].html]);
}"""

CUT_OFF = "[...document.querySelectorAll('.app-table--stack')].some(t => t.scrollWidth > t.parentElement.clientWidth)"


def page_of(
    chromium: Browser, site: str, client: Client | None = None, *, width: int = WIDTHS[0], **options: object
) -> Page:
    """A page in a browser of its own, signed in as the client is."""
    context = chromium.new_context(viewport={"width": width, "height": HEIGHT}, base_url=site, **options)
    if client:
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
    return context.new_page()


def faults(page: Page, name: str, *, widths: Sequence[int] = WIDTHS, impacts: Sequence[str] = ()) -> list[object]:
    """What axe finds in the page as it stands, and whether something does not fit the screen, at each width.

    ``impacts``: of what axe finds, only what is so grave.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe_base.AXE_SCRIPT)
    found: list[object] = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name.strip('/').replace('/', '-')}-{width}.png", full_page=True)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((name, f"wider than {width}"))
        if page.evaluate(CUT_OFF):
            found.append((name, width, "a table whose rows are stacked is cut off at the right"))
        told = page.evaluate(RUN)
        found += [(name, width, rule, html) for rule, impact, html in told if not impacts or impact in impacts]
    return found
