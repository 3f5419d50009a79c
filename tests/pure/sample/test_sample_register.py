"""The sample register: the same bytes, plausible shares, a true truth file, nobody real."""

import hashlib
import re
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest

from registry.intake.columns import CORE_HOUSEHOLD_COLUMNS, CORE_PERSON_COLUMNS, Required
from registry.intake.columns import ColumnType as C
from registry.sample import write
from tests.pure.pack import reading

ON = date(2026, 9, 30)
FILES = ("households.csv", "persons.csv", "truth/duplicates.csv")
ROOT = Path(__file__).resolve().parents[3]
KNOWN_DIGEST = "5595a887a870c11d"


def make(out, *, households=400, seed=7, **more):
    summary = write.write(pack=reading.PACK, out=out, households=households, seed=seed, on=ON, **more)
    return out, summary


def digests(out, names=FILES):
    return {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in names}


class Sample:
    def __init__(self, folder):
        self._values = {}
        self.households = {r["household_no"]: r for r in reading.rows(folder / "households.csv")}
        self.persons = defaultdict(list)
        for row in reading.rows(folder / "persons.csv"):
            self.persons[row["household_no"]].append(row)
        self.duplicates = reading.rows(folder / "truth/duplicates.csv")
        self.person = {(row["household_no"], row["person_no"]): row for rows in self.persons.values() for row in rows}

    def values(self, no):
        if no not in self._values:
            self._values[no] = reading.household_values(self.households[no], self.persons[no])
        return self._values[no]


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return Sample(make(tmp_path_factory.mktemp("sample"), households=3000)[0])


# -- the same bytes


def test_same_options_give_the_same_bytes_and_another_seed_others(tmp_path):
    first, _ = make(tmp_path / "a")
    again, _ = make(tmp_path / "b")
    other, _ = make(tmp_path / "c", seed=8)

    assert digests(first) == digests(again)
    assert digests(first)["persons.csv"] != digests(other)["persons.csv"]


def test_size_of_parts_and_number_of_processes_change_no_byte(tmp_path):
    one, _ = make(tmp_path / "a", spoilt_households=5)
    small, _ = make(tmp_path / "b", spoilt_households=5, part_size=37)
    several, _ = make(tmp_path / "c", spoilt_households=5, part_size=64, workers=2)
    names = (*FILES, "truth/errors.csv")

    assert digests(one, names) == digests(small, names) == digests(several, names)


@pytest.mark.parametrize("hash_seed", ["0", "12345"])
def test_another_process_with_another_hash_seed_changes_no_byte(tmp_path, hash_seed):
    here, _ = make(tmp_path / "here", households=120)
    program = (
        "import sys; from datetime import date; from pathlib import Path\n"
        "from registry.sample import write\n"
        "write.write(pack=Path(sys.argv[1]), out=Path(sys.argv[2]), households=120, seed=7,"
        " on=date(2026, 9, 30))"
    )
    subprocess.run(
        [sys.executable, "-c", program, reading.PACK, tmp_path / "there"],
        cwd=ROOT,
        env={"PYTHONHASHSEED": hash_seed},
        check=True,
    )

    assert digests(here) == digests(tmp_path / "there")


def test_a_shorter_sample_is_the_beginning_of_a_longer_one(tmp_path):
    short, _ = make(tmp_path / "short", households=100)
    long, _ = make(tmp_path / "long", households=300)

    assert (long / "persons.csv").read_bytes().startswith((short / "persons.csv").read_bytes())


def test_the_bytes_of_one_small_sample_are_known(tmp_path):
    """Whoever changes the generator or the pack's shares renews this on purpose."""
    out, summary = make(tmp_path / "a", households=50, seed=1)

    assert summary.persons == sum(1 for _ in reading.rows(out / "persons.csv"))
    assert digests(out)["persons.csv"][:16] == KNOWN_DIGEST


# -- the format


def test_headers_are_the_documented_columns_and_then_the_questions(sample):
    questions = reading.load("questionnaire.yaml")["questions"]
    columns = [c.name for c in CORE_PERSON_COLUMNS]
    columns += [q["code"] for q in questions if q["level"] == "person"]

    assert list(next(iter(sample.person.values()))) == columns


def test_every_cell_is_what_the_import_format_allows(sample):
    villages = {p["code"] for p in reading.rows(reading.PACK / "places.csv") if p["level"] == "village"}
    pack = reading.load("pack.yaml")
    masks = {
        C.KEY: r"[A-Za-z0-9-]+",
        C.DATE: r"\d{4}-\d\d-\d\d",
        C.PARTIAL_DATE: r"\d{4}(-\d\d){0,2}",
        C.DECIMAL: r"-?\d+\.\d+",
        C.YES_NO: "yes|no",
        C.NATIONAL_ID: pack["national_id"]["mask"].strip("^$"),
        C.PHONE: pack["phone"]["mask"].strip("^$"),
        C.COUNTRY: "[A-Z]{3}",
        C.PERSON: r"\d+",
        C.PERSON_LINK: r"H\d+/\d+",
        C.TEXT: r".+",
    }
    for columns, rows in (
        (CORE_HOUSEHOLD_COLUMNS, sample.households.values()),
        (CORE_PERSON_COLUMNS, sample.person.values()),
    ):
        for column in columns:
            allowed = {C.CHOICE: set(map(str, column.choices or ())), C.AREA: villages}.get(column.type)
            for row in rows:
                text = row[column.name]
                wanted = column.required == Required.ALWAYS or (
                    column.required == Required.MEMBERS and row["membership"] == "member"
                )
                if not text:
                    assert not wanted, (column.name, row)
                elif allowed is not None:
                    assert text in allowed, (column.name, text)
                else:
                    assert re.fullmatch(masks[column.type], text), (column.name, text)
                    assert len(text) <= (column.max_length or 999)


def test_answers_are_given_exactly_where_they_are_relevant_and_within_range(sample):
    questions = reading.load("questionnaire.yaml")["questions"]
    for no in list(sample.households)[:600]:
        household, members = sample.values(no)
        rows = [p for p in sample.persons[no] if p["membership"] == "member"]
        for question in questions:
            of_household = question["level"] == "household"
            asked = [(household, sample.households[no])] if of_household else list(zip(members, rows, strict=True))
            for values, row in asked:
                _check_answer(question, values, row[question["code"]])


def _check_answer(question, values, text):
    relevant = True
    if "relevant_when" in question:
        rule = reading.parse(question["relevant_when"], question["level"])
        relevant = reading.rules.evaluate(rule, values=values)
    if not relevant:
        assert text == "", question["code"]
    elif question["required"]:
        assert text != "", (question["code"], values)
    codes = reading.choices_of(question)
    if text and codes:
        assert set(text.split(";")) <= set(codes)
    if text and question["type"] == "integer":
        assert question["min"] <= int(text) <= question["max"]


def test_persons_refer_to_persons_that_exist(sample):
    for no, persons in sample.persons.items():
        numbers = {p["person_no"] for p in persons}
        row = sample.households[no]
        assert len(numbers) == len(persons)
        for name in ("consent_given_by", "account_holder_no"):
            assert row[name] in numbers | {""}
        for person in persons:
            assert person["caregiver_no"] in (numbers - {person["person_no"]}) | {""}
            if person["linked_to"]:
                assert tuple(person["linked_to"].split("/")) in sample.person


# -- plausible


def test_nothing_but_planted_things_fails_a_check_and_few_households_have_a_warning(sample):
    failed = {no: list(reading.failed_checks(row, sample.persons[no])) for no, row in sample.households.items()}
    warned = sum(bool(found) for found in failed.values())

    assert [f for found in failed.values() for f in found if f[1] == "error"] == []
    assert 0.01 < warned / len(failed) < 0.04


def test_about_half_lies_below_the_cut_off_and_few_cannot_be_assessed(sample):
    scores = [reading.score(row, sample.persons[no]) for no, row in sample.households.items()]
    known = [score for score in scores if score is not None]
    cut_off = int(reading.load("formula.yaml")["cut_off"]["value"])

    assert 0.45 < sum(score < cut_off for score in known) / len(known) < 0.55
    assert 0.002 < 1 - len(known) / len(scores) < 0.03
    assert max(known) <= 1000 and min(known) >= 0


def test_sizes_ages_and_sexes_are_those_of_a_country(sample):
    sizes = [sample.values(no)[0]["size"] for no in sample.households]
    members = [m for no in sample.households for m in sample.values(no)[1]]
    ages = Counter(
        "0-4" if m["age"] < 5 else "5-17" if m["age"] < 18 else "18-69" if m["age"] < 70 else "70+" for m in members
    )
    shares = {group: n / len(members) for group, n in ages.items()}

    assert 4.0 < sum(sizes) / len(sizes) < 4.6
    assert 0.10 < shares["0-4"] < 0.16
    assert 0.27 < shares["5-17"] < 0.37
    assert 0.03 < shares["70+"] < 0.07
    assert 0.48 < sum(m["sex"] == "F" for m in members) / len(members) < 0.56


def test_districts_have_their_share_of_the_people(sample):
    places = {p["code"]: p for p in reading.rows(reading.PACK / "places.csv")}
    nation = int(places["LS"]["population_2016"])
    found = Counter(
        places[places[row["area_code"]]["parent_code"]]["parent_code"] for row in sample.households.values()
    )

    for code, place in places.items():
        if place["level"] == "district":
            expected = int(place["population_2016"]) / nation
            assert abs(found[code] / len(sample.households) - expected) < 0.03


def test_ids_are_missing_as_often_as_the_pack_says(sample):
    planted = {(d["household_no"], d["person_no"]) for d in sample.duplicates}
    missing, all_ = Counter(), Counter()
    for no in sample.households:
        rows = [p for p in sample.persons[no] if p["membership"] == "member"]
        for values, row in zip(sample.values(no)[1], rows, strict=True):
            if (no, row["person_no"]) not in planted and row["nationality"] == "LSO":
                group = "under_5" if values["age"] < 5 else "5_15" if values["age"] < 16 else "adult"
                all_[group] += 1
                missing[group] += row["national_id"] == ""

    assert abs(missing["under_5"] / all_["under_5"] - 0.55) < 0.04
    assert abs(missing["adult"] / all_["adult"] - 0.15) < 0.02


def test_the_families_that_systems_forget_are_there(sample):
    members = [m for no in sample.households for m in sample.values(no)[1]]
    heads = [sample.values(no)[0].get("reference_age") for no in sample.households]
    precision = Counter((m["age"] >= 60, m["birth_date_precision"]) for m in members)
    elders = sum(n for (old, _), n in precision.items() if old)
    others = sum(n for (old, _), n in precision.items() if not old)

    assert sum(head < 18 for head in heads) >= 10, "child-headed"
    assert sum(p["membership"] == "linked" and p["linked_to"] != "" for p in sample.person.values()) >= 5
    assert sum(m["residence"] == "abroad" for m in members) > 100
    assert sum(m["nationality"] != "LSO" for m in members) > 20
    assert sum(m["age"] < 18 and m["mother_status"] == m["father_status"] == "dead" for m in members) > 20
    assert sum(row["nominee_surname"] != "" for row in sample.households.values()) > 50
    assert sum(m.get("wg_walking") in ("a_lot", "cannot") for m in members) > 10
    assert precision[True, "estimated"] / elders > 3 * precision[False, "estimated"] / others
    assert {row["account_kind"] for row in sample.households.values()} == {"cash", "mobile", "bank"}
    assert any(p["known_as"].startswith("'Ma") for p in sample.person.values())


def test_linked_husband_is_the_man_of_the_row_that_he_is_linked_to(sample):
    linked = [p for p in sample.person.values() if p["membership"] == "linked"]
    for row in linked:
        husband = sample.person[tuple(row["linked_to"].split("/"))]
        assert [row[k] for k in ("given_names", "surname", "sex")] == [
            husband[k] for k in ("given_names", "surname", "sex")
        ]
        assert (husband["membership"], husband["marital_status"]) == ("member", "polygamous")


def test_nobody_is_real(sample):
    """Numbers lie in the invented series, and names are single names put together by lot."""
    settings = reading.load("sample.yaml")
    numbers = [p["national_id"] for p in sample.person.values() if p["national_id"]]
    numbers += [r["nominee_national_id"] for r in sample.households.values() if r["nominee_national_id"]]

    assert {n[:2] for n in numbers} == set(settings["id_prefixes"])
    assert all(len(n) == settings["id_digits"] for n in numbers)
    assert all(r["phone"].startswith(settings["phone_prefix"]) for r in sample.households.values() if r["phone"])


# -- planted duplicates


def test_three_in_a_hundred_households_hold_a_planted_duplicate(sample):
    holding = {d["household_no"] for d in sample.duplicates}

    assert 0.022 < len(holding) / len(sample.households) < 0.038
    assert {d["kind"] for d in sample.duplicates} == {
        "typing_error",
        "swapped_names",
        "day_month_swapped",
        "missing_id",
        "other_village",
    }
    assert {d["scope"] for d in sample.duplicates} == {"household", "person"}


def test_truth_tells_what_was_done_to_each_duplicate(sample):
    for d in sample.duplicates:
        copy = sample.person[d["household_no"], d["person_no"]]
        original = sample.person[d["original_household_no"], d["original_person_no"]]
        names = (copy["given_names"], copy["surname"])
        first = (original["given_names"], original["surname"])
        assert d["original_household_no"] < d["household_no"]
        assert copy["sex"] == original["sex"]
        assert copy["national_id"] in ("", original["national_id"])
        match d["kind"]:
            case "typing_error":
                assert sum(a != b for a, b in zip(names, first, strict=True)) == 1
                assert copy["birth_date"] == original["birth_date"]
            case "swapped_names":
                assert names == first[::-1]
                assert copy["national_id"] == ""
            case "day_month_swapped":
                year, month, day = original["birth_date"].split("-")
                assert copy["birth_date"] == f"{year}-{day}-{month}" != original["birth_date"]
            case "missing_id":
                assert (names, copy["birth_date"]) == (first, original["birth_date"])
                assert copy["national_id"] == ""
            case "other_village":
                assert (names, copy["birth_date"]) == (first, original["birth_date"])


def test_a_number_is_repeated_by_planted_duplicates_alone(sample):
    planted = {(d["household_no"], d["person_no"]) for d in sample.duplicates}
    own = [p["national_id"] for key, p in sample.person.items() if p["national_id"] and key not in planted]

    assert len(own) == len(set(own))
    assert any(sample.person[key]["national_id"] for key in planted)


# -- spoilt households


def test_spoilt_households_are_where_the_truth_says(tmp_path):
    out, summary = make(tmp_path / "a", households=600, spoilt_households=24)
    lines = {name: (out / name).read_text(encoding="utf-8").splitlines() for name in ("households.csv", "persons.csv")}
    truths = reading.rows(out / "truth/errors.csv")

    assert summary.spoilt_households == len(truths) == 24
    assert all(n == 2 for n in Counter(t["kind"] for t in truths).values())
    for truth in truths:
        line = lines[truth["file"]][int(truth["row"]) - 1]
        assert line.startswith(truth["household_no"] + ",")
        header = lines[truth["file"]][0].split(",")
        assert truth["column"] in header


def test_spoiling_none_leaves_no_truth_about_errors_behind(tmp_path):
    make(tmp_path / "a", households=20, spoilt_households=2)
    make(tmp_path / "a", households=20)

    assert not (tmp_path / "a/truth/errors.csv").exists()
    assert list((tmp_path / "a").rglob("*.part")) == []


@pytest.mark.parametrize(("households", "spoilt"), [(-1, 0), (5, 6), (5, -1)])
def test_counts_that_cannot_be_are_refused_before_anything_is_written(tmp_path, households, spoilt):
    with pytest.raises(ValueError, match="0 or more households"):
        make(tmp_path / "a", households=households, spoilt_households=spoilt)

    assert not (tmp_path / "a").exists()


def test_no_households_give_headers_alone(tmp_path):
    out, summary = make(tmp_path / "a", households=0)

    assert summary == write.Summary()
    assert all(len((out / name).read_text(encoding="utf-8").splitlines()) == 1 for name in FILES)
