"""The country pack holds together: codes, parents, rules, sources, the formula's own check."""

import json
import re
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
import yaml

from core.rules import Symbol, Type, Vocabulary, evaluate
from core.rules import parse as parse_rule
from registry.intake.columns import (
    CORE_HOUSEHOLD_COLUMNS,
    CORE_PERSON_COLUMNS,
    FILE_HOUSEHOLD_COLUMNS,
    FILE_PERSON_COLUMNS,
)
from registry.intake.vocabulary import CORE_NAMES
from tests.pure.pack import reading

QUESTIONNAIRE = reading.load("questionnaire.yaml")
QUESTIONS = QUESTIONNAIRE["questions"]
CHECKS = QUESTIONNAIRE["checks"]
VARIABLES = reading.load("variables.yaml")["variables"]
FORMULA = reading.load("formula.yaml")
PROGRAMMES = reading.load("programmes.yaml")["programmes"]
GRIEVANCES = reading.load("grievances.yaml")
PAYMENTS = reading.load("payments.yaml")
PLACES = reading.rows(reading.PACK / "places.csv")


def _twice(values):
    return [value for value, n in Counter(values).items() if n > 1]


def test_places_form_one_tree_with_each_parent_one_level_up():
    levels = reading.load("pack.yaml")["places"]["levels"]
    by_code = {place["code"]: place for place in PLACES}

    assert _twice(place["code"] for place in PLACES) == []
    assert Counter(place["level"] for place in PLACES)["country"] == 1
    for place in PLACES:
        depth = levels.index(place["level"])
        if depth:
            assert by_code[place["parent_code"]]["level"] == levels[depth - 1], place


def test_there_are_ten_districts_and_76_councils_and_no_council_without_villages():
    counts = Counter(place["level"] for place in PLACES)
    villages = Counter(place["parent_code"] for place in PLACES if place["level"] == "village")

    assert (counts["district"], counts["council"]) == (10, 76)
    assert Counter(p["kind"] for p in PLACES if p["level"] == "council") == {
        "community council": 64,
        "urban council": 11,
        "municipal council": 1,
    }
    assert len(villages) == 76
    assert all(5 <= n <= 8 for n in villages.values())


def test_district_populations_add_up_to_the_national_one():
    people = {place["code"]: place["population_2016"] for place in PLACES}
    districts = [int(p["population_2016"]) for p in PLACES if p["level"] == "district"]

    assert int(people["LS"]) - sum(districts) == 0


def test_invented_villages_say_that_they_are_invented():
    for place in PLACES:
        assert place["source"]
        if place["level"] == "village":
            assert place["source"] == "sample, invented"
            assert place["setting"] in ("urban", "rural")


def test_each_district_has_closed_shapes_and_no_other_property():
    shapes = json.loads((reading.PACK / "districts.geojson").read_text(encoding="utf-8"))
    names = {p["code"]: p["name"] for p in PLACES if p["level"] == "district"}

    assert {s["properties"]["code"]: s["properties"]["name"] for s in shapes["features"]} == names
    for shape in shapes["features"]:
        kind, coordinates = shape["geometry"]["type"], shape["geometry"]["coordinates"]
        assert kind in ("Polygon", "MultiPolygon")
        assert set(shape["properties"]) == {"code", "name"}
        for (ring,) in coordinates if kind == "MultiPolygon" else [coordinates]:
            assert ring[0] == ring[-1]


def test_the_map_has_no_hole_where_one_district_lies_in_two_pieces():
    shapes = json.loads((reading.PACK / "districts.geojson").read_text(encoding="utf-8"))
    (capital,) = [s for s in shapes["features"] if s["properties"]["code"] == "LS-A"]
    pieces = [ring for (ring,) in capital["geometry"]["coordinates"]]

    assert len(pieces) == 2
    assert any(28.06 <= x <= 28.31 and -29.96 <= y <= -29.70 for piece in pieces for x, y in piece)


def test_names_are_unique_and_carry_their_source():
    names = reading.rows(reading.PACK / "names.csv")

    assert _twice((row["kind"], row["name"]) for row in names) == []
    assert all(re.fullmatch(r"S[1-5]( S[1-5])*", row["source"]) for row in names)
    assert {row["sex"] for row in names} == {"", "F", "M", "U"}


def test_every_data_file_is_listed_with_its_source():
    listed = (reading.PACK / "sources.md").read_text(encoding="utf-8")

    for path in reading.PACK.iterdir():
        if path.name not in ("sources.md", "pack.yaml", "variables.yaml"):
            assert path.name in listed, path.name
    for name in ("variables.yaml", "formula.yaml", "grievances.yaml", "payments.yaml", "sample.yaml"):
        assert reading.load(name)["source"], name


def test_yaml_keys_are_not_given_twice():
    class Strict(yaml.SafeLoader):
        pass

    def mapping(loader, node):
        keys = [loader.construct_object(key) for key, _ in node.value]
        assert _twice(keys) == [], node.start_mark
        return loader.construct_mapping(node, deep=True)

    Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    for path in reading.PACK.glob("*.yaml"):
        yaml.load(path.read_text(encoding="utf-8"), Strict)


def test_codes_of_questions_do_not_collide_with_columns_or_core_names():
    taken = {column.name for column in CORE_HOUSEHOLD_COLUMNS + CORE_PERSON_COLUMNS}
    taken |= {name.name for name in CORE_NAMES}
    codes = [question["code"] for question in QUESTIONS]

    assert _twice(codes) == []
    assert taken.isdisjoint(codes)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q["code"])
def test_question_is_complete_and_its_rules_are_rules(question):
    sections = {section["code"]: section["level"] for section in QUESTIONNAIRE["sections"]}
    codes = reading.choices_of(question)

    assert sections[question["section"]] == question["level"]
    assert question["label"]["en"].strip()
    assert isinstance(question["required"], bool)
    assert (codes is not None) == (question["type"] in ("choice", "choices"))
    assert _twice(codes or []) == []
    if question["type"] == "integer":
        assert question["min"] < question["max"]
    for key in ("relevant_when", "required_when"):
        if key in question:
            reading.parse(question[key], question["level"], Type.BOOLEAN)


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c["code"])
def test_check_is_a_rule_over_documented_names_and_points_to_a_column(check):
    columns = {column.name for column in CORE_HOUSEHOLD_COLUMNS + CORE_PERSON_COLUMNS}
    columns |= {question["code"] for question in QUESTIONS}

    reading.parse(check["must"], check["level"], Type.BOOLEAN)

    assert check["severity"] in ("error", "warning")
    assert check["path"] in columns
    assert check["message"]["en"].endswith((".", "?"))


def test_there_are_as_many_checks_as_the_field_expects():
    assert _twice(check["code"] for check in CHECKS) == []
    assert 15 <= len(CHECKS) <= 40


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda v: v["code"])
def test_variable_has_the_type_it_says(variable):
    of_each = variable["type"]
    if variable["aggregate"] in ("count", "any"):
        of_each = "boolean"

    reading.parse(variable["expression"], variable["level"], Type(of_each))

    assert (variable["aggregate"] is None) == (variable["level"] == "household")
    if variable["level"] == "person":
        reading.parse(variable["where"], "person", Type.BOOLEAN)
        assert "when_empty" in variable


def _formula_vocabulary():
    return Vocabulary({v["code"]: Symbol(Type(v["type"])) for v in VARIABLES})


def test_formula_terms_are_rules_over_its_variables():
    for term in FORMULA["terms"]:
        parse_rule(term["when"], vocabulary=_formula_vocabulary(), expects=Type.BOOLEAN)
        scaled = Decimal(term["coefficient"]) * FORMULA["scale"]
        assert scaled == scaled.to_integral_value()


def _score(coefficients):
    rescale = {key: Decimal(value) for key, value in FORMULA["rescale"].items()}
    total = Decimal(FORMULA["intercept"]) + sum(coefficients)
    return (total - rescale["subtract"]) * rescale["multiply"] / rescale["divide"]


def test_formula_runs_from_0_to_1000_and_the_cut_off_lies_within():
    """The constants' own check: their minimum is 3.866 and their range 3.792."""
    terms = {term["code"]: Decimal(term["coefficient"]) for term in FORMULA["terms"]}
    exclusive = ("size_", "education_", "heating_")
    groups = [[0, *(c for code, c in terms.items() if code.startswith(p))] for p in exclusive]
    alone = [[0, c] for code, c in terms.items() if not code.startswith(exclusive)]
    lowest = _score([min(group) for group in groups + alone])
    highest = _score([max(group) for group in groups + alone])

    assert (lowest, highest) == (FORMULA["range"]["min"], FORMULA["range"]["max"]) == (0, 1000)
    assert lowest < Decimal(FORMULA["cut_off"]["value"]) < highest


def test_each_size_takes_exactly_one_size_term_or_none_for_one_member():
    terms = [term for term in FORMULA["terms"] if term["code"].startswith("size_")]
    rules = [parse_rule(term["when"], vocabulary=_formula_vocabulary()) for term in terms]
    applying = [sum(evaluate(r, values={"size": size}) for r in rules) for size in range(1, 30)]

    assert applying == [0] + [1] * 28


def test_formula_and_its_variables_say_that_they_are_illustrative():
    assert FORMULA["status"] == "illustrative"
    assert "illustrative" in FORMULA["label"]["en"]


@pytest.mark.parametrize("programme", PROGRAMMES, ids=lambda p: p["code"])
def test_programme_rules_use_known_names_and_each_value_has_a_source(programme):
    parameters = {p["code"]: Symbol(Type.DECIMAL, nullable=False) for p in programme["parameters"]}
    names = dict(reading.vocabulary("person" if programme["unit"] == "person" else "household"))
    vocabulary = Vocabulary(names | {"score": Symbol(Type.DECIMAL)} | parameters)

    parse_rule(programme["criteria"], vocabulary=vocabulary, expects=Type.BOOLEAN)
    parse_rule(programme["benefit"]["rule"], vocabulary=vocabulary, expects=Type.DECIMAL)

    assert programme["source"]
    for parameter in programme["parameters"]:
        assert parameter["source"] and parameter["unit"]
        assert isinstance(parameter["valid_from"], date)
        assert isinstance(parameter["value"], str)
        Decimal(parameter["value"])
    assert _twice((p["code"], p["valid_from"]) for p in programme["parameters"]) == []


def test_published_rates_stand_as_published():
    rates = {
        (programme["code"], p["code"], str(p["valid_from"])): p["value"]
        for programme, p in ((pr, p) for pr in PROGRAMMES for p in pr["parameters"])
    }

    assert rates["CGP", "rate_1_2", "2014-01-01"] == "360.00"
    assert rates["CGP", "rate_3_4", "2014-01-01"] == "600.00"
    assert rates["CGP", "rate_5_plus", "2014-01-01"] == "750.00"
    assert rates["OAP", "monthly_rate", "2025-04-01"] == "950.00"


def test_grievance_categories_are_those_of_publicschema_with_a_standard_each():
    codes = [category["code"] for category in GRIEVANCES["categories"]]

    published = (
        "exclusion_error inclusion_error payment_complaint data_correction appeal service_quality misconduct other"
    )

    assert " ".join(codes) == published
    assert "illustrative" in GRIEVANCES["standards_source"].lower()
    for category in GRIEVANCES["categories"]:
        assert 0 < category["acknowledge_days"] <= category["resolve_days"]
        assert category["sensitive"] == (category["code"] == "misconduct")


def test_each_council_has_a_pay_point_and_all_of_payments_is_marked_invented():
    councils = {place["code"] for place in PLACES if place["level"] == "council"}
    programmes = {programme["code"] for programme in PROGRAMMES}

    assert {point["council"] for point in PAYMENTS["pay_points"]} == councils
    assert "fictitious" in PAYMENTS["debtor"]["source"]
    for entry in PAYMENTS["providers"] + PAYMENTS["pay_points"] + PAYMENTS["budget_lines"]:
        assert "invented" in entry["source"]
    for line in PAYMENTS["budget_lines"]:
        assert line["programme"] in programmes
        released = sum(Decimal(release["amount"]) for release in line["releases"])
        assert released <= Decimal(line["amount"])


def test_identity_and_phone_masks_accept_and_refuse():
    pack = reading.load("pack.yaml")
    mask, phone = pack["national_id"]["mask"], pack["phone"]["mask"]

    assert [bool(re.search(mask, n)) for n in ("0012345678901", "123", "12345678901234")] == [
        True,
        False,
        False,
    ]
    assert [bool(re.search(phone, n)) for n in ("50123456", "22123456", "90123456", "5012345")] == [
        True,
        True,
        False,
        False,
    ]
    assert pack["national_id"]["mask_status"] == "assumed"


def test_documentation_lists_every_core_name():
    text = (reading.PACKS.parents[1] / "docs/questionnaire.md").read_text(encoding="utf-8")

    for name in CORE_NAMES:
        assert f"| `{name.name}` | {name.type} | {name.meaning}" in text


def test_documentation_lists_every_column_with_its_meaning():
    text = (reading.PACKS.parents[1] / "docs/import-format.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)

    documented = CORE_HOUSEHOLD_COLUMNS + CORE_PERSON_COLUMNS + FILE_HOUSEHOLD_COLUMNS + FILE_PERSON_COLUMNS
    assert listed == [column.name for column in documented]
    for column in documented:
        assert f"| `{column.name}` | {column.meaning} |" in text
        for choice in column.choices or ():
            assert f"`{choice}`" in text
