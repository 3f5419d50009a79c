"""Conditions of forms against the reference interpreter: what a device is told holds exactly where the rule does."""

from contextlib import suppress
from datetime import date
from functools import cache

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lxml import etree

from core.rules import UNDETERMINED, RuleError, Type, evaluate, parse
from core.rules.xpath import NotSayable, render_xpath
from tests.pure.rules import language
from tests.pure.rules.language import VOCABULARY, names, quoted

REFERENCES = {name: f"/data/{name}" for name in VOCABULARY}
# A form's choice has no blank in its code, and cannot tell an empty text from none.
TICKED = sorted(code for code in language.ASSETS if " " not in code)


def told(name: str, value: object) -> object:
    """What a form can hold of a value: nothing ticked and an empty text are no answer."""
    if isinstance(value, list):
        value = [one for one in value if one in TICKED]
    return None if value in ("", []) else value


ROWS = [{name: told(name, value) for name, value in row.items()} for row in language.rows(60)]


def as_form(value: object) -> str:
    """A value as an answered form holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(value)
    return str(value)


def form_of(row: dict[str, object]) -> etree._Element:
    data = etree.Element("data")
    for name, value in row.items():
        etree.SubElement(data, name).text = as_form(value)
    return data


def _text(value: object) -> str:
    if isinstance(value, list):
        return value[0].text or "" if value else ""
    return str(value)


def _selected(_context: object, answers: object, code: object) -> bool:
    return _text(code) in _text(answers).split()


def _date(_context: object, value: object) -> float:
    """ODK compares dates as days; one that is blank is none."""
    text = _text(value)
    return float(date.fromisoformat(text).toordinal()) if text else float("nan")


ODK = {(None, "selected"): _selected, (None, "date"): _date}
FORMS = [form_of(row) for row in ROWS]


@st.composite
def sayable(draw: st.DrawFn, depth: int) -> str:
    """Sources of conditions of the kinds that forms use."""
    return draw(_sayable(depth))


@cache
def _sayable(depth: int) -> st.SearchStrategy[str]:
    number = names(Type.INTEGER, Type.DECIMAL)
    value = st.one_of(number, st.sampled_from(["-1", "0", "2", "0.5", "17", "360.999999"]))
    whole = names(Type.INTEGER)
    reckoned = st.one_of(
        value, st.builds("({} {} {})".format, whole, st.sampled_from("+-"), whole), st.builds("- {}".format, number)
    )
    relation, no = st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), st.sampled_from(["", "not "])
    simple = st.one_of(
        names(Type.BOOLEAN),
        st.builds("{} {} {}".format, number, relation, reckoned),
        st.builds("{} {}between {} and {}".format, number, no, value, reckoned),
        st.builds("{} {}in (1, 2, 360.999999)".format, number, no),
        st.builds("heating_fuel {} cooking_fuel".format, st.sampled_from(["=", "<>"])),
        st.builds("heating_fuel {}in ('gas', 'wood')".format, no),
        st.builds("village {} {}".format, st.sampled_from(["=", "<>"]), st.sampled_from(["a", "it's"]).map(quoted)),
        st.builds("birth_date {} visited_on".format, relation),
        st.builds("birth_date {} date '2018-03-01'".format, relation),
        st.builds("contains(assets, {})".format, st.sampled_from(TICKED).map(quoted)),
        st.builds("{} is {}null".format, st.sampled_from(["age", "village", "birth_date", "disabled"]), no),
    )
    if depth == 0:
        return simple
    inner = sayable(depth - 1)
    return st.one_of(
        simple,
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) or ({})".format, inner, inner),
        st.builds("not ({})".format, inner),
        st.builds("({}) = in_school".format, inner.filter(lambda text: text != "in_school")),
    )


def agrees(source: str) -> None:
    try:
        rule = parse(source, vocabulary=VOCABULARY)
    except RuleError:  # such as a name compared with itself
        assume(False)
    said = render_xpath(rule, references=REFERENCES)
    holds, fails = (etree.XPath(text, extensions=ODK) for text in (said.holds, said.fails))
    for row, form in zip(ROWS, FORMS, strict=True):
        found = evaluate(rule, values=row)
        expected = (found is not UNDETERMINED and bool(found), found is not UNDETERMINED and not found)
        assert (bool(holds(form)), bool(fails(form))) == expected, (source, row)


@settings(max_examples=150, deadline=None)
@given(source=sayable(2))
def test_a_form_is_told_what_the_rule_says(source: str) -> None:
    agrees(source)


@settings(max_examples=150, deadline=None)
@given(source=language.conditions(1).filter(lambda text: "cell phone" not in text and "''" not in text))
def test_whatever_else_a_rule_says_is_told_rightly_or_refused(source: str) -> None:
    with suppress(NotSayable):
        agrees(source)
