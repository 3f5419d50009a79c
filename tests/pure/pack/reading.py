"""A slow, plain reading of the country pack and of import files, to hold the real ones against."""

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from core import rules
from core.rules import Symbol, Type, Vocabulary
from registry.intake.vocabulary import CORE_NAMES, Level

PACKS = Path(__file__).resolve().parents[3] / "config" / "countries"
PACK = PACKS / "lesotho"

Row = dict[str, str]
Values = dict[str, Any]


@cache
def load(name: str) -> Any:
    return yaml.load((PACK / name).read_text(encoding="utf-8"), yaml.CSafeLoader)


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def choices_of(question: dict[str, Any]) -> list[str] | None:
    listed = question.get("choices")
    if "choice_list" in question:
        listed = load("questionnaire.yaml")["choice_lists"][question["choice_list"]]
    return None if listed is None else [choice["code"] for choice in listed]


@cache
def vocabulary(level: str) -> Vocabulary:
    """Names for rules of this level; person rules may use the household's as well."""
    levels = ["household"] if level == "household" else ["household", "person"]
    symbols = {}
    for core in CORE_NAMES:
        if core.level in levels:
            kind = Type.CHOICE if core.choices else Type(core.type)
            codes = frozenset(map(str, core.choices)) if core.choices else None
            symbols[core.name] = Symbol(kind, choices=codes)
    for question in load("questionnaire.yaml")["questions"]:
        if question["level"] in levels:
            codes = choices_of(question)
            symbols[question["code"]] = Symbol(Type(question["type"]), choices=frozenset(codes) if codes else None)
    return Vocabulary(symbols)


@cache
def parse(source: str, level: str, expects: Type | None = None) -> rules.Rule:
    return rules.parse(source, vocabulary=vocabulary(level), expects=expects)


def _filled(birth: str, interview: date) -> date:
    parts = [int(part) for part in birth.split("-")]
    if len(parts) == 3:
        return date(*parts)
    filled = date(*parts, 7, 1) if len(parts) == 1 else date(*parts, 15)
    return min(filled, interview)


def age(birth: str, interview: date) -> int:
    born = _filled(birth, interview)
    return interview.year - born.year - ((interview.month, interview.day) < (born.month, born.day))


def _answers(row: Row, level: str) -> Values:
    values: Values = {}
    for question in load("questionnaire.yaml")["questions"]:
        if question["level"] != level or not row[question["code"]]:
            continue
        text = row[question["code"]]
        match question["type"]:
            case "integer":
                values[question["code"]] = int(text)
            case "boolean":
                values[question["code"]] = {"yes": True, "no": False}[text]
            case "choices":
                values[question["code"]] = frozenset(text.split(";"))
            case _:
                values[question["code"]] = text
    return values


def household_values(row: Row, persons: list[Row]) -> tuple[Values, list[Values]]:
    """The values of a household and of each of its members, as the documentation defines them."""
    interview = date.fromisoformat(row["interview_date"])
    members = []
    for person in persons:
        if person["membership"] != "member":
            continue
        values = _answers(person, Level.PERSON)
        values["age"] = age(person["birth_date"], interview)
        values["counts"] = person["residence"] in ("usual", "temporarily_absent")
        values["has_national_id"] = person["national_id"] != ""
        for core in CORE_NAMES:
            if core.level == Level.PERSON and core.name in person and person[core.name]:
                values[core.name] = person[core.name]
        members.append(values)
    counting = [m["age"] for m in members if m["counts"]]
    references = [m for m in members if m["relationship"] == "reference"]
    named = Counter((p["given_names"], p["surname"]) for p in persons if p["membership"] == "member")
    household = _answers(row, Level.HOUSEHOLD) | {
        "size": len(counting),
        "children_0_17": sum(a < 18 for a in counting),
        "adults_18_59": sum(18 <= a < 60 for a in counting),
        "elders_60_plus": sum(a >= 60 for a in counting),
        "reference_persons": len(references),
        "spouses": sum(m["relationship"] == "spouse" for m in members),
        "oldest_age": max(counting, default=None),
        "repeated_names": sum(n for n in named.values() if n > 1),
    }
    if len(references) == 1:
        household["reference_age"] = references[0]["age"]
        household["reference_sex"] = references[0]["sex"]
        household["reference_present"] = references[0]["residence"] == "usual"
        for member in members:
            member["reference_age_gap"] = references[0]["age"] - member["age"]
    return household, [household | member for member in members]


def failed_checks(row: Row, persons: list[Row]) -> Iterator[tuple[str, str]]:
    """Code and severity of each check that is false, once for each person it is false for."""
    household, members = household_values(row, persons)
    for check in load("questionnaire.yaml")["checks"]:
        tried = [household] if check["level"] == "household" else members
        rule = parse(check["must"], check["level"], Type.BOOLEAN)
        for values in tried:
            if rules.evaluate(rule, values=values) is False:
                yield check["code"], check["severity"]


def score(row: Row, persons: list[Row]) -> Decimal | None:
    """The illustrative score, straight from its definition; None where an input is missing."""
    household, members = household_values(row, persons)
    values: Values = {}
    for variable in load("variables.yaml")["variables"]:
        values[variable["code"]] = _variable(variable, household, members)
    formula = load("formula.yaml")
    total = Decimal(formula["intercept"])
    for term in formula["terms"]:
        applies = rules.evaluate(_term(term["when"]), values=values)
        if applies is rules.UNDETERMINED:
            return None
        total += Decimal(term["coefficient"]) if applies else 0
    rescale = {k: Decimal(v) for k, v in formula["rescale"].items()}
    scaled = (total - rescale["subtract"]) * rescale["multiply"] / rescale["divide"]
    return scaled.quantize(Decimal(1).scaleb(-int(rescale["decimals"])), ROUND_HALF_UP)


@cache
def _term(source: str) -> rules.Rule:
    kinds = {v["code"]: Symbol(Type(v["type"])) for v in load("variables.yaml")["variables"]}
    return rules.parse(source, vocabulary=Vocabulary(kinds))


def _variable(variable: dict[str, Any], household: Values, members: list[Values]) -> Any:
    expression = parse(variable["expression"], variable["level"])
    if variable["level"] == "household":
        found = rules.evaluate(expression, values=household)
        return None if found is rules.UNDETERMINED else found
    where = parse(variable["where"], "person", Type.BOOLEAN)
    kept = [m for m in members if rules.evaluate(where, values=m) is True]
    found_all = [rules.evaluate(expression, values=member) for member in kept]
    known = [value for value in found_all if value is not rules.UNDETERMINED]
    if not kept:
        return variable["when_empty"]
    if variable["aggregate"] == "any" and True in known:
        return True
    if len(known) < len(kept):
        return None
    match variable["aggregate"]:
        case "any":
            return False
        case "max":
            return max(known)
        case "count":
            return sum(value is True for value in known)
    raise NotImplementedError(variable["aggregate"])
