"""Names, birth dates and numbers of invented people.

A national ID is a prefix of the pack's choice and a scrambled serial: unique within a
register of one seed, and outside every series the pack does not name as invented.
"""

from __future__ import annotations

from datetime import date

from registry.intake.columns import FILL_DAY, FILL_MONTH_DAY, DatePrecision
from registry.sample.draws import Draw, Weighted, weighted
from registry.sample.families import Member
from registry.sample.world import World

PLACES_IN_HOUSEHOLD = 40
NOMINEE_PLACE = 39
_SERIAL_DIGITS = 11
_PRIME = 99_999_999_977  # largest below 10**11
_STEP = 38_196_601_125

DAY, MONTH, YEAR, ESTIMATED = (p.value for p in DatePrecision)
_PRECISION_CHILD = weighted(day=92, month=5, year=2, estimated=1)
_PRECISION_ADULT = weighted(day=83, month=5, year=8, estimated=4)
_PRECISION_ELDER = weighted(day=48, month=8, year=19, estimated=25)


def national_id(world: World, *, seed: int, index: int, place: int) -> str:
    """Return the invented number of one person, the same whenever it is asked for."""
    serial = ((index * PLACES_IN_HOUSEHOLD + place) * _STEP + seed * 7919) % _PRIME
    prefixes = world.settings["id_prefixes"]
    return f"{prefixes[serial % len(prefixes)]}{serial:0{_SERIAL_DIGITS}d}"


def phone(world: World, draw: Draw) -> str:
    prefix = str(world.settings["phone_prefix"])
    digits = int(world.settings["phone_digits"]) - len(prefix)
    return f"{prefix}{int(draw() * 10**digits):0{digits}d}"


def given_names(draw: Draw, names: Weighted[str], taken: set[str]) -> str:
    """One given name or two, not yet borne in this household."""
    while True:
        first = names.pick(draw)
        full = first
        if draw() < 0.38:
            second = names.pick(draw)
            if second != first:
                full = f"{first} {second}"
        if full not in taken:
            taken.add(full)
            return full


def age_on(birth: str, interview: date) -> int:
    """Completed years on the interview, a partial date filled as the import format says."""
    year = int(birth[:4])
    if len(birth) == 4:
        month_day = FILL_MONTH_DAY
    elif len(birth) == 7:
        month_day = (int(birth[5:7]), FILL_DAY)
    else:
        month_day = (int(birth[5:7]), int(birth[8:10]))
    today = (interview.month, interview.day)
    years = interview.year - year - (today < month_day)
    return 0 if years < 0 and len(birth) < 10 else years


def settle_birth(draw: Draw, member: Member, interview: date) -> None:
    """Give a birth date that yields the target age or a day's difference from it.

    Sets birth, precision and, since a rounded date may shift it, the age itself.
    """
    age = member.age
    ordinal = interview.toordinal() - int(age * 365.2425) - 1 - int(draw() * 363)
    full = date.fromordinal(ordinal).isoformat()
    if age < 1:
        member.birth, member.precision = full, DAY
    else:
        kinds = _PRECISION_CHILD if age < 18 else _PRECISION_ADULT
        precision = (_PRECISION_ELDER if age >= 60 else kinds).pick(draw)
        if age < 3 and precision in (YEAR, ESTIMATED):
            precision = MONTH
        member.precision = precision
        member.birth = {DAY: full, MONTH: full[:7]}.get(precision, full[:4])
    member.age = age_on(member.birth, interview)
