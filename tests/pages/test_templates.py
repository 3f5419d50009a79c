"""Rules that every template of the house keeps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(path for path in ROOT.glob("*/templates/**/*.html"))
FORBIDDEN = {
    "an inline style": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
    "htmx that evaluates": re.compile(r"hx-on|hx-(?:vals|headers)=.js:|hx-vars", re.IGNORECASE),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_template_needs_what_the_content_security_policy_refuses(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = [name for name, pattern in FORBIDDEN.items() if pattern.search(text)]
    assert not found


@pytest.mark.parametrize(
    "text",
    [
        '<p style="color: red">',
        "<style>p {}</style>",
        "<script>alert(1)</script>",
        '<a onclick="go()">',
        '<a href="javascript:go()">',
        '<div hx-on:click="go()">',
    ],
)
def test_the_search_finds_what_it_forbids(text: str) -> None:
    assert any(pattern.search(text) for pattern in FORBIDDEN.values())


def test_no_template_speaks_of_another_governments_brand() -> None:
    brand = re.compile(r"gov\.uk|crown copyright|gds transport", re.IGNORECASE)
    assert [path.name for path in TEMPLATES if brand.search(path.read_text(encoding="utf-8"))] == []


def test_every_template_of_a_folder_that_holds_fragments_is_named_as_one() -> None:
    folder = ROOT / "core/templates/core/_components"
    assert [path.name for path in folder.iterdir() if not path.name.startswith("_")] == []
