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


def drawn_together(prefix: str, times: int) -> list[str]:
    stream, step = references.draw(prefix, times), references.BODY + 1
    return [f"{prefix}-{stream[n : n + step - 1]}-{stream[n + step - 1]}" for n in range(0, step * times, step)]


def test_references_drawn_together_are_all_different_and_right():
    made = drawn_together("PN", 2000)
    assert len(set(made)) == 2000
    assert all(references.is_valid(reference) for reference in made)
    assert references.draw("PN", 0) == ""


@given(prefix=st.sampled_from(["HH", "PN", "GR"]), times=st.integers(1, 5))
def test_those_drawn_together_have_the_check_character_of_one_made_alone(prefix, times):
    for reference in drawn_together(prefix, times):
        assert references.check_character(reference[:-2]) == reference[-1]


def test_characters_of_references_drawn_together_come_up_evenly_enough():
    made = "".join(reference[3:13] for reference in drawn_together("HH", 5000))
    counts = {character: made.count(character) for character in references.ALPHABET}
    assert set(made) == set(references.ALPHABET)
    assert min(counts.values()) > 0.85 * len(made) / len(counts)


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
