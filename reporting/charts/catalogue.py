"""The charts of the figures page: what each shows, from the same tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access.actor import Actor
from core.models import Area
from core.pack import about
from core.reader import in_language
from core.templatetags.furniture import figure
from reporting import parameters
from reporting.charts import bars, districts
from reporting.indicators import get
from reporting.models import Snapshot
from reporting.queries.scope import Selection
from reporting.queries.tables import UNKNOWN, by_district, tables

STAGES = ("households_registered", "households_assessed", "households_enrolled", "households_paid")


@dataclass(frozen=True, slots=True)
class Drawing:
    """What to draw, its name, and its figures in words for those who do not see it."""

    specification: dict[str, Any]
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Chart:
    code: str
    title: Any
    drawing: Callable[[Actor, Snapshot, Selection, bool], Drawing]


def _stages(actor: Actor, snapshot: Snapshot, selection: Selection, narrow: bool) -> Drawing:
    places = [
        t for t in tables(actor=actor, snapshot=snapshot, selection=selection) if t.code in ("places", "programmes")
    ]
    found = []
    for code in STAGES:
        for table in places:
            for row in table.rows:
                value = table.value(row, code)
                if isinstance(value, int) and (value or row.code != UNKNOWN):
                    stage = get(code).title.removeprefix("Households ").capitalize()
                    found.append(bars.Bar(row.label, stage, value, figure(value)))
    title = _("Households registered, assessed, enrolled and paid")
    words = "; ".join(f"{bar.place}, {bar.stage.lower()}: {bar.text}" for bar in found)
    return Drawing(bars.specification(found, narrow=narrow), title, words or _("No figures."))


def _map(code: str, name: Any) -> Callable[[Actor, Snapshot, Selection, bool], Drawing]:
    def drawing(actor: Actor, snapshot: Snapshot, selection: Selection, narrow: bool) -> Drawing:
        indicator = get(code)
        found = by_district(actor=actor, snapshot=snapshot, selection=selection, indicator=indicator)
        values = {place: value for place, value in found.items() if isinstance(value, Decimal)}
        names = dict(Area.objects.filter(level=Area.Level.DISTRICT).values_list("code", "name"))
        title = str(name)
        if indicator.denominator == "population":
            title = f"{title} ({in_language(parameters.population_label())})"
        specification = districts.specification(geography(), values, title=title, names=names, narrow=narrow)
        words = "; ".join(f"{names.get(place, place)}: {value}" for place, value in values.items())
        return Drawing(specification, title, words or _("No figures."))

    return drawing


_REGISTERED = gettext_lazy("Persons registered per 1,000 inhabitants")
_ENROLLED = gettext_lazy("Households enrolled for every 100 registered")
CHARTS = (
    Chart("stages", gettext_lazy("Households registered, assessed, enrolled and paid"), _stages),
    Chart("map-registered", _REGISTERED, _map("registered_per_1000", _REGISTERED)),
    Chart("map-enrolled", _ENROLLED, _map("enrolled_share", _ENROLLED)),
)


@lru_cache(maxsize=1)
def geography() -> dict[str, Any]:
    """The country's districts as GeoJSON; each feature has the district's code."""
    path = settings.COUNTRY_PACK_DIR / about()["places"]["map"]
    return dict(json.loads(path.read_text(encoding="utf-8")))
