"""What the country pack gives to the sample: places, names, shares, columns.

Source: files of the pack (places.csv, names.csv, districts.geojson, sample.yaml,
questionnaire.yaml), each of which names its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from core.data_files import read_csv, read_yaml
from registry.intake.columns import CORE_HOUSEHOLD_COLUMNS, CORE_PERSON_COLUMNS
from registry.sample.draws import Draw, Weighted, slot, stream

Ring = list[list[float]]


@dataclass(frozen=True, slots=True)
class Village:
    code: str
    district: str
    urban: bool
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class World:
    """Everything the generator reads; built once in each process."""

    villages: Weighted[Village]
    girls: Weighted[str]
    boys: Weighted[str]
    surnames: Weighted[str]
    household_columns: tuple[str, ...]
    person_columns: tuple[str, ...]
    settings: dict[str, Any]

    def share(self, *path: str) -> float:
        """Return a share of sample.yaml as a number."""
        node: Any = self.settings
        for key in path:
            node = node[key]
        return float(node["value"] if isinstance(node, dict) else node)


def load(pack: Path) -> World:
    """Read the pack's files for the sample.

    Raises:
        OSError: a file of the pack is missing.
    """
    settings = read_yaml(pack / "sample.yaml")
    questions = read_yaml(pack / "questionnaire.yaml")
    names = read_csv(pack / "names.csv")
    return World(
        villages=_villages(pack, float(settings["urban_share"]["value"])),
        girls=_given_names(names, "F", settings["married_name_prefix"]),
        boys=_given_names(names, "M", settings["married_name_prefix"]),
        surnames=_surnames(names),
        household_columns=_columns(CORE_HOUSEHOLD_COLUMNS, questions, "household"),
        person_columns=_columns(CORE_PERSON_COLUMNS, questions, "person"),
        settings=settings,
    )


def _columns(core: Any, questions: dict[str, Any], level: str) -> tuple[str, ...]:
    asked = [q["code"] for q in questions["questions"] if q["level"] == level]
    return tuple(column.name for column in core) + tuple(asked)


def _given_names(rows: list[dict[str, str]], sex: str, married_prefix: str) -> Weighted[str]:
    """Names a child of this sex may bear: mostly those a source gives that sex."""
    weights: dict[str, float] = {}
    for row in rows:
        mother_name = row["name"].startswith((married_prefix, married_prefix.strip("'")))
        if row["kind"] != "given" or row["sex"] == {"F": "M", "M": "F"}[sex]:
            continue
        if mother_name and row["sex"] == "F":
            continue
        weights[row["name"]] = {sex: 6.0, "U": 3.0}.get(row["sex"], 1.0)
    return Weighted(list(weights), list(weights.values()))


def _surnames(rows: list[dict[str, str]]) -> Weighted[str]:
    """Family names; no frequencies are published, so a few are made common by their place."""
    names = [row["name"] for row in rows if row["kind"] == "surname"]
    return Weighted(names, [1.0 + 6.0 / (1 + place % 29) for place in range(len(names))])


def _villages(pack: Path, urban_share: float) -> Weighted[Village]:
    rows = read_csv(pack / "places.csv")
    by_code = {row["code"]: row for row in rows}
    rings = _rings(pack)
    groups: dict[tuple[str, bool], list[dict[str, str]]] = {}
    for row in rows:
        if row["level"] == "village":
            council = by_code[row["parent_code"]]
            key = (council["parent_code"], council["setting"] == "urban")
            groups.setdefault(key, []).append(row)
    villages, weights = [], []
    for (district, urban), members in groups.items():
        share = urban_share if urban else 1.0 - urban_share
        people = float(by_code[district]["population_2016"]) * share
        for row in members:
            longitude, latitude = _point_in(rings[district], row["code"])
            urban_village = row["setting"] == "urban"
            villages.append(Village(row["code"], district, urban_village, latitude, longitude))
            weights.append(people / len(members))
    return Weighted(villages, weights)


def _rings(pack: Path) -> dict[str, Ring]:
    shapes = json.loads((pack / "districts.geojson").read_text(encoding="utf-8"))
    return {shape["properties"]["code"]: _outline(shape["geometry"]) for shape in shapes["features"]}


def _outline(geometry: dict[str, Any]) -> Ring:
    """The outer ring; of a district in several parts, that of the part with the longest outline in points."""
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    rings: list[Ring] = [part[0] for part in parts]
    return max(rings, key=len)


def _point_in(ring: Ring, code: str) -> tuple[float, float]:
    """Choose a point for an invented village inside its district, always the same one."""
    draw: Draw = stream(slot(0, int.from_bytes(code.encode(), "big"))[1])
    xs, ys = [p[0] for p in ring], [p[1] for p in ring]
    while True:
        x = min(xs) + draw() * (max(xs) - min(xs))
        y = min(ys) + draw() * (max(ys) - min(ys))
        if _inside(ring, x, y):
            return x, y


def _inside(ring: Ring, x: float, y: float) -> bool:
    inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside
