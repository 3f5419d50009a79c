"""Hiding where a household lives from whoever must not find it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from registry.changes.kind import Details, Field, Kind, Problem, changed
from registry.changes.reading import VillageCode
from registry.changes.state import Add, Member, Set, State, Village, Write
from registry.intake.cells import text_of

_HOME = ""
HIDDEN = frozenset({"area", "address", "latitude", "longitude"})
"""Columns of a household that tell where it lives."""


def tells_place(write: Write, state: State) -> bool:
    """Whether the write says where a household is: a column of its row, or an answer."""
    if not isinstance(write, Set) or write.table not in ("household", "person"):
        return False
    answer = write.field.startswith("answers.") and write.field.removeprefix("answers.") in state.places
    return answer or (write.table == "household" and write.field in HIDDEN)


def whereabouts(state: State) -> Mapping[str, Any]:
    """Where the household lives: what its row says, or what is kept apart from it."""
    if state.safe is not None:
        return {name: state.safe[name] for name in ("village", "address", "latitude", "longitude", "answers")}
    home = state.household
    told = {_HOME: home, **{str(one.person["id"]): one.person for one in state.members}}
    answers = {key: {code: row["answers"][code] for code in sorted(state.places & row["answers"].keys())}
               for key, row in told.items()}  # fmt: skip
    return {
        "village": home["area"],
        **{name: home[name] for name in ("address", "latitude", "longitude")},
        "answers": {key: found for key, found in answers.items() if found},
    }


def _answers(state: State, answers: Mapping[str, Mapping[str, Any]], *, shown: bool) -> Iterator[Write]:
    """Take answers that tell a place out of the rows, or put them back into the rows of who is still there."""
    rows = {_HOME: ("household", state.household, ""),
            **{str(one.person["id"]): ("person", one.person, one.name) for one in state.members}}  # fmt: skip
    for key, told in answers.items():
        if key in rows:
            table, row, of = rows[key]
            for code, value in told.items():
                before = row["answers"].get(code)
                after = value if shown else None
                if before != after:
                    yield Set(table, row["id"], f"answers.{code}", before, after, of)


def kept_apart(state: State, *, place: Mapping[str, Any], district: int, on: date) -> list[Write]:
    """The whereabouts beside the household's row, in place of those that were there."""
    values = {"household": state.household["id"], "district": district, "from_on": on, **place}
    return [*no_longer_apart(state, on), Add("safe_place", values, touch=f"household:{state.household['id']}:address")]


def no_longer_apart(state: State, on: date) -> list[Write]:
    if state.safe is None:
        return []
    return [Set("safe_place", state.safe["id"], "until_on", None, max(on, state.safe["from_on"]))]


class Protect(Kind):
    """Somebody must not find this household: a member left because of violence, or is threatened. Its village and
    dwelling disappear from every page, list, letter and file; they are shown one by one, for a reason that is kept."""

    code = "protect_address"
    label = "Protect the address"

    def fields(self, state: State, member: Member | None) -> list[Field]:
        adults = tuple((one.person["reference"], one.name) for one in state.adults())
        hint = "Leave it empty if the household is where it was."
        return [
            Field("asked_by", "choice", "Which adult asks for it?", required=True, choices=adults),
            Field("village", "text", "Code of the village where they live now", hint=hint,
                  read=VillageCode(state.villages)),
            Field("address", "text", "How is the dwelling found?", hint=hint, read=text_of(200)),
        ]  # fmt: skip

    def checks(self, details: Details, state: State, member: Member | None) -> Iterator[Problem]:
        if state.household["is_protected"]:
            yield Problem("", "The address is protected already.")
        if details.get("village") and not details.get("address"):
            yield Problem("address", "This must be answered.")

    def effect(self, details: Details, state: State, member: Member | None) -> list[Write]:
        place, district = dict(whereabouts(state)), state.household["district"]
        village: Village | None = details.get("village")
        if village:
            district = village.district_id
            place |= {"village": village.area_id, "latitude": None, "longitude": None}
        if details.get("address"):
            place["address"] = details["address"]
        after = {"is_protected": True, "district": district, "area": district} | _NOWHERE
        return [
            *kept_apart(state, place=place, district=district, on=state.today),
            *changed("household", state.household["id"], state.household, after),
            *_answers(state, place["answers"], shown=False),
        ]

    def notes(self, details: Details, state: State, member: Member | None) -> Iterator[str]:
        yield "Cash is then paid at a pay point of the district, which may be another one than before."
        yield "Lists that were printed before still name the village: ask for them back where they hang."


_NOWHERE: dict[str, Any] = {"address": "", "latitude": None, "longitude": None}


class Unprotect(Kind):
    """The household is no longer in danger and asks that its address is shown again."""

    code = "unprotect_address"
    label = "Lift the protection of the address"

    def fields(self, state: State, member: Member | None) -> list[Field]:
        adults = tuple((one.person["reference"], one.name) for one in state.adults())
        return [Field("asked_by", "choice", "Which adult asks for it?", required=True, choices=adults)]

    def checks(self, details: Details, state: State, member: Member | None) -> Iterator[Problem]:
        if state.safe is None:
            yield Problem("", "The address is not protected.")

    def effect(self, details: Details, state: State, member: Member | None) -> list[Write]:
        assert state.safe is not None
        after = {"is_protected": False, "area": state.safe["village"]}
        after |= {name: state.safe[name] for name in _NOWHERE}
        return [
            *no_longer_apart(state, state.today),
            *changed("household", state.household["id"], state.household, after),
            *_answers(state, state.safe["answers"], shown=True),
        ]
