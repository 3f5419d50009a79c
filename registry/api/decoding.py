"""From the body of a request to payloads of the pipeline, and from issues back to JSON pointers. Pure: no Django."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from registry.intake.columns import NO, SEVERAL_SEPARATOR, YES

MOST = 100
MOST_MEMBERS = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the body is not shaped as it should be (RFC 6901), and how."""

    pointer: str
    detail: str


def payloads_of(body: Any) -> tuple[list[dict[str, Any]], list[Fault]]:
    """The households of a bundle as the pipeline takes them; faults of shape where there are any."""
    households = body.get("households") if isinstance(body, dict) else None
    if not isinstance(households, list):
        return [], [Fault("", 'A bundle is {"households": [...]}.')]
    if not 1 <= len(households) <= MOST:
        return [], [Fault("/households", f"A bundle holds 1 to {MOST} households.")]
    faults: list[Fault] = [
        Fault(f"/{escape(name)}", "Nothing is called so here.") for name in body if name != "households"
    ]
    return [_household(one, f"/households/{n}", faults) for n, one in enumerate(households)], faults


def _household(one: Any, where: str, faults: list[Fault]) -> dict[str, Any]:
    if not isinstance(one, dict):
        faults.append(Fault(where, 'A household is {"household": {...}, "members": [...]}.'))
        return {}
    faults += [
        Fault(f"{where}/{escape(name)}", "Nothing is called so here.") for name in one.keys() - {"household", "members"}
    ]
    members = one.get("members", [])
    if not isinstance(members, list) or len(members) > MOST_MEMBERS:
        faults.append(Fault(f"{where}/members", f"Members are a list of at most {MOST_MEMBERS}."))
        members = []
    return {
        "household": _row(one.get("household", {}), f"{where}/household", faults),
        "members": [_row(row, f"{where}/members/{n}", faults) for n, row in enumerate(members)],
    }


def _row(row: Any, where: str, faults: list[Fault]) -> dict[str, str]:
    if not isinstance(row, dict):
        faults.append(Fault(where, "This has to be an object of columns and values."))
        return {}
    told: dict[str, str] = {}
    for name, value in row.items():
        match value:
            case None:
                continue
            case bool():
                told[name] = YES if value else NO
            case str():
                told[name] = value
            case list() if all(isinstance(part, str) for part in value):
                told[name] = SEVERAL_SEPARATOR.join(value)
            case _:
                faults.append(Fault(f"{where}/{escape(name)}", "A value is text, a number, true, false or null."))
    return told


def escape(name: str) -> str:
    """One step of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def pointer(index: int, path: str) -> str:
    """Where in the bundle an issue stands: ``persons/2/sex`` of its first household is
    ``/households/0/members/1/sex``.
    """
    kind, _, rest = path.partition("/")
    if kind == "persons":
        position, _, name = rest.partition("/")
        if position.isdigit():
            return f"/households/{index}/members/{int(position) - 1}" + (f"/{escape(name)}" if name else "")
    return f"/households/{index}/household" + (f"/{escape(rest)}" if rest else "")
