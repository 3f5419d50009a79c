"""References: the database and the program make the same, and typing errors are seen."""

from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from core import references

bodies = st.text(alphabet=references.ALPHABET, min_size=10, max_size=10)


def made_by_the_database(prefix: str, times: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_reference(%s) FROM generate_series(1, %s)", (prefix, times))
        return [row[0] for row in cursor.fetchall()]


def test_references_made_by_the_database_have_the_check_character_that_the_program_expects():
    made = made_by_the_database("HH", 2000)
    assert len(set(made)) == 2000
    assert all(references.is_valid(reference) for reference in made)


def test_every_character_of_the_alphabet_comes_up_evenly_enough():
    made = "".join(reference[3:13] for reference in made_by_the_database("HH", 5000))
    counts = {character: made.count(character) for character in references.ALPHABET}
    assert set(made) == set(references.ALPHABET)
    assert min(counts.values()) > 0.85 * len(made) / len(counts)


@given(body=bodies, place=st.integers(0, 9), other=st.sampled_from(references.ALPHABET))
def test_one_wrong_character_is_always_seen(body, place, other):
    reference = references.new("GR")
    wrong = reference[: 3 + place] + other + reference[4 + place :]
    assert references.is_valid(wrong) == (wrong == reference)


@given(st.integers(0, 8))
def test_two_neighbours_swapped_are_always_seen(place):
    reference = references.new("GR")
    body = list(reference)
    body[3 + place], body[4 + place] = body[4 + place], body[3 + place]
    assert references.is_valid("".join(body)) == ("".join(body) == reference)


def test_a_reference_may_be_typed_in_small_letters_with_blanks():
    reference = references.new("HH")
    assert references.normalise(f" {reference.lower().replace('-', ' ')} ") == reference
    assert references.is_valid(reference.lower().replace("-", ""))


@given(st.text(max_size=40))
def test_whatever_is_typed_gets_an_answer(text):
    assert references.is_valid(text) in (True, False)
