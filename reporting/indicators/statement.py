"""The one statement that counts every indicator, so that all figures are of one state of the register.

Every household is placed where it is registered now, under its present head; so figures of different stages can be
compared, and what was paid to a household follows it when it moves.
"""

from __future__ import annotations

from collections.abc import Sequence

from reporting.indicators.indicator import Counted, Indicator
from reporting.parameters import AgeGroups

# A place's council: the council above it or itself, else its district.
_PLACE = """
place AS MATERIALIZED (
    SELECT a.id, coalesce(c.id, a.district_id, a.id) AS area_id FROM core_area a
    LEFT JOIN core_area c ON c.level = 'council' AND starts_with(a.path, c.path)
)"""

# The head: the reference person of today; of a household that was closed, the last one.
_HEAD = """
head AS (
    SELECT DISTINCT ON (m.household_id) m.household_id, p.sex, {band} AS age_group
    FROM registry_membership m JOIN registry_person p ON p.id = m.person_id WHERE m.is_reference
    ORDER BY m.household_id, m.until_on DESC NULLS FIRST, m.id DESC
)"""

_BASE = """
base AS MATERIALIZED (
    SELECT h.id AS household_id, h.district_id, place.area_id,
           coalesce(head.sex, '') AS sex, coalesce(head.age_group, '') AS age_group
    FROM registry_household h JOIN place ON place.id = h.area_id LEFT JOIN head ON head.household_id = h.id
)"""

_COLUMNS = "indicator, programme_id, district_id, area_id, sex, age_group, bin, currency, value"
_CELL = "base.district_id, base.area_id, {sex}, {age_group}"


def statement(*, indicators: Sequence[Indicator], groups: AgeGroups) -> str:
    """SQL that inserts every figure. Parameters: ``snapshot``, ``on`` (the day that ages are reckoned for)."""
    parts = [part for indicator in indicators for part in _parts(indicator, groups)]
    return (
        f"WITH {_PLACE}, {_HEAD.format(band=band('p.birth_date', groups))}, {_BASE}, figure ({_COLUMNS}) AS (\n"
        + "\nUNION ALL\n".join(parts)
        + f"\n) INSERT INTO reporting_figure (snapshot_id, {_COLUMNS}) SELECT %(snapshot)s, {_COLUMNS} FROM figure"
    )


def band(column: str, groups: AgeGroups) -> str:
    """The age group of somebody born on ``column``, in full years on the day."""
    age = f"extract(year FROM age(%(on)s::date, {column}))"
    pairs = sorted(zip(groups.starts, groups.codes, strict=True), reverse=True)
    cases = " ".join(f"WHEN {age} >= {start} THEN '{code}'" for start, code in pairs[:-1])
    return f"CASE {cases} ELSE '{pairs[-1][1]}' END"


def _parts(indicator: Indicator, groups: AgeGroups) -> list[str]:
    """Its SELECTs: by programme and, each thing once, over all programmes; or one where programmes play no part."""
    if indicator.counted is None:
        return []
    build = {
        Counted.HOUSEHOLDS: _households,
        Counted.PERSONS: _persons,
        Counted.PLACED: _placed,
        Counted.AMOUNT: _amount,
        Counted.MONTHS: _months,
    }[indicator.counted]
    programmes = ["found.programme_id", "NULL::bigint"] if indicator.by_programme else ["NULL::bigint"]
    return [build(indicator, programme, groups) for programme in programmes]


def _households(indicator: Indicator, programme: str, _groups: AgeGroups) -> str:
    cell = _CELL.format(sex="base.sex", age_group="base.age_group")
    return (
        f"SELECT '{indicator.code}', found.programme_id, {cell}, NULL::int, '', count(*)"
        f" FROM (SELECT DISTINCT found.household_id, {programme} AS programme_id FROM ({indicator.query}) found) found"
        f" JOIN base ON base.household_id = found.household_id GROUP BY found.programme_id, {cell}"
    )


def _persons(indicator: Indicator, programme: str, groups: AgeGroups) -> str:
    """A person is placed with the household that they were found in; of two, with the one registered later."""
    cell = _CELL.format(sex="p.sex", age_group=band("p.birth_date", groups))
    return (
        f"SELECT '{indicator.code}', found.programme_id, {cell}, NULL::int, '', count(*)"
        f" FROM (SELECT found.person_id, {programme} AS programme_id, max(found.household_id) AS household_id"
        f" FROM ({indicator.query}) found GROUP BY 1, 2) found"
        " JOIN base ON base.household_id = found.household_id JOIN registry_person p ON p.id = found.person_id"
        f" GROUP BY found.programme_id, {cell}"
    )


def _placed(indicator: Indicator, _programme: str, _groups: AgeGroups) -> str:
    return (
        f"SELECT '{indicator.code}', NULL::bigint, found.district_id,"
        " CASE WHEN found.district_id IS NOT NULL THEN coalesce(place.area_id, found.district_id) END,"
        " '', '', NULL::int, '', count(*)"
        f" FROM ({indicator.query}) found LEFT JOIN place ON place.id = found.area_id GROUP BY 3, 4"
    )


def _amount(indicator: Indicator, programme: str, _groups: AgeGroups) -> str:
    cell = _CELL.format(sex="base.sex", age_group="base.age_group")
    group = (
        f"found.programme_id, {cell}, found.currency" if programme.startswith("found") else f"{cell}, found.currency"
    )
    return (
        f"SELECT '{indicator.code}', {programme}, {cell}, NULL::int, found.currency, sum(found.amount_minor)::bigint"
        f" FROM ({indicator.query}) found JOIN base ON base.household_id = found.household_id GROUP BY {group}"
    )


def _months(indicator: Indicator, _programme: str, _groups: AgeGroups) -> str:
    cell = _CELL.format(sex="base.sex", age_group="base.age_group")
    return (
        f"SELECT '{indicator.code}', NULL::bigint, {cell}, found.bin, '', count(*) FROM ({indicator.query}) found"
        f" JOIN base ON base.household_id = found.household_id GROUP BY found.bin, {cell}"
    )
