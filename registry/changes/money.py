"""How a household is paid. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from registry.changes.kind import Details, Field, Kind, Problem
from registry.changes.people import others
from registry.changes.state import Add, Member, Set, State, Write
from registry.intake.cells import text_of

KINDS = (("cash", "Cash at a pay point"), ("bank", "Bank account"), ("mobile", "Mobile money"))


class ChangeAccount(Kind):
    """The household is to be paid otherwise: in cash, into another bank account, or to another mobile wallet."""

    code = "change_account"
    label = "Another payment account"

    def fields(self, state: State, member: Member | None) -> Sequence[Field]:
        return [
            Field("kind", "choice", "Paid by", required=True, choices=KINDS),
            Field("provider", "text", "Bank or mobile money provider", read=text_of(40)),
            Field("number", "text", "Account or wallet number", read=text_of(40)),
            Field("holder", "choice", "Whose account is it?", choices=others(state)),
        ]

    def checks(self, details: Details, state: State, member: Member | None) -> Iterator[Problem]:
        cash = details["kind"] == "cash"
        if cash and details.get("number"):
            yield Problem("number", "Cash needs no number.")
        for name, sentence in (
            ("number", "Enter the number."),
            ("provider", "Name the provider."),
            ("holder", "Say whose account it is."),
        ):
            if not cash and not details.get(name):
                yield Problem(name, sentence)
        if state.account and all(state.account[name] == value for name, value in _values(details, state).items()):
            yield Problem("", "Nothing differs from what is recorded.")

    def effect(self, details: Details, state: State, member: Member | None) -> list[Write]:
        touch = f"household:{state.household['id']}:account"
        writes: list[Write] = []
        if state.account:
            end = max(state.today, state.account["from_on"])
            writes.append(Set("account", state.account["id"], "until_on", None, end))
        values = _values(details, state) | {"household": state.household["id"], "from_on": state.today}
        return [*writes, Add("account", values, touch=touch)]


def _values(details: Details, state: State) -> dict[str, object]:
    holder = state.member(details.get("holder") or "")
    return {
        "kind": details["kind"],
        "provider": details.get("provider", ""),
        "number": details.get("number", ""),
        "holder": holder.person["id"] if holder else None,
    }
