"""A vocabulary, households with gaps, and random rules over them, for the tests of the language."""

import random
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from hypothesis import strategies as st

from core.rules import Symbol, Type, Vocabulary

FUELS = frozenset({"gas", "wood", "paraffin"})
TIES = frozenset({"head", "child", "grandchild"})
ASSETS = frozenset({"radio", "cell phone", "farmer's cart"})

VOCABULARY = Vocabulary(
    {
        "children_0_17": Symbol(Type.INTEGER, label="Children aged 0 to 17"),
        "cattle": Symbol(Type.INTEGER, label="Head of cattle"),
        "age": Symbol(Type.INTEGER, label="Age"),
        "score": Symbol(Type.DECIMAL, label="Score"),
        "income": Symbol(Type.DECIMAL, label="Income a head"),
        "heating_fuel": Symbol(Type.CHOICE, choices=FUELS, label="Heating fuel"),
        "cooking_fuel": Symbol(Type.CHOICE, choices=FUELS),
        "relationship": Symbol(Type.CHOICE, choices=TIES),
        "village": Symbol(Type.TEXT, label="Village"),
        "assets": Symbol(Type.CHOICES, choices=ASSETS, label="Assets"),
        "disabled": Symbol(Type.BOOLEAN, label="Disabled"),
        "in_school": Symbol(Type.BOOLEAN),
        "birth_date": Symbol(Type.DATE, label="Birth date"),
        "visited_on": Symbol(Type.DATE),
        "members": Symbol(Type.INTEGER, nullable=False, label="Members"),
    }
)

_INTEGERS = [0, 0, 1, 2, 3, 5, 17, 18, -4, 360]
_DECIMALS = ["0", "0.5", "-0.5", "2.5", "-2.5", "0.000001", "360.999999", "361", "1234.567891"]
_DAYS = [date(2000, 2, 29), date(2018, 2, 28), date(2018, 3, 1), date(2008, 12, 31)]


def rows(count: int) -> list[dict[str, object]]:
    """Households with about a quarter of the answers missing; the same ones at every call."""
    dice = random.Random(4)
    return [
        {
            name: None if symbol.nullable and dice.random() < 0.27 else _answer(symbol, dice)
            for name, symbol in VOCABULARY.items()
        }
        for _ in range(count)
    ]


def _answer(symbol: Symbol, dice: random.Random) -> object:
    match symbol.type:
        case Type.INTEGER:
            return dice.choice(_INTEGERS)
        case Type.DECIMAL:
            return Decimal(dice.choice(_DECIMALS))
        case Type.BOOLEAN:
            return dice.random() < 0.5
        case Type.DATE:
            return dice.choice(_DAYS) + timedelta(days=dice.choice([0, 0, 1, -1]))
        case Type.TEXT:
            return dice.choice(["a", "A", "ä", "it's", "", " a"])
    codes = sorted(symbol.choices or ())
    if symbol.type is Type.CHOICE:
        return dice.choice(codes)
    return [code for code in codes if dice.random() < 0.5]


def names(*types: Type) -> st.SearchStrategy[str]:
    return st.sampled_from([name for name, symbol in VOCABULARY.items() if symbol.type in types])


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_LITERALS = st.sampled_from(["-1", "1", "2", "3", "0.5", "1.5", "7", "-2", "12.345678", "0.000001"])
_DATES = st.sampled_from(_DAYS).map(lambda day: f"date '{day}'")


# How one is drawn is put together once a depth: that takes far longer than to draw.
@st.composite
def numbers(draw: st.DrawFn, depth: int) -> str:
    """Sources of numbers, in which at least one name occurs."""
    return draw(_numbers(depth))


@st.composite
def conditions(draw: st.DrawFn, depth: int) -> str:
    """Sources of conditions."""
    return draw(_conditions(depth))


@cache
def _numbers(depth: int) -> st.SearchStrategy[str]:
    name = names(Type.INTEGER, Type.DECIMAL)
    if depth == 0:
        return name
    inner = numbers(depth - 1)
    other = st.one_of(inner, _LITERALS)
    day = st.one_of(names(Type.DATE), _DATES)
    return st.one_of(
        name,
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), other),
        st.builds("{} {} {}".format, inner, st.sampled_from("+-*/"), name),
        st.builds("- {}".format, inner),
        st.builds("abs({})".format, inner),
        st.builds("floor({})".format, inner),
        st.builds("ceil({})".format, inner),
        st.builds("round({})".format, inner),
        st.builds("round({}, {})".format, inner, st.integers(0, 6)),
        st.builds("least({}, {})".format, inner, other),
        st.builds("greatest({}, {}, {})".format, inner, other, name),
        st.builds("coalesce({}, {})".format, inner, other),
        st.builds("years_between({}, {})".format, names(Type.DATE), day),
        st.builds(
            "case when {} then {} when {} then {} else {} end".format,
            conditions(depth - 1),
            other,
            conditions(depth - 1),
            st.one_of(other, st.just("null")),
            inner,
        ),
    )


@cache
def _conditions(depth: int) -> st.SearchStrategy[str]:
    number = numbers(max(depth - 1, 0))
    relation = st.sampled_from(["=", "<>", "!=", "<", "<=", ">", ">="])
    equal = st.sampled_from(["=", "<>"])
    fuel = names(Type.CHOICE).filter(lambda name: name != "relationship")
    no = st.sampled_from(["", "not "])
    simple = st.one_of(
        names(Type.BOOLEAN),
        st.builds("({}) {} {}".format, number, relation, _LITERALS),
        st.builds("({}) {} ({} + 1)".format, number, relation, number),
        st.builds(
            "({}) {}between {} and {} + 2".format,
            number.filter(lambda text: " between " not in text),
            no,
            _LITERALS,
            number,
        ),
        st.builds("({}) {}in (1, 2.5, -4)".format, number, no),
        st.builds("{} {} {}".format, fuel, equal, st.sampled_from(sorted(FUELS)).map(quoted)),
        st.builds("heating_fuel {} cooking_fuel".format, equal),
        st.builds("relationship {}in ('child', 'grandchild')".format, no),
        st.builds("village {} {}".format, equal, st.sampled_from(["a", "it's", ""]).map(quoted)),
        st.builds("birth_date {} {}".format, relation, _DATES),
        st.builds("birth_date {} visited_on".format, relation),
        st.builds("contains(assets, {})".format, st.sampled_from(sorted(ASSETS)).map(quoted)),
        st.builds("({} - cattle) is {}null".format, number, no),
        st.builds("birth_date is {}null".format, no),
    )
    if depth == 0:
        return simple
    inner = conditions(depth - 1)
    return st.one_of(
        simple,
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) or ({}) and ({})".format, inner, inner, simple),
        st.builds("not ({})".format, inner),
        st.builds("({}) = in_school".format, inner.filter(lambda text: text != "in_school")),
        st.builds("coalesce({}, false)".format, inner),
        st.builds("({}) is not null".format, inner),
        st.builds("case when {} then {} else disabled end".format, inner, inner),
    )


def texts() -> st.SearchStrategy[str]:
    return st.builds(
        "case when {} then {} else coalesce(heating_fuel, cooking_fuel) end".format,
        conditions(1),
        st.sampled_from(["'it''s'", "village", "relationship", "null"]),
    )


# As wide and as deep as the limits allow.
LARGEST = [
    "age" + " + age" * 98,
    "disabled" + " and disabled" * 250,
    "case" + " when disabled then 1" * 150 + " else 2 end",
    "not (" * 9 + "disabled" + ")" * 9,
    "coalesce(" * 19 + "age" + ", cattle)" * 19,
    "(disabled or (in_school and " * 9 + "age > cattle" + "))" * 9,
    "case when " * 18 + "disabled" + " then disabled else age = 1 end" * 18,
]
