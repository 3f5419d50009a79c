"""Answers, correlated with a hidden welfare level (mean 0, deviation 1).

Illustrative: levels and slopes are chosen so that answers agree with one another, poorer
households have less, and about half of the sample lies below the illustrative cut-off.
"""

from __future__ import annotations

from registry.intake.columns import NO, SEVERAL_SEPARATOR, YES
from registry.sample.draws import Draw, Weighted, bell, weighted
from registry.sample.families import Member

Answers = dict[str, str]

_SHOCKS = ("drought", "flood", "crop_pest", "herd_loss", "job_loss", "death", "illness", "price_rise")
_WG = (
    "wg_seeing", "wg_hearing", "wg_walking", "wg_remembering", "wg_selfcare", "wg_communicating"
)  # fmt: skip
_WG_DOMAIN = Weighted(_WG, [34, 14, 26, 14, 6, 6])
_WG_LEVEL = weighted(some=72, a_lot=22, cannot=6)
_IDLE = weighted(home=38, unemployed=30, casual=22, none=10)


def yes(value: bool) -> str:
    return YES if value else NO


def of_household(draw: Draw, *, welfare: float, urban: bool, size: int) -> Answers:
    """Answer the household questions."""
    w = welfare + 0.35 * (draw() - 0.5)
    answers = _dwelling(draw, w, urban, size)
    answers |= _goods(draw, w, answers["lighting"])
    answers |= _animals(draw, welfare, urban)
    answers["meals_per_day"] = str(max(1, min(4, round(2.2 + 0.5 * w))))
    shocks = [shock for shock in _SHOCKS if draw() < 0.16 - 0.03 * w]
    answers["shocks"] = SEVERAL_SEPARATOR.join(shocks)
    if draw() < 0.006:
        answers["heating_fuel"] = ""
    return answers


def _step(value: float, *bounds: tuple[float, str]) -> str:
    """Return the code of the first bound that lies above the value."""
    for bound, code in bounds:
        if value < bound:
            return code
    return bounds[-1][1]


_TOP = 99.0


def _dwelling(draw: Draw, w: float, urban: bool, size: int) -> Answers:
    town = 0.7 if urban else -0.3
    light = w + town + 1.2 * (draw() - 0.5)
    heat = w + 0.5 * town + 1.6 * (draw() - 0.5)
    return {
        "tenure": "rented" if urban and draw() < 0.35 else "owned" if draw() < 0.93 else "free",
        "dwelling_wall": _step(
            w + bell(draw), (-1.2, "mud"), (-0.4, "stone"), (0.1, "sheets"), (1.4, "blocks"),
            (_TOP, "burnt_brick"),
        ),
        "dwelling_roof": _step(w + town + draw(), (-0.6, "thatch"), (2.6, "sheets"), (_TOP, "tiles")),
        "dwelling_floor": _step(w + draw(), (-0.2, "mud_dung"), (1.6, "cement"), (_TOP, "tiles")),
        "rooms": str(max(1, min(9, int(1.2 + 0.5 * w + 0.25 * size + draw() * 1.5)))),
        "water_source": _step(
            w + town + draw(), (-1.6, "river"), (-1.1, "spring_open"), (-0.5, "spring_covered"),
            (-0.1, "borehole"), (1.1, "public_tap"), (_TOP, "piped_home"),
        ),
        "toilet": _step(
            w + town + draw(), (-1.0, "none"), (-0.7, "shared"), (0.6, "pit"), (2.2, "vip"),
            (_TOP, "flush"),
        ),
        "lighting": _step(
            light, (-1.8, "none"), (-0.6, "candles"), (0.1, "paraffin"), (0.5, "solar"),
            (_TOP, "electricity"),
        ),
        "heating_fuel": _step(
            heat, (-1.9, "none"), (-0.9, "dung"), (0.0, "wood"), (0.1, "coal"),
            (0.85, "paraffin"), (1.75, "gas"), (_TOP, "electricity"),
        ),
    }  # fmt: skip


def _goods(draw: Draw, w: float, lighting: str) -> Answers:
    power = lighting in ("electricity", "solar")
    return {
        "stove": yes(w + bell(draw) * 0.8 > -0.2),
        "radio": yes(w + bell(draw) > -0.65),
        "tv": yes(power and w + bell(draw) * 0.7 > 0.4),
        "mobile_phone": yes(w + bell(draw) > -1.4),
        "refrigerator": yes(power and w + bell(draw) * 0.6 > 0.6),
        "bicycle": yes(w + bell(draw) * 1.2 > 2.0),
        "vehicle": yes(w + bell(draw) * 0.5 > 1.5),
    }


def _animals(draw: Draw, w: float, urban: bool) -> Answers:
    """Herds are a rural household's savings: likelier outside towns, larger with welfare."""
    base = -1.2 if urban else 0.0

    def herd(chance: float, typical: float) -> str:
        if w + base + 1.6 * bell(draw) * 0.6 < chance:
            return "0"
        return str(1 + int(typical * (0.3 + draw()) * (1.4 + max(w, -0.8))))

    return {
        "land_fields": str(int(draw() * 3.2)) if not urban else "0",
        "cattle": herd(0.2, 4),
        "sheep": herd(0.35, 12),
        "goats": herd(0.95, 6),
        "horses": herd(1.0, 1),
        "donkeys": herd(0.7, 1),
        "pigs": herd(1.0, 1),
        "poultry": herd(-0.4, 5),
    }


def of_person(draw: Draw, member: Member, *, welfare: float) -> Answers:
    """Answer the person questions that are relevant at this age."""
    age = member.age
    answers: Answers = {}
    attending = False
    if 4 <= age <= 25:
        chance = 0.93 if 6 <= age <= 13 else 0.75 - 0.07 * max(0, age - 14) + 0.1 * welfare
        attending = draw() < chance
        answers["school_attending"] = yes(attending)
    if age >= 3:
        answers["education"] = _education(draw, age, welfare, attending)
    if age >= 15:
        answers["activity"] = _activity(draw, age, welfare, attending)
    answers["chronic_illness"] = yes(draw() < 0.02 + age * 0.0025)
    if age >= 5:
        answers |= _difficulties(draw, age)
    return answers


def _education(draw: Draw, age: int, welfare: float, attending: bool) -> str:
    if age < 6:
        return "preschool" if attending else "none"
    if age < 14:
        return "primary" if attending or draw() < 0.85 else "none"
    if age >= 18 and draw() < 0.0015:
        return ""
    reach = welfare * 0.8 + bell(draw) * 0.8 - 0.022 * max(0, age - 30)
    if age < 19:
        return "secondary" if reach > -0.2 else "primary"
    return _step(reach, (-1.8, "none"), (0.1, "primary"), (1.6, "secondary"), (_TOP, "above_secondary"))


def _activity(draw: Draw, age: int, welfare: float, attending: bool) -> str:
    if attending:
        return "student"
    if age >= 68 and draw() < 0.85:
        return "retired"
    chance = draw()
    if age >= 18:
        wage = 0.19 + 0.10 * welfare
        trade = 0.08 + 0.04 * welfare
        if chance < wage:
            return "paid_employee"
        if chance < wage + trade:
            return "self_employed"
    if chance > 0.72:
        return "own_farm"
    return _IDLE.pick(draw)


def _difficulties(draw: Draw, age: int) -> Answers:
    """Washington Group Short Set: mostly none; difficulties grow with the square of age."""
    answers = dict.fromkeys(_WG, "none")
    if draw() < 0.035 + age * age * 0.00006:
        answers[_WG_DOMAIN.pick(draw)] = _WG_LEVEL.pick(draw)
        if draw() < 0.3:
            answers[_WG_DOMAIN.pick(draw)] = _WG_LEVEL.pick(draw)
    return answers
