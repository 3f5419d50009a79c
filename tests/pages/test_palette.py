"""The palette's pairs of text and background can be read: WCAG 2.2, contrast (minimum), 4.5:1."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SETTINGS = (Path(__file__).resolve().parents[2] / "assets/sass/_settings.scss").read_text(encoding="utf-8")
COLOURS = dict(re.findall(r"^\$([\w-]+): (#[0-9a-f]{6});", SETTINGS, re.MULTILINE))
TONES = re.findall(r"^  (\w+): \((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", SETTINGS, re.MULTILINE)
PAIRS = [
    ("white", "deep"),
    ("white", "error"),
    ("white", "success"),
    ("ink", "white"),
    ("ink", "mist"),
    ("ink", "amber"),
    ("grey-text", "white"),
    ("grey-text", "mist"),
    ("link", "white"),
    ("link", "mist"),
    ("link-hover", "mist"),
    ("link-visited", "mist"),
    ("error", "white"),
]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_reckoned_as_the_standard_says() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("text", "background"), PAIRS)
def test_text_can_be_read_on_its_background(text: str, background: str) -> None:
    assert contrast(COLOURS[text], COLOURS[background]) >= 4.5


def test_every_tone_of_a_tag_can_be_read() -> None:
    assert len(TONES) == 5
    for tone, background, text in TONES:
        assert contrast(text, background) >= 4.5, tone


def test_lines_that_mark_a_box_can_be_seen() -> None:
    assert contrast(COLOURS["line-strong"], COLOURS["white"]) >= 3
