"""Laws of reading filled-in forms: what was answered is what is told, and no bytes make the reader stumble."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from registry.intake.cells import Unreadable, photo_of, point
from registry.openrosa.instance import UnreadableForm, file_name, parse, payload_of
from registry.questionnaire import read

VERSION = read(
    {
        "version": "1",
        "sections": [{"code": "home", "level": "household", "label": {"en": "Home"}}],
        "questions": [
            {
                "code": "fuels",
                "level": "household",
                "section": "home",
                "type": "choices",
                "label": {"en": "Fuels"},
                "choices": [{"code": "wood", "label": {"en": "Wood"}}, {"code": "dung", "label": {"en": "Dung"}}],
            }
        ],
    }
)
said = st.text(st.sampled_from("aZ9é'<>&;/\"水"), max_size=12)
columns = st.dictionaries(st.sampled_from(["address", "given_names", "phone", "person_no"]), said)


def written(household: dict[str, str], members: list[dict[str, str]]) -> bytes:
    root = etree.Element("data", {"id": "f", "version": "1"})
    for name, rows in (("household", [household]), ("members", members)):
        for row in rows:
            group = etree.SubElement(etree.SubElement(root, name), "section_any")
            for column, text in row.items():
                etree.SubElement(group, column).text = text
    etree.SubElement(etree.SubElement(root, "meta"), "instanceID").text = "uuid:1"
    return etree.tostring(root, encoding="UTF-8")


@given(columns, st.lists(columns, max_size=4))
def test_what_was_answered_is_what_is_told(household, members):
    told = payload_of(parse(written(household, members)), VERSION)

    assert told == {"household": household, "members": members}


@given(st.binary(max_size=400))
def test_any_bytes_are_a_form_or_are_refused(content):
    for body in (content, b"<data>" + content + b"</data>"):
        try:
            parse(body)
        except UnreadableForm as error:
            assert str(error)


def test_several_choices_are_told_as_every_door_tells_them():
    assert payload_of(parse(written({"fuels": "wood  dung"}, [])), VERSION)["household"] == {"fuels": "wood;dung"}


@given(st.text(max_size=60))
def test_a_file_has_a_name_without_folders(name):
    assert "/" not in file_name(name) and "\\" not in file_name(name)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_place_on_earth_is_read(north, east):
    text = f"{north:.6f} {east:.6f}"
    assert point(text) == point(text.replace(" ", ", ")) == text


@pytest.mark.parametrize("text", ["-29.3", "91 0", "0 181", "south 1", "1 2 3 4 5", "1;2", "nan 1", "1e3 2"])
def test_no_other_text_is_a_place(text):
    with pytest.raises(Unreadable):
        point(text)


def test_a_photograph_is_one_of_those_that_came():
    assert photo_of({"a"})("a") == "a"
    for photos in ((), {"b"}):
        with pytest.raises(Unreadable):
            photo_of(photos)("a")
