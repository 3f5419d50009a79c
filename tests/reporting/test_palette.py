"""Charts wear the colours of the pages, and can be told apart by everybody."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from reporting.charts import palette
from reporting.charts.districts import classes
from tests.pages.test_palette import COLOURS, contrast, luminance

FIGURES = (Path(__file__).resolve().parents[2] / "assets/sass/_figures.scss").read_text(encoding="utf-8")


def test_the_charts_colours_are_those_of_the_style_sheet() -> None:
    assert tuple(COLOURS[name] for name in ("ink", "grey-text", "line", "link")) == (
        palette.INK,
        palette.GREY_TEXT,
        palette.LINE,
        palette.BAR,
    )
    steps = re.search(r"\$chart-steps: \((.*)\);", FIGURES)
    assert steps is not None
    named = [COLOURS.get(step.strip().removeprefix("$"), step.strip()) for step in steps[1].split(",")]
    assert named == list(palette.STEPS)


def test_each_step_of_a_map_is_darker_than_the_one_before_and_its_words_can_be_read() -> None:
    for pale, deep in pairwise(palette.STEPS):
        assert contrast(pale, deep) >= 1.4
        assert luminance(pale) > luminance(deep)
    for step in palette.STEPS:
        assert contrast(palette.readable_on(step), step) >= 4.5


@given(st.lists(st.decimals(0, 1000, places=1), min_size=1, max_size=12))
def test_every_figure_of_a_map_falls_into_the_class_whose_label_holds_it(values: list[Decimal]) -> None:
    made = classes(values)
    assert 1 <= len(made.labels) <= len(palette.STEPS)
    for value in values:
        low, _to, high = made.labels[made.of(value)].partition(" to ")
        assert Decimal(low) <= value <= Decimal(high or low)
