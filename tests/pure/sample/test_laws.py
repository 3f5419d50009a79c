"""Laws that the sample rests on, whatever the numbers."""

from datetime import date, timedelta
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from registry.sample import duplicates, people
from registry.sample.draws import Weighted, slot, stream
from tests.pure.pack import reading

WORLD = SimpleNamespace(settings=reading.load("sample.yaml"))
PLACES = st.integers(0, people.PLACES_IN_HOUSEHOLD - 1)
INDEXES = st.integers(0, 2_000_000)
DAYS = st.dates(date(1900, 1, 1), date(2026, 9, 30))


@given(st.tuples(INDEXES, PLACES), st.tuples(INDEXES, PLACES), st.integers(0, 2**31))
def test_two_places_never_bear_one_number(one, other, seed):
    numbers = [people.national_id(WORLD, seed=seed, index=i, place=p) for i, p in (one, other)]

    assert (numbers[0] == numbers[1]) == (one == other)
    assert all(len(number) == WORLD.settings["id_digits"] for number in numbers)


def test_serials_cannot_collide_because_the_modulus_is_prime_and_larger_than_any_register():
    prime = people._PRIME

    assert all(prime % divisor for divisor in range(2, int(prime**0.5) + 1))
    assert 0 < people._STEP < prime < 10**people._SERIAL_DIGITS


@given(DAYS, st.sampled_from([4, 7, 10]), st.integers(0, 40_000))
def test_ages_agree_with_the_documented_reading_of_partial_dates(born, length, days_later):
    interview = born + timedelta(days=days_later)
    text = born.isoformat()[:length]

    assert people.age_on(text, interview) == reading.age(text, interview)


@given(st.text("abcdefghijklmno š'", min_size=2, max_size=30).map(str.strip).filter(lambda t: len(t) > 1), INDEXES)
def test_a_typing_error_always_changes_the_name_and_leaves_one(name, key):
    mistyped = duplicates._mistype(name, stream(key))

    assert mistyped != name
    assert mistyped.strip() == mistyped != ""


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=30), st.floats(0, 1, exclude_max=True))
def test_a_weighted_draw_finds_a_value_for_every_number(weights, number):
    values = Weighted(range(len(weights)), weights)

    assert values.pick(lambda: number) in range(len(weights))


@given(st.integers(0, 2**40), INDEXES)
def test_a_stream_is_known_by_its_seed_and_index_alone(seed, index):
    kind, key = slot(seed, index)

    assert 0 <= kind < 1
    assert [stream(key)() for _ in range(2)] == [stream(slot(seed, index)[1])() for _ in range(2)]
