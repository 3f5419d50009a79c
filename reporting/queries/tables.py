"""The tables of the figures page, which its charts and downloads show as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from core.access.actor import Actor
from core.models import Area
from registry.models import Person
from reporting.indicators import By, Indicator, listed
from reporting.models import Snapshot
from reporting.parameters import age_groups, populations
from reporting.queries.figures import Cells, Value, totals, visible
from reporting.queries.scope import Selection, covers, covers_whole, rows_of

Key = int | str | None
ALL: Key = ""
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Row:
    """One line: ``code`` is for machines, ``values`` are in the order of the table's indicators."""

    key: Key
    code: str
    label: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Indicators broken down by one thing. ``breakdown`` names it for machines: ``district``, ``sex_of_head``..."""

    code: str
    breakdown: str
    title: str
    first_column: str
    indicators: tuple[Indicator, ...]
    rows: tuple[Row, ...]
    total: Row

    def value(self, row: Row, code: str) -> Value:
        """The value of an indicator in a row; nothing where the table does not have it."""
        return next((v for i, v in zip(self.indicators, row.values, strict=True) if i.code == code), None)


@dataclass(frozen=True, slots=True)
class _Line:
    key: Key
    code: str
    label: str
    sees_programme: bool = True


@dataclass
class _Builder:
    actor: Actor
    snapshot: Snapshot
    selection: Selection
    indicators: list[Indicator] = field(default_factory=listed)

    def __post_init__(self) -> None:
        self.figures = visible(actor=self.actor, snapshot=self.snapshot, selection=self.selection)
        self.whole = totals(self.figures, self.indicators, None)[ALL]

    def table(
        self,
        *,
        code: str,
        breakdown: str,
        title: str,
        first: str,
        column: str,
        lines: list[_Line],
        indicators: Sequence[Indicator],
        cells: dict[Key, Cells] | None = None,
    ) -> Table:
        found = cells if cells is not None else totals(self.figures, indicators, column)
        lines = [*lines, *self._rest(column, {line.key for line in lines}, found, indicators)]
        rows = tuple(
            Row(
                line.key,
                line.code,
                line.label,
                tuple(
                    None if i.by_programme and not line.sees_programme else found.get(line.key, Cells()).value(i)
                    for i in indicators
                ),
            )
            for line in lines
        )
        total = Row(ALL, "", _("All"), tuple(self.whole.value(i) for i in indicators))
        return Table(code, breakdown, title, first, tuple(indicators), rows, total)

    def _rest(
        self, column: str, known: set[Key], found: dict[Key, Cells], indicators: Sequence[Indicator]
    ) -> list[_Line]:
        """What belongs to no line (a place or a head that is not known) gets its own line, so that parts add up."""
        codes = {indicator.code for indicator in indicators}
        other = [key for key, cells in found.items() if key not in known and any(c in codes for c, _, _ in cells.sums)]
        if not other:
            return []
        merged = Cells()
        for key in other:
            for (code, currency, bin_), value in found[key].sums.items():
                merged.add(code, currency, bin_, value)
        found["?"] = merged
        return [_Line("?", UNKNOWN, _("Place not known") if column.endswith("_id") else _("Not known"))]


def tables(*, actor: Actor, snapshot: Snapshot, selection: Selection) -> list[Table]:
    """Every table of the page: by place, by sex and age group of the head, and of persons by their own."""
    builder = _Builder(actor, snapshot, selection)
    households = [i for i in builder.indicators if By.SEX in i.by and not i.of_persons]
    persons = [i for i in builder.indicators if By.SEX in i.by and i.of_persons]
    sexes = [_Line(sex.value, sex.value, str(sex.label)) for sex in Person.Sex]
    ages = [_Line(code, code, _age_label(code)) for code in age_groups().codes]
    of_head = [
        builder.table(
            code="head-sex",
            breakdown="sex_of_head",
            title=_("Households by sex of the head"),
            first=_("Head"),
            column="sex",
            lines=sexes,
            indicators=households,
        ),
        builder.table(
            code="head-age",
            breakdown="age_group_of_head",
            title=_("Households by age of the head"),
            first=_("Head's age"),
            column="age_group",
            lines=ages,
            indicators=households,
        ),
    ]
    of_persons = [
        builder.table(code="sex", breakdown="sex", title=_("Persons by sex"), first=_("Sex"), column="sex",
                      lines=sexes, indicators=persons),
        builder.table(code="age", breakdown="age_group", title=_("Persons by age"), first=_("Age"),
                      column="age_group", lines=ages, indicators=persons),
    ]  # fmt: skip
    return [*_by_place(builder), *of_head, *of_persons]


def _by_place(builder: _Builder) -> list[Table]:
    areas = rows_of(builder.actor, builder.selection)
    councils = bool(areas) and areas[0].level == Area.Level.COUNCIL
    lines = [_place_line(builder, area) for area in areas]
    column = "area_id" if councils else "district_id"
    cells = totals(builder.figures, builder.indicators, column)
    _add_populations(builder, areas, cells)
    made = []
    for code, title, by_programme in [
        ("places", _("Registration by place"), False),
        ("programmes", _("Programmes by place"), True),
    ]:
        made.append(
            builder.table(
                code=code, breakdown="council" if councils else "district", title=title,
                first=_("Council") if councils else _("District"), column=column, lines=lines,
                indicators=[i for i in builder.indicators if i.by_programme is by_programme],
                cells=cells,
            )
        )  # fmt: skip
        cells.pop("?", None)
    return made


def _place_line(builder: _Builder, area: Area) -> _Line:
    label = area.name if covers_whole(builder.actor, area) else _("%(place)s (part)") % {"place": area.name}
    return _Line(area.pk, area.code, label, covers(builder.actor, area, builder.selection.programme))


def _add_populations(builder: _Builder, areas: list[Area], cells: dict[Key, Cells]) -> None:
    """Inhabitants of the places that the actor sees whole; in all, of their sum or of the one district shown."""
    known = populations()
    whole = [area for area in areas if covers_whole(builder.actor, area)]
    for area in whole:
        if area.code in known:
            cells[area.pk].add("population", "", None, known[area.code])
    if areas and areas[0].level == Area.Level.COUNCIL:
        district = Area.objects.get(pk=areas[0].district_id)
        whole = [district] if covers_whole(builder.actor, district) else []
    elif len(whole) < len(areas):
        whole = []
    if inhabitants := sum(known.get(area.code, 0) for area in whole):
        builder.whole.add("population", "", None, inhabitants)


def by_district(*, actor: Actor, snapshot: Snapshot, selection: Selection, indicator: Indicator) -> dict[str, Value]:
    """One indicator for each district that the actor sees whole, by the district's code: for the map."""
    builder = _Builder(actor, snapshot, selection, indicators=[indicator])
    areas = [selection.district] if selection.district else rows_of(actor, Selection(selection.programme))
    if areas and areas[0].level == Area.Level.COUNCIL:
        areas = [Area.objects.get(pk=areas[0].district_id)]
    areas = [a for a in areas if covers_whole(actor, a) and covers(actor, a, selection.programme)]
    cells = totals(builder.figures, [indicator], "district_id")
    _add_populations(builder, areas, cells)
    return {area.code: cells[area.pk].value(indicator) for area in areas}


def _age_label(code: str) -> str:
    first, _dash, last = code.partition("-")
    return (
        _("%(first)s to %(last)s") % {"first": first, "last": last}
        if last
        else _("%(first)s and over") % {"first": code.rstrip("+")}
    )
