"""One spelling for each tree, so that rules can be compared, stored and sealed by a digest."""

from datetime import date
from decimal import Decimal

from core.rules.nodes import (
    Among,
    Arithmetic,
    Between,
    Call,
    Case,
    Comparison,
    IsMissing,
    Literal,
    Logic,
    Name,
    Negative,
    Node,
    Not,
)
from core.rules.vocabulary import Type


def text(node: Node) -> str:
    """The tree as source; parsing it gives the same tree."""
    match node:
        case Name():
            return node.name
        case Literal():
            return literal(node)
        case Negative():
            return "-" + _closed(node.item)
        case Arithmetic():
            return _arithmetic(node)
        case Comparison():
            return f"{_side(node.left)} {node.relation} {_side(node.right)}"
        case Logic():
            return f" {node.operator} ".join(
                _closed(item) if isinstance(item, Logic) else text(item) for item in node.items
            )
        case Not():
            return _not(node.item)
        case Among() | Between() | IsMissing():
            return _predicate(node, "")
        case Case():
            branches = "".join(f" when {text(c)} then {text(v)}" for c, v in node.branches)
            return f"case{branches} else {text(node.otherwise)} end"
        case Call():
            return f"{node.function}({', '.join(text(argument) for argument in node.arguments)})"


def literal(node: Literal) -> str:
    match node.value:
        case None:
            return "null"
        case bool():
            return "true" if node.value else "false"
        case Decimal():
            digits = number(node.value)
            return digits + ".0" if node.type is Type.DECIMAL and "." not in digits else digits
        case date():
            return f"date '{node.value.isoformat()}'"
        case str():
            return quoted(node.value)


def number(value: Decimal) -> str:
    """Plain digits, without exponent and without zeros at the end."""
    digits = f"{value:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def quoted(value: str) -> str:
    """In single quotation marks; texts with backslashes or control characters were refused."""
    return "'" + value.replace("'", "''") + "'"


def _arithmetic(node: Arithmetic) -> str:
    strong = node.operator in "*/"
    # Chains to the left need no brackets; on the right only products within sums do without.
    bare_left = isinstance(node.left, Arithmetic) and (not strong or node.left.operator in "*/")
    bare_right = isinstance(node.right, Arithmetic) and not strong and node.right.operator in "*/"
    left = text(node.left) if bare_left else _closed(node.left)
    right = text(node.right) if bare_right else _closed(node.right)
    return f"{left} {node.operator} {right}"


def _not(item: Node) -> str:
    if isinstance(item, Among | Between | IsMissing):
        return _predicate(item, "not ")
    return f"not {_closed(item)}"


def _predicate(node: Among | Between | IsMissing, no: str) -> str:
    item = _side(node.item)
    match node:
        case IsMissing():
            return f"{item} is {no}null"
        case Among():
            return f"{item} {no}in ({', '.join(map(literal, node.options))})"
        case Between():
            return f"{item} {no}between {_side(node.low)} and {_side(node.high)}"


def _side(node: Node) -> str:
    return text(node) if isinstance(node, Arithmetic | Negative | Literal) else _closed(node)


def _closed(node: Node) -> str:
    """In brackets, unless nothing around it could pull it apart."""
    negative = isinstance(node, Literal) and isinstance(node.value, Decimal) and node.value < 0
    if isinstance(node, Literal | Name | Call | Case) and not negative:
        return text(node)
    return f"({text(node)})"
