"""Planted duplicates: households and persons registered a second time, with the truth kept.

Kinds: typing_error, swapped_names, day_month_swapped, missing_id, other_village. Only
typing_error and other_village may repeat the national ID; the others come without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from registry.sample.draws import Draw, slot, stream, weighted
from registry.sample.household import Household, Row, make
from registry.sample.people import age_on
from registry.sample.plan import Kind, Plan, kind_of, number

TYPING_ERROR = "typing_error"
SWAPPED_NAMES = "swapped_names"
DAY_MONTH_SWAPPED = "day_month_swapped"
MISSING_ID = "missing_id"
OTHER_VILLAGE = "other_village"

_KINDS = weighted(typing_error=38, swapped_names=16, day_month_swapped=26, missing_id=8, other_village=12)
_REACH = 3000
_ASKED_ALIKE_FROM = 27  # from this age on a year more or less changes no question
_SALT = 0x9E3779B97F4A7C15


@dataclass(frozen=True, slots=True)
class Truth:
    """A person entered twice: the later entry, the first, how they differ, and what was repeated."""

    household_no: str
    person_no: str
    original_household_no: str
    original_person_no: str
    kind: str
    scope: str


def plant(plan: Plan, index: int) -> tuple[Household, list[Truth]]:
    """Fill slot ``index`` with a duplicate of an earlier household or person."""
    draw = stream(slot(plan.seed, index)[1] ^ _SALT)
    origin = _earlier_ordinary(plan, index, draw)
    if origin is None:
        return make(plan, index), []
    original = make(plan, origin)
    kind = _KINDS.pick(draw)
    if draw() < plan.world.share("duplicates", "of_households_share"):
        return _household(plan, index, original, kind, draw)
    return _person(plan, index, original, kind, draw)


def _earlier_ordinary(plan: Plan, index: int, draw: Draw) -> int | None:
    for _ in range(20):
        candidate = index - 1 - int(draw() * min(index, _REACH))
        if kind_of(plan, candidate) == Kind.ORDINARY:
            return candidate
    return None


def _household(plan: Plan, index: int, original: Household, kind: str, draw: Draw) -> tuple[Household, list[Truth]]:
    copy = Household(dict(original.row), [dict(p) for p in original.persons], original.interview)
    no, original_no = number(index), original.row["household_no"]
    copy.row["household_no"] = no
    copy.row["legacy_number"] = ""
    if kind == OTHER_VILLAGE:
        copy.row["area_code"] = plan.world.villages.pick(draw).code
        copy.row["latitude"] = copy.row["longitude"] = ""
    keep_id = draw() < 0.5
    truths = []
    for row in copy.persons:
        row["household_no"] = no
        done = _disturb(row, kind, keep_id, copy.interview, draw)
        person_no = row["person_no"]
        truths.append(Truth(no, person_no, original_no, person_no, done, "household"))
    _later_interview(plan, copy, draw)
    copy.row["interviewer"] = f"Interviewer {1 + int(draw() * 300):03d}"
    return copy, truths


def _later_interview(plan: Plan, copy: Household, draw: Draw) -> None:
    """Move the second interview up to 40 days on, unless somebody has a birthday meanwhile."""
    later = date.fromordinal(copy.interview.toordinal() + 1 + int(draw() * 40))
    births = [row["birth_date"] for row in copy.persons if row.get("birth_date")]
    if later <= plan.on and all(age_on(b, later) == age_on(b, copy.interview) for b in births):
        copy.interview = later
        copy.row["interview_date"] = later.isoformat()


def _person(plan: Plan, index: int, original: Household, kind: str, draw: Draw) -> tuple[Household, list[Truth]]:
    """Enter one person of the original household as a relative in another household too."""
    host = make(plan, index)
    candidates = [
        p
        for p in original.persons[1:] or original.persons
        if p["membership"] == "member"
        and age_on(p["birth_date"], original.interview) == age_on(p["birth_date"], host.interview)
    ]
    if not candidates:
        return _household(plan, index, original, kind, draw)
    row = dict(candidates[int(draw() * len(candidates))])
    original_person_no = row["person_no"]
    row |= {
        "household_no": number(index),
        "person_no": str(len(host.persons) + 1),
        "relationship": "other_relative",
        "residence": "usual",
        "caregiver_no": "",
    }
    done = _disturb(row, kind, draw() < 0.5, host.interview, draw)
    host.persons.append(row)
    truth = Truth(
        number(index),
        row["person_no"],
        original.row["household_no"],
        original_person_no,
        done,
        "person",
    )
    return host, [truth]


def _disturb(row: Row, kind: str, keep_id: bool, interview: date, draw: Draw) -> str:
    """Change a copied row as ``kind`` says and return the kind that was possible."""
    if kind == DAY_MONTH_SWAPPED:
        swapped = _swap_day_month(row["birth_date"], interview)
        if swapped is None:
            kind = MISSING_ID
        else:
            row["birth_date"] = swapped
    if kind == TYPING_ERROR:
        field = "surname" if draw() < 0.5 else "given_names"
        row[field] = _mistype(row[field], draw)
    elif kind == SWAPPED_NAMES:
        row["given_names"], row["surname"] = row["surname"], row["given_names"]
    if kind not in (TYPING_ERROR, OTHER_VILLAGE) or not keep_id:
        row["national_id"] = row["other_id_number"] = ""
        row["other_id_kind"] = row["other_id_country"] = row["other_id_expires_on"] = ""
        if row.get("birth_evidence") == "id_card":
            row["birth_evidence"] = "declared"
    return kind


def _swap_day_month(birth: str, interview: date) -> str | None:
    """Return the date with day and month exchanged, if it exists and changes no question asked of the person."""
    if len(birth) != 10 or birth[8:10] > "12" or birth[8:10] == birth[5:7]:
        return None
    swapped = f"{birth[:4]}-{birth[8:10]}-{birth[5:7]}"
    ages = age_on(birth, interview), age_on(swapped, interview)
    return swapped if ages[0] == ages[1] or min(ages) >= _ASKED_ALIKE_FROM else None


def _mistype(text: str, draw: Draw) -> str:
    """Drop, double, exchange or replace one letter after the first; always another text."""
    place = 1 + int(draw() * (len(text) - 1))
    way = int(draw() * 4)
    if way == 0:
        changed = text[:place] + text[place + 1 :]
    elif way == 1:
        changed = text[:place] + text[place] + text[place:]
    elif way == 2:
        changed = text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :]
    else:
        changed = text[:place] + "aeiouthlmn"[int(draw() * 10)] + text[place + 1 :]
    changed = changed.strip()
    return changed if changed != text else text + text[-1]
