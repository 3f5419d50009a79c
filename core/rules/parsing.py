"""From source to a checked tree: sqlglot finds the shape, this module admits or refuses each node.

sqlglot never sees the source itself: it is given the tokens that ``lexing`` admitted, names
quoted and functions under private names, so that no word can mean more to it than to us.
"""

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from core.rules import checking, lexing
from core.rules.errors import RuleError
from core.rules.lexing import Token
from core.rules.nodes import Literal, Name, Node, Operator, Relation, children, walk
from core.rules.numbers import DIGITS, PLACES
from core.rules.vocabulary import FUNCTIONS, Type, Vocabulary

MAX_DEPTH = 100
MAX_NODES = 800

_PREFIX = "rule_"
_DATE = "rule_date"

# The node kinds admitted, each with the parts that it may carry: a part that is not listed
# would be a piece of the rule silently ignored.
_PARTS: dict[type[exp.Expr], frozenset[str]] = {
    kind: frozenset(parts.split())
    for kind, parts in {
        exp.Add: "this expression",
        exp.Sub: "this expression",
        exp.Mul: "this expression",
        exp.Div: "this expression typed safe",
        exp.EQ: "this expression",
        exp.NEQ: "this expression",
        exp.LT: "this expression",
        exp.LTE: "this expression",
        exp.GT: "this expression",
        exp.GTE: "this expression",
        exp.And: "this expression",
        exp.Or: "this expression",
        exp.Not: "this",
        exp.Neg: "this",
        exp.Paren: "this",
        exp.Is: "this expression negate",
        exp.In: "this expressions",
        exp.Between: "this low high",
        exp.Case: "ifs default",
        exp.If: "this true",
        exp.Column: "this",
        exp.Identifier: "this quoted",
        exp.Literal: "this is_string",
        exp.Boolean: "this",
        exp.Null: "",
        exp.Anonymous: "this expressions",
    }.items()
}
_OPERATORS: dict[type[exp.Expr], Operator] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
}
_RELATIONS: dict[type[exp.Expr], Relation] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_NOT_OURS = "This kind of expression is not part of the rules language."
_PREDICATES = (*_RELATIONS, exp.Is, exp.In, exp.Between, exp.Not)


def tree(source: str, *, vocabulary: Vocabulary) -> Node:
    """The checked tree of a source.

    Raises:
        RuleError: the source is not a rule over this vocabulary.
    """
    tokens = lexing.read(source, vocabulary=vocabulary)
    shaped, origins = _shape(tokens)
    node = _Builder(vocabulary=vocabulary, origins=origins).value(shaped)
    _check_size(node)
    return node


def _shape(tokens: list[Token]) -> tuple[exp.Expr, dict[int, int]]:
    """sqlglot's tree, and for each offset in the text it was given the offset in the source."""
    pieces: list[str] = []
    origins: dict[int, int] = {}
    length = 0
    for before, token in pairwise([tokens[0], *tokens]):
        piece = _spelling(token)
        if (before.kind, before.text, token.kind) == ("keyword", "date", "text"):
            piece = f"({piece})"
        origins[length] = token.position
        pieces.append(piece)
        length += len(piece) + 1
    try:
        statements = sqlglot.parse(" ".join(pieces), dialect="postgres")
    except RecursionError:
        raise RuleError("The rule is nested too deep.") from None
    except SqlglotError as error:
        raise RuleError("This is not a complete expression.", position=_place(error, origins)) from None
    if len(statements) != 1 or statements[0] is None:
        raise RuleError("A rule is one expression.")
    return statements[0], origins


def _spelling(token: Token) -> str:
    match token.kind:
        case "name":
            return f'"{token.text}"'
        case "function":
            return _PREFIX + token.text
        case "keyword" if token.text == "date":
            return _DATE
        case _:
            return token.text


def _place(error: SqlglotError, origins: dict[int, int]) -> int | None:
    """sqlglot counts the column of the last character of the word at which it stopped."""
    details: list[dict[str, Any]] = getattr(error, "errors", [])
    column = details[0].get("col") if details else None
    if not isinstance(column, int):
        return None
    before = [offset for offset in origins if offset < column]
    return origins[max(before)] if before else 0


def _refuse_unknown(shaped: exp.Expr) -> None:
    """The whitelist: of node kinds, and of what each may carry."""
    parts = _PARTS.get(type(shaped))
    if parts is None or any(held and part not in parts for part, held in shaped.args.items()):
        raise RuleError(_NOT_OURS)


def _check_size(node: Node) -> None:
    if sum(1 for _ in walk(node)) > MAX_NODES:
        raise RuleError(f"The rule has more than {MAX_NODES} parts.")
    level, depth = [node], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise RuleError(f"The rule is nested more than {MAX_DEPTH} deep.")
        level = [below for part in level for below in children(part)]


class _Builder:
    """Turns sqlglot's nodes into ours, kind by kind."""

    def __init__(self, *, vocabulary: Vocabulary, origins: dict[int, int]) -> None:
        self._vocabulary = vocabulary
        self._origins = origins

    def value(self, shaped: exp.Expr) -> Node:
        """The node of an expression that must have a type of its own (so no bare null)."""
        try:
            _refuse_unknown(shaped)
            return self._build(shaped, type(shaped))
        except RuleError as error:
            if error.position is None:
                raise self._error(error.sentence, shaped, error.suggestion) from None
            raise

    def _build(self, shaped: exp.Expr, kind: type[exp.Expr]) -> Node:
        if kind in _OPERATORS:
            return self._arithmetic(shaped)
        if kind in _RELATIONS:
            left, right = self._operand(shaped.this), self._operand(shaped.expression)
            return checking.comparison(_RELATIONS[kind], left, right)
        builders: dict[type[exp.Expr], Callable[[Any], Node]] = {
            exp.And: lambda node: self._logic("and", node),
            exp.Or: lambda node: self._logic("or", node),
            exp.Not: lambda node: checking.negation(self.value(node.this)),
            exp.Neg: lambda node: checking.negative(self.value(node.this)),
            exp.Paren: lambda node: self.value(node.this),
            exp.Is: self._is_null,
            exp.In: self._among,
            exp.Between: self._between,
            exp.Case: self._case,
            exp.Column: self._name,
            exp.Literal: self._literal,
            exp.Boolean: lambda node: Literal(bool(node.this), Type.BOOLEAN),
            exp.Anonymous: self._call,
        }
        if kind is exp.Null:
            raise RuleError(
                "'null' can stand only after 'then' or 'else'; to ask whether something is missing write 'is null'."
            )
        if kind not in builders:
            raise RuleError(_NOT_OURS)
        return builders[kind](shaped)

    def _arithmetic(self, shaped: exp.Expr) -> Node:
        """Long sums lean to the left: that side is followed in a loop, not by recursion."""
        chain: list[exp.Expr] = []
        current = shaped
        while type(current) in _OPERATORS:
            _refuse_unknown(current)
            chain.append(current)
            current = current.this
        node = self.value(current)
        for step in reversed(chain):
            node = checking.arithmetic(_OPERATORS[type(step)], node, self.value(step.expression))
        return node

    def _logic(self, operator: Any, shaped: exp.Expr) -> Node:
        """One flat node for a chain such as ``a and b and c``."""
        kind, waiting, items = type(shaped), [shaped], list[exp.Expr]()
        while waiting:
            current = waiting.pop()
            if type(current) is kind:
                _refuse_unknown(current)
                waiting += [current.expression, current.this]
            else:
                items.append(current)
        return checking.logic(operator, [self.value(item) for item in items])

    def _operand(self, shaped: exp.Expr) -> Node:
        """One side of a comparison: engines disagree on what ``a = b in (c)`` means."""
        if isinstance(shaped, _PREDICATES):
            raise self._error(
                "Put brackets around the inner condition (or write 'between ... and ...').",
                shaped,
            )
        return self.value(shaped)

    def _is_null(self, shaped: exp.Is) -> Node:
        if not isinstance(shaped.expression, exp.Null):
            raise RuleError("After 'is' comes 'null' or 'not null'.")
        node = checking.missing(self._operand(shaped.this), self._vocabulary)
        return checking.negation(node) if shaped.args.get("negate") else node

    def _among(self, shaped: exp.In) -> Node:
        options = [self.value(option) for option in shaped.expressions]
        return checking.among(self._operand(shaped.this), options)

    def _between(self, shaped: exp.Between) -> Node:
        return checking.between(
            self._operand(shaped.this),
            self._operand(shaped.args["low"]),
            self._operand(shaped.args["high"]),
        )

    def _case(self, shaped: exp.Case) -> Node:
        if shaped.args.get("default") is None:
            raise RuleError("End a 'case' with 'else' (write 'else null' where there is no answer).")
        branches: list[tuple[Node, Node | None]] = []
        for part in shaped.args["ifs"]:
            _refuse_unknown(part)
            branches.append((self.value(part.this), self._branch(part.args["true"])))
        return checking.case(branches, self._branch(shaped.args["default"]))

    def _branch(self, shaped: exp.Expr) -> Node | None:
        return None if isinstance(shaped, exp.Null) else self.value(shaped)

    def _name(self, shaped: exp.Column) -> Node:
        identifier = shaped.this
        if not isinstance(identifier, exp.Identifier) or not identifier.args.get("quoted"):
            raise RuleError(_NOT_OURS)
        symbol = self._vocabulary[identifier.this]
        return Name(identifier.this, symbol.type, symbol.choices)

    def _literal(self, shaped: exp.Literal) -> Node:
        text = str(shaped.this)
        if shaped.is_string:
            return Literal(text, Type.TEXT)
        whole, _, decimals = text.partition(".")
        if len(whole.lstrip("0")) > DIGITS or len(decimals) > PLACES:
            raise RuleError(f"A number has at most {DIGITS} digits before the point and {PLACES} after it.")
        return Literal(Decimal(text), Type.DECIMAL if decimals else Type.INTEGER)

    def _call(self, shaped: exp.Anonymous) -> Node:
        arguments = [self.value(argument) for argument in shaped.expressions]
        if shaped.this == _DATE:
            return checking.day(arguments)
        function = str(shaped.this).removeprefix(_PREFIX)
        if function not in FUNCTIONS:
            raise RuleError(f"There is no function '{function}'.")
        return checking.call(function, arguments)

    def _error(self, sentence: str, shaped: exp.Expr, suggestion: str | None = None) -> RuleError:
        """The error at the first word of the node that carries a place in the text."""
        starts = [part.meta["start"] for part in shaped.walk() if "start" in part.meta]
        found = [self._origins[start] for start in starts if start in self._origins]
        return RuleError(sentence, position=min(found, default=0), suggestion=suggestion)
