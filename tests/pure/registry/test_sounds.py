"""Names that are one name in two spellings sound the same, and the names of a country stay apart."""

from __future__ import annotations

import csv
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.intake import keys
from registry.intake.names import tokens
from registry.intake.sounds import sound

PACK = Path(__file__).resolve().parents[3] / "config" / "countries" / "lesotho"
LETTERS = st.text(alphabet=string.ascii_lowercase, min_size=1, max_size=12)


def heard(name: str) -> list[str]:
    return [sound(part) for part in keys.parts(name)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # doubled letters
        ("Nnana", "Nana"), ("Khaahliso", "Khahliso"), ("Johannes", "Johanes"), ("Lieketseng", "Liketseng"),
        # aspirates: th/t, kh/k, ph/p, qh/q, tlh/tl
        ("Thabo", "Tabo"), ("Nthabiseng", "Ntabiseng"), ("Khotso", "Kotso"), ("Mpho", "Mpo"), ("Qhobela", "Qobela"),
        ("Tlhoriso", "Tloriso"), ("Mokhethi", "Mokethi"),
        # ph/f/v
        ("Josepha", "Josefa"), ("Stephen", "Stefen"), ("Sophia", "Sofia"), ("Eva", "Efa"),
        # c/k/q/x
        ("Catherine", "Katherine"), ("Christina", "Kristina"), ("Qacha", "Kacha"), ("Cecilia", "Sesilia"),
        ("Alexander", "Aleksander"), ("Nicky", "Niki"),
        # Lesotho and South Africa: li/di, lu/du, kh/kg, ch/tjh, ts/tsh, oe/we, ea/ya, h/g
        ("Lineo", "Dineo"), ("Likeleli", "Dikeledi"), ("Limpho", "Dimpho"), ("Tlali", "Tladi"), ("Lulu", "Dudu"),
        ("Khotso", "Kgotso"), ("Chaka", "Tjhaka"), ("Tšepo", "Tshepo"), ("Ts'epo", "Tsepo"), ("Refiloe", "Refilwe"),
        ("Mokoena", "Mokwena"), ("Mokoena", "Mokuena"), ("Keabetsoe", "Keabetswe"), ("Lebohang", "Lebogang"),
        ("Khahiso", "Kagiso"), ("Moshoeshoe", "Moshweshwe"), ("Eketsang", "Yeketsang"),
        # prefixes
        ("'Mathabo", "Mmathabo"), ("'Ma Thabo", "'Mathabo"), ("’Maleshoane", "Mma-leshoane"),
        # accents, y/i, e/i, o/u
        ("Tšosane", "Tsosane"), ("Mary", "Mari"), ("Marie", "Mary"), ("Nyane", "Niane"), ("Motlatsi", "Motlatse"),
        ("Puleng", "Poleng"), ("Mothokho", "Mothuku"),
        # silent h, z/s, ng/n
        ("Sarah", "Sara"), ("John", "Jon"), ("Hester", "Ester"), ("Elizabeth", "Elisabet"), ("Puleng", "Pulen"),
    ],
)  # fmt: skip
def test_spellings_of_one_name_sound_alike(one: str, other: str) -> None:
    assert heard(one) == heard(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Thabo", "Thato"), ("Thabiseng", "Nthabiseng"), ("Thabo", "'Mathabo"), ("Lerato", "Lereko"),
        ("Tlali", "Hlali"), ("Palesa", "Puleng"), ("Neo", "Lineo"), ("Sello", "Tello"), ("Mohale", "Mokale"),
        ("Tau", "Tao lo"), ("Chaka", "Saka"), ("Teboho", "Tebo"),
    ],
)  # fmt: skip
def test_other_names_stay_apart(one: str, other: str) -> None:
    assert heard(one) != heard(other)


@pytest.mark.parametrize("kind", ["given", "surname"])
def test_of_a_countrys_names_few_sound_like_another(kind: str) -> None:
    with (PACK / "names.csv").open(encoding="utf-8", newline="") as rows:
        names = {part for row in csv.DictReader(rows) if row["kind"] == kind for part in keys.parts(row["name"])}
    assert len(names) > 200
    assert len({sound(name) for name in names}) > 0.97 * len(names)


@given(LETTERS)
def test_a_sound_is_never_empty_and_short(part: str) -> None:
    assert sound(part)
    assert len(sound(part)) <= len(part) + part.count("x")


@given(LETTERS, st.integers(0, 11))
def test_a_letter_told_twice_is_heard_once(part: str, at: int) -> None:
    at %= len(part)
    assert sound(part[:at] + part[at] * 2 + part[at + 1 :]) == sound(part)


@given(st.text(max_size=30), st.text(max_size=30))
def test_the_keys_of_names_are_those_of_their_parts_in_any_order(one: str, other: str) -> None:
    assert keys.of_names((one, other)) == keys.of_names((other, one)) == keys.of_names((one,)) | keys.of_names((other,))


@given(st.text(max_size=40))
def test_nothing_of_a_name_is_lost_when_it_is_taken_apart(name: str) -> None:
    assert "".join(keys.parts(name)) == "".join(tokens(name))


@given(LETTERS, LETTERS)
def test_spelling_is_one_number_and_sound_a_range(one: str, other: str) -> None:
    least, greatest = keys.alike(one)
    assert 0 <= least <= keys.of_part(one) <= greatest < 1 << 63
    if sound(one) == sound(other):
        assert least <= keys.of_part(other) <= greatest


@given(st.text(max_size=40))
def test_names_with_a_date_are_never_taken_for_a_part(told: str) -> None:
    assert -(1 << 63) <= keys.of_text(told) < 0


def test_keys_never_change() -> None:
    """Rows in databases carry them: another key means a migration that makes all anew."""
    assert (keys.of_part("mokoena"), keys.of_text("mokoena thabo|1985-03-02")) == KEPT


KEPT = (4224570692336705874, -7714751825007104544)
