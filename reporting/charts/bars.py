"""How far households of each place have come: one panel a stage, one scale for all. Pure: no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from reporting.charts.palette import BAR, FONT, GREY_TEXT, INK, LINE


@dataclass(frozen=True, slots=True)
class Bar:
    place: str
    stage: str
    value: int
    text: str


def specification(bars: Sequence[Bar], *, narrow: bool) -> dict[str, Any]:
    """The Vega-Lite specification; ``narrow`` puts the panels under one another, for a phone.

    Each bar carries its figure and each panel its stage in words: nothing rests on colour.
    """
    places = list(dict.fromkeys(bar.place for bar in bars))
    stages = list(dict.fromkeys(bar.stage for bar in bars))
    top = max((bar.value for bar in bars), default=0) or 1
    data = alt.Data(values=[{"p": b.place, "s": b.stage, "v": b.value, "t": b.text} for b in bars])
    base = alt.Chart(data).encode(
        y=alt.Y("p:N", sort=places, title=None),
        x=alt.X("v:Q", title=None, axis=None, scale=alt.Scale(domain=[0, top * 1.32], nice=False)),
    )
    drawn = base.mark_bar(color=BAR, height=12 if narrow else 14)
    figures = base.mark_text(align="left", baseline="middle", dx=4, color=INK, fontSize=11).encode(text="t:N")
    chart = (
        alt.layer(drawn, figures)
        .properties(width=210 if narrow else 185, height=alt.Step(20 if narrow else 24))
        .facet(
            facet=alt.Facet(
                "s:N",
                sort=stages,
                title=None,
                header=alt.Header(labelAnchor="start", labelFontSize=13, labelFontWeight="bold", labelColor=INK),
            ),
            columns=1 if narrow else len(stages) or 1,
        )
        # Room on the left: the reader's own fonts may be wider than those measured here.
        .configure(font=FONT, background="white", padding={"left": 30, "top": 6, "right": 6, "bottom": 6})
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=GREY_TEXT, labelFontSize=12, domainColor=LINE, ticks=False, labelPadding=6, labelLimit=150
        )
    )
    return dict(chart.to_dict())
