"""What is read by column is to the letter what is read the long way, and only where that finds nothing to say."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.intake import arriving
from registry.intake.columns import CORE_HOUSEHOLD_COLUMNS, CORE_PERSON_COLUMNS
from registry.intake.identity import formats
from registry.intake.parts import Lines, household_of
from registry.intake.plain import PlainReader
from registry.intake.reading import Place, Reader, Source, Surroundings
from registry.intake.staging import Arrival, Arrived, written
from registry.intake.vocabulary import Level
from registry.questionnaire import read
from tests.pure.pack.reading import load

NAMESPACE = UUID("0191b5a4-7a3a-7c3e-9d5f-0242ac120002")
ARRIVAL = Arrival("import", 7, 3, None, datetime(2026, 11, 2, 9, tzinfo=UTC), "households.csv", "persons.csv")
AROUND = Surroundings(
    questionnaire=read(load("questionnaire.yaml")),
    formats=formats(load("pack.yaml")),
    places={"V1": Place(11, 1), "V2": Place(12, 1, allowed=False)},
    notices={"2026-01": 5},
    today=date(2026, 11, 2),
    adult_from=18,
)
HEADERS = {
    "h": [one.name for one in CORE_HOUSEHOLD_COLUMNS] + [q.code for q in AROUND.questionnaire.of(Level.HOUSEHOLD)],
    "m": [one.name for one in CORE_PERSON_COLUMNS] + [q.code for q in AROUND.questionnaire.of(Level.PERSON)],
}
HOME = {
    "household_no": "H1",
    "area_code": "V1",
    "interview_date": "2026-06-30",
    "privacy_notice": "2026-01",
    "legal_basis": "public_task",
    "tenure": "owned",
    "rooms": "3",
    "shocks": "drought;death",
}
MEMBER = {
    "household_no": "H1",
    "membership": "member",
    "relationship": "child",
    "given_names": "Palesa",
    "surname": "Mokoena",
    "sex": "F",
    "birth_date": "2001-02-03",
    "residence": "usual",
}
# What people write into any column, well or badly: each column meets what belongs into others, too.
ANYTHING = st.sampled_from(
    ["", " ", "1", "2", "0", "yes", "no", "consent", "public_task", "cash", "bank", "mobile", "V1", "V2", "2026-01",
     "2026-06-30", "2027-01-01", "1990", "1990-05", "1990-05-06", "2026-08-01", "day", "year", "estimated", "F",
     "reference", "spouse", "member", "linked", "usual", "abroad", "temporarily_absent", "H2/1", "-29.5", "28.123456",
     "91", "1000000", "50123456", "+266 5012 3456", "1234567890123", "123 456-7890123", "234567890123", "LSO",
     "passport", "own", "drought; death", "a\tb", "c\\N", "d\ne", "é", "水", "'Ma Thabo", "Mokoena-Tau", "\ud83d", "\0",
     "x" * 300, "#N/A", " Thabo "]
)  # fmt: skip
households = st.dictionaries(st.sampled_from(HEADERS["h"][1:]), ANYTHING, max_size=3)
members = st.dictionaries(st.sampled_from(HEADERS["m"][1:]), ANYTHING, max_size=3)


def lines(home: dict[str, str], *others: dict[str, str]) -> Lines:
    return Lines(
        "H1",
        2,
        [(HOME | home).get(name, "") for name in HEADERS["h"]],
        list(range(5, 5 + len(others))),
        [
            [({"person_no": str(n)} | MEMBER | other).get(name, "") for name in HEADERS["m"]]
            for n, other in enumerate(others, start=1)
        ],
    )


def the_long_way(told: Lines, headers: dict[str, list[str]]) -> Arrived:
    household = household_of(told, headers)
    source = Source("households.csv", "persons.csv", told.line, told.member_lines, frozenset(), told.issues)
    read_ = Reader(AROUND).read(household.payload, source)
    return written(Arrived(read_, uuid5(NAMESPACE, "H1"), "H1", told.line, told.member_lines), ARRIVAL)


PLAIN = PlainReader(AROUND, HEADERS)
UUID5 = str(uuid5(NAMESPACE, "H1"))


@settings(max_examples=300, deadline=None)
@given(households, st.lists(members, min_size=1, max_size=3))
def test_it_is_the_same_to_the_letter_or_left_to_the_long_way(home, others):
    told = lines(home, *others)

    rows, long = PLAIN.rows(told, UUID5, ARRIVAL), the_long_way(told, HEADERS)

    assert rows is None or (rows, long.told.issues) == (long.rows, [])


CONSENT = {"legal_basis": "consent", "consent": "yes", "consent_given_by": "1"}


@pytest.mark.parametrize(
    ("home", "others"),
    [
        ({}, [{}]),
        ({"address": "near\tthe \\ river", "latitude": "-29.5", "longitude": "28.1"}, [{"known_as": "水"}]),
        (CONSENT, [{"relationship": "reference", "birth_date": "2015"}, {}]),
        (CONSENT, [{"birth_date": "1990-05", "birth_date_precision": "estimated"}]),
        ({"account_kind": "bank", "account_number": "007", "account_holder_no": "2"}, [{}, {"caregiver_no": "1"}]),
        ({"phone": "+266 5012 3456", "own_or_relative": "no"}, [{"national_id": "123 456-7890123"}, {}]),
        ({}, [{"other_id_kind": "passport", "other_id_number": "X1", "birth_date": "1990"}]),
    ],
)
def test_what_is_plain_is_read_by_column(home, others):
    told = lines(home, *others)

    assert PLAIN.rows(told, UUID5, ARRIVAL) == the_long_way(told, HEADERS).rows


@pytest.mark.parametrize(
    ("home", "others"),
    [
        ({"own_or_relative": "own"}, [{}]),
        ({"area_code": "V2"}, [{}]),
        ({"nominee_surname": "Tau", "nominee_given_names": "Thabo"}, [{}]),
        (CONSENT, [{"birth_date": "2015"}]),
        (CONSENT | {"consent_given_by": "2"}, [{}]),
        ({"latitude": "1"}, [{}]),
        ({}, [{"membership": "linked", "national_id": "1234567890123"}]),
        ({}, [{"national_id": "1234567890123"}, {"national_id": "123-4567890123"}]),
        ({}, [{"person_no": "1"}, {"person_no": "1"}]),
        ({}, [{"caregiver_no": "1"}]),
        ({}, [{"birth_date": "2026-08-01"}]),
        ({}, []),
    ],
)
def test_what_is_not_plain_is_left_to_the_long_way(home, others):
    assert PLAIN.rows(lines(home, *others), UUID5, ARRIVAL) is None


def test_columns_that_a_file_has_not_got_are_blank_and_come_in_any_order():
    headers = {"h": sorted(HOME), "m": [*sorted(MEMBER, reverse=True), "person_no"]}
    told = Lines("H1", 2, [HOME[name] for name in headers["h"]], [5], [[*map(MEMBER.get, headers["m"][:-1]), "1"]])

    assert PlainReader(AROUND, headers).rows(told, UUID5, ARRIVAL) == the_long_way(told, headers).rows


@given(st.text(max_size=30))
def test_a_household_has_the_number_that_the_standard_gives_it(key):
    key = key.encode(errors="replace").decode()
    assert arriving._uuid5(NAMESPACE, key) == str(uuid5(NAMESPACE, key))
