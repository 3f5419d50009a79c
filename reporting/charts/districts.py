"""A map of the districts, shaded by one figure. Pure: no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise
from math import cos, radians
from textwrap import wrap
from typing import Any

import altair as alt

from reporting.charts.palette import FONT, GREY_TEXT, INK, LINE, STEPS, WHITE, readable_on

Point = tuple[float, float]
NO_FIGURE = "no figure"


@dataclass(frozen=True, slots=True)
class Classes:
    """Steps of equal width over the figures shown, each with its label: ``2.0 to 2.9``."""

    labels: tuple[str, ...]
    floor: Decimal
    width: Decimal

    def of(self, value: Decimal) -> int:
        if not self.width:
            return 0
        return min(int(((value - self.floor) / self.width).to_integral_value(ROUND_FLOOR)), len(self.labels) - 1)


def classes(values: Sequence[Decimal]) -> Classes:
    """Five classes at most, with bounds of one decimal; one class where all figures are the same."""
    low, high = min(values), max(values)
    tenths = int((high - low) * 10)
    count = min(len(STEPS), tenths + 1)
    width = Decimal(-(-(tenths + 1) // count)) / 10
    bounds = [low + width * n for n in range(count)]
    bounds = [bound for bound in bounds if bound <= high]
    return Classes(tuple(_label(bound, bound + width - Decimal("0.1")) for bound in bounds), low, width)


def _label(low: Decimal, high: Decimal) -> str:
    return f"{low:.1f}" if low >= high else f"{low:.1f} to {high:.1f}"


def specification(
    geography: Mapping[str, Any], values: Mapping[str, Decimal], *, title: str, names: Mapping[str, str], narrow: bool
) -> dict[str, Any]:
    """The Vega-Lite specification: each district with name and figure written on it, and a legend of the classes.

    ``values`` by the code of the district; one without a value stays white. The map is laid flat with its own
    latitude's scale, so that shapes are true at this size.
    """
    steps = classes(list(values.values())) if values else Classes((), Decimal(0), Decimal(0))
    colours = _spread(len(steps.labels))
    features, words = [], []
    flat = _flattened(geography)
    for code, geometry, anchor in flat:
        value = values.get(code)
        number = steps.of(value) if value is not None else None
        label = steps.labels[number] if number is not None else NO_FIGURE
        features.append({"type": "Feature", "geometry": geometry, "c": label})
        ink = readable_on(colours[number]) if number is not None else GREY_TEXT
        words += [
            {"x": anchor[0], "y": anchor[1], "t": names.get(code, code), "i": ink, "line": 0},
            {"x": anchor[0], "y": anchor[1], "t": f"{value:.1f}" if value is not None else "–", "i": ink, "line": 1},
        ]
    lacking = [NO_FIGURE] if len(values) < len(flat) else []
    return _chart(features, words, [*steps.labels, *lacking], [*colours, *([WHITE] if lacking else [])], title, narrow)


def _chart(
    features: list[dict[str, Any]],
    words: list[dict[str, Any]],
    labels: list[str],
    colours: list[str],
    title: str,
    narrow: bool,
) -> dict[str, Any]:
    legend = alt.Legend(title=wrap(title, 40 if narrow else 80), orient="bottom", direction="horizontal",
                        columns=2 if narrow else 3,
                        titleLimit=330 if narrow else 600, symbolType="square", symbolSize=220,
                        symbolStrokeColor=GREY_TEXT, symbolStrokeWidth=1)  # fmt: skip
    shapes = (
        alt.Chart(alt.Data(values=features))
        .mark_geoshape(stroke=GREY_TEXT, strokeWidth=1)
        .encode(fill=alt.Fill("c:N", scale=alt.Scale(domain=labels, range=colours), legend=legend))
    )
    layers: list[Any] = [shapes]
    styles: list[tuple[int, int, Any]] = [(0, 9 if narrow else 13, "normal"), (1, 10 if narrow else 14, "bold")]
    for line, size, weight in styles:
        layers.append(
            alt.Chart(alt.Data(values=[word for word in words if word["line"] == line]))
            .mark_text(fontSize=size, fontWeight=weight, dy=(-0.55 if line == 0 else 0.65) * size)
            .encode(longitude="x:Q", latitude="y:Q", text="t:N", color=alt.Color("i:N", scale=None))
        )
    size = 340 if narrow else 620
    chart = (
        alt.layer(*layers)
        .project(type="identity", reflectY=True)
        .properties(width=size, height=int(size * 0.92))
        .configure(font=FONT, background="white", padding=6)
        .configure_view(stroke=None)
        .configure_legend(labelColor=INK, titleColor=INK, labelFontSize=12, titleFontSize=13, titlePadding=8)
        .configure_axis(domainColor=LINE)
    )
    return dict(chart.to_dict())


def _spread(count: int) -> list[str]:
    """``count`` of the steps, as far apart as there are."""
    if count <= 1:
        return [STEPS[2]][:count]
    return [STEPS[round(n * (len(STEPS) - 1) / (count - 1))] for n in range(count)]


def _flattened(geography: Mapping[str, Any]) -> list[tuple[str, dict[str, Any], Point]]:
    """Code, geometry and the place for its words, in units that are as long east as north."""
    polygons = {str(feature["properties"]["code"]): _polygons(feature["geometry"]) for feature in geography["features"]}
    latitudes = [y for shapes in polygons.values() for rings in shapes for ring in rings for _x, y in ring]
    scale = cos(radians((min(latitudes) + max(latitudes)) / 2)) if latitudes else 1.0
    found = []
    for code, shapes in polygons.items():
        flat = [[[(round(x * scale, 4), y) for x, y in ring] for ring in rings] for rings in shapes]
        largest = max(flat, key=lambda rings: abs(_area(rings[0])))
        found.append((code, {"type": "MultiPolygon", "coordinates": flat}, _centre(largest[0])))
    return found


def _polygons(geometry: Mapping[str, Any]) -> list[list[list[Point]]]:
    shapes = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [[[(point[0], point[1]) for point in ring] for ring in rings] for rings in shapes]


def _area(ring: Sequence[Point]) -> float:
    """Signed area of a closed ring (shoelace)."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) / 2


def _centre(ring: Sequence[Point]) -> Point:
    """Centre of gravity of a closed ring."""
    area = _area(ring)
    pairs = list(pairwise(ring))
    x = sum((a[0] + b[0]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (6 * area)
    y = sum((a[1] + b[1]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (6 * area)
    return x, y
