"""Figures as people read them: texts, cards, addresses of charts and downloads."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from core.hooks import WaitingTask
from core.templatetags.furniture import figure
from reporting.charts.catalogue import CHARTS, STAGES
from reporting.disclosure import Withheld
from reporting.indicators import Indicator, Unit
from reporting.queries.scope import Selection
from reporting.queries.tables import Table

NOTHING = "–"


def text_of(value: object, indicator: Indicator) -> str:
    """A count with its thousands set apart, a rate with its sign, an amount with its currency; a dash for none."""
    if isinstance(value, Withheld):
        return _("hidden")
    if isinstance(value, Decimal):
        number = number_format(value, decimal_pos=1, use_l10n=True, force_grouping=True)
        return f"{number}\u00a0%" if indicator.unit is Unit.PERCENT else number
    if isinstance(value, tuple):
        return "; ".join(str(amount) for amount in value) or "0"
    return NOTHING if value is None else figure(value)


def name_of(selection: Selection) -> str:
    """What was chosen, for the line above the heading."""
    named = [selection.district.name] if selection.district else []
    return ", ".join([*named, *([selection.programme.name] if selection.programme else [])])


def table(shown: Table) -> dict[str, Any]:
    """A table with its texts, for ``core/_components/_table.html``."""

    def cells(label: str, values: tuple[object, ...]) -> list[str]:
        return [label, *(text_of(v, i) for i, v in zip(shown.indicators, values, strict=True))]

    columns = [{"label": indicator.title, "numeric": True} for indicator in shown.indicators]
    return {
        "id": shown.code,
        "title": shown.title,
        "columns": [{"label": shown.first_column}, *columns],
        "rows": [cells(row.label, row.values) for row in shown.rows],
        "total": cells(shown.total.label, shown.total.values),
        "meanings": [{"key": i.title, "value": i.definition} for i in shown.indicators],
    }


def headlines(shown: Sequence[Table]) -> list[WaitingTask]:
    """The stages in large, each leading to its meaning."""
    return [
        WaitingTask(label=i.title, count=value, url=f"{reverse('reporting:meanings')}#{i.code}")
        for one in shown[:2]
        for i, value in zip(one.indicators, one.total.values, strict=True)
        if i.code in STAGES and isinstance(value, int)
    ]


def charts(selection: Selection) -> list[dict[str, str]]:
    """The charts of a selection: title, words instead of the image, addresses of the wide and the narrow drawing."""
    query = _query(selection)
    found = []
    for chart in CHARTS:
        address = reverse("reporting:chart", args=[chart.code])
        found.append(
            {
                "title": str(chart.title),
                "alt": _("%(title)s. The tables on this page have the same figures.") % {"title": chart.title},
                "url": f"{address}?{urlencode(query)}",
                "narrow_url": f"{address}?{urlencode({**query, 'layout': 'narrow'})}",
            }
        )
    return found


def downloads(selection: Selection) -> list[dict[str, str]]:
    """The files of a selection, and what each is for."""
    query = _query(selection)
    programme = urlencode({"programme": query["programme"]})
    return [
        {
            "label": _("Working file (CSV)"),
            "url": f"{reverse('reporting:working_file')}?{urlencode(query)}",
            "text": _(
                "The figures of this page, exact. For use inside the service: small figures tell about few people."
            ),
        },
        {
            "label": _("File to pass on (CSV)"),
            "url": f"{reverse('reporting:protected_file')}?{programme}",
            "text": _("All your districts, with small figures hidden and those that would give them away."),
        },
        {
            "label": _("What the figures mean (CSV)"),
            "url": reverse("reporting:definitions_file"),
            "text": _("The meaning of each figure; it belongs with both files."),
        },
    ]


def meaning(indicator: Indicator) -> list[dict[str, str]]:
    """What an indicator is made of, as a summary list."""
    by = [_("place")]
    if len(indicator.by) > 1:
        by += [_("sex"), _("age group")] if indicator.of_persons else [_("sex of the head"), _("age group of the head")]
    if indicator.by_programme:
        by.append(_("programme"))
    rows = [
        {"key": _("Unit"), "value": indicator.unit.label},
        {"key": _("Broken down by"), "value": ", ".join(by)},
        {"key": _("Comes from"), "value": ", ".join(indicator.sources)},
        {"key": _("As of"), "value": indicator.as_of},
        {"key": _("Code"), "value": indicator.code},
    ]
    if indicator.numerator:
        rows.insert(1, {"key": _("Reckoned as"), "value": f"{indicator.numerator} / {indicator.denominator}"})
    return rows


def _query(selection: Selection) -> dict[str, str]:
    query = {"programme": selection.programme.code if selection.programme else ""}
    return query | ({"district": selection.district.code} if selection.district else {})
