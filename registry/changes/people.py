"""Changes of who belongs to a household, and of who somebody is. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from registry.changes.kind import Details, Field, Kind, Problem, changed, ended, past_day
from registry.changes.reading import HouseholdReference
from registry.changes.state import Add, Member, New, Set, State, Write
from registry.intake.cells import Read, reader_of, text_of
from registry.intake.columns import CORE_PERSON_COLUMNS, PRECISIONS_BY_LENGTH, Relationship

_COLUMNS = {column.name: column for column in CORE_PERSON_COLUMNS}
_COUNTING = ("usual", "temporarily_absent")

RELATIONSHIPS = tuple(
    (code, words)
    for code, words in {
        "spouse": "Husband, wife or partner",
        "child": "Son or daughter",
        "parent": "Father or mother",
        "sibling": "Brother or sister",
        "grandchild": "Grandchild",
        "grandparent": "Grandparent",
        "niece_nephew": "Niece or nephew",
        "in_law": "In-law",
        "other_relative": "Other relative",
        "foster_child": "Foster child",
        "domestic_worker": "Domestic worker",
        "boarder": "Boarder",
        "not_related": "Not related",
    }.items()
)
SEXES = (("F", "Female"), ("M", "Male"))
EVIDENCE = (
    ("id_card", "Identity card"),
    ("birth_certificate", "Birth certificate"),
    ("clinic_card", "Clinic card"),
    ("baptism", "Baptism certificate"),
    ("declared", "Told by the family"),
)
RESIDENCES = (
    ("usual", "Lives here"),
    ("temporarily_absent", "Away for a time"),
    ("abroad", "Abroad"),
    ("boarder", "Boards elsewhere"),
)


def read_as(name: str, state: State) -> Read:
    """The intake's own reader of a column."""
    return reader_of(_COLUMNS[name], state.formats)


def others(state: State, member: Member | None = None) -> tuple[tuple[str, str], ...]:
    """The members, without one, as choices."""
    return tuple((one.person["reference"], one.name) for one in state.members if one is not member)


def _who_is_left_behind(state: State, member: Member) -> Iterator[str]:
    if member.membership["is_reference"] and len(state.members) > 1:
        yield "The household then has no reference person: report next who it is."
    cared = [one.name for one in state.members if one.membership["caregiver"] == member.person["id"]]
    if cared:
        yield f"Somebody else has to care for {', '.join(cared)}."
    if state.account and state.account["holder"] == member.person["id"]:
        yield "The payment account is this person's: report another account next."
    if len(state.members) == 1:
        yield "Nobody is left in the household: report next that it is closed."


class Died(Kind):
    """Somebody of the household has died. The membership ends on that day."""

    code = "died"
    label = "A member died"
    about_person = True

    def fields(self, state: State, member: Member | None) -> Sequence[Field]:
        proofs = (
            ("certificate", "Death certificate"),
            ("chief", "Letter of the chief"),
            ("declared", "Told by the family"),
        )
        return [
            Field("died_on", "date", "Day of death", required=True),
            Field("proof", "choice", "How is it known?", required=True, choices=proofs),
        ]

    def checks(self, details: Details, state: State, member: Member | None) -> Iterator[Problem]:
        assert member is not None
        yield from past_day(details, "died_on", state, member.person["birth_date"])
        if member.person["died_on"]:
            yield Problem("", "This death has been recorded already.")

    def effect(self, details: Details, state: State, member: Member | None) -> list[Write]:
        assert member is not None
        on, person = details["died_on"], member.person
        writes: list[Write] = [Set("person", person["id"], "died_on", person["died_on"], on, member.name)]
        for membership in (member.membership, *member.elsewhere):
            writes += ended(membership, on, "died", member.name)
        return writes

    def notes(self, details: Details, state: State, member: Member | None) -> Iterator[str]:
        assert member is not None
        yield from _who_is_left_behind(state, member)


class Left(Kind):
    """Somebody moved out, and it is not known into which registered household."""

    code = "left"
    label = "A member left"
    about_person = True
    second_person = False

    def fields(self, state: State, member: Member | None) -> Sequence[Field]:
        reasons = (
            ("marriage", "Married elsewhere"),
            ("work", "Works elsewhere"),
            ("separated", "Separated or divorced"),
            ("own_household", "Has a household of their own"),
            ("other", "Another reason"),
        )
        return [
            Field("left_on", "date", "Since when?", required=True),
            Field("why", "choice", "Why?", required=True, choices=reasons),
        ]

    def checks(self, details: Details, state: State, member: Member | None) -> Iterator[Problem]:
        assert member is not None
        yield from past_day(details, "left_on", state, member.membership["from_on"])
        if len(state.members) == 1:
            yield Problem("", "This is the only member: report that the household is closed.")

    def effect(self, details: Details, state: State, member: Member | None) -> list[Write]:
        assert member is not None
        return ended(member.membership, details["left_on"], f"left: {details['why']}", member.name)

    def notes(self, details: Details, state: State, member: Member | None) -> Iterator[str]:
        assert member is not None
        yield from _who_is_left_behind(state, member)


class AddMember(Kind):
    """A child was born, or somebody who is in no registered household joined this one."""

    code = "add_member"
    checks_bind = True
    label = "Somebody was born or joined"
    second_person = False
    enters_persons = True

    def fields(self, state: State, member: Member | None) -> Sequence[Field]:
        hint = f"{state.formats.national_id.hint}. Leave it empty if there is none."
        return [
            Field("how", "choice", "How?", required=True, choices=(("born", "Born"), ("joined", "Joined"))),
            Field("from_on", "date", "Since when?", required=True),
            *_identity_fields(state, None),
            Field("national_id", "text", "National ID", hint=hint, read=read_as("national_id", state)),
            Field("relationship", "choice", "What is this person to the reference person?", required=True,
                  choices=RELATIONSHIPS),
            Field("residence", "choice", "Where does this person live?", required=True, choices=RESIDENCES),
            Field("caregiver", "choice", "Who cares for this person, if a child?", choices=others(state)),
        ]  # fmt: skip

    def checks(self, details: Details, state: State, member: Member | None) -> Iterator[Problem]:
        yield from past_day(details, "from_on", state)
        yield from _birth_problems(details, state)
        born = details["birth_date"][0]
        if details["from_on"] < born:
            yield Problem("from_on", "This day lies before the birth.")
        if details["how"] == "born" and (state.today - born).days > 3 * 366:
            yield Problem("how", "Somebody older than three years joined: choose that.")
        number = details.get("national_id")
        if number and any(one.person["national_id"] == number for one in state.members):
            yield Problem("national_id", "Another member of this household has this number.")

    def effect(self, details: Details, state: State, member: Member | None) -> list[Write]:
        name = f"{details['given_names']} {details['surname']}"
        person = _identity_values(details) | {"national_id": details.get("national_id")}
        carer = state.member(details.get("caregiver") or "")
        position = max((one.membership["position"] for one in state.members), default=0) + 1
        membership = {
            "person": New("person"),
            "household": state.household["id"],
            "counts": details["residence"] in _COUNTING,
            "relationship": details["relationship"],
            "residence": details["residence"],
            "caregiver": carer.person["id"] if carer else None,
            "position": position,
            "from_on": details["from_on"],
        }
        touch = f"person:number:{person['national_id']}" if person["national_id"] else ""
        return [
            Add("person", person, touch=touch, name="person", of=name),
            Add("membership", membership, of=name),
        ]


class CorrectIdentity(Kind):
    """A name, the sex, the birth date or the national ID was written down wrongly, or a number has been received."""

    code = "correct_identity"
    checks_bind = True
    label = "Correct somebody's name, sex, birth date or national ID"
    about_person = True
    enters_persons = True

    def fields(self, state: State, member: Member | None) -> Sequence[Field]:
        assert member is not None
        hint = state.formats.national_id.hint
        return [
            *_identity_fields(state, member),
            Field("national_id", "text", "New national ID", hint=f"{hint}. Leave it empty to keep what is recorded.",
                  read=read_as("national_id", state)),
        ]  # fmt: skip

    def checks(self, details: Details, state: State, member: Member | None) -> Iterator[Problem]:
        assert member is not None
        yield from _birth_problems(details, state)
        died = member.person["died_on"]
        if died and details["birth_date"][0] > died:
            yield Problem("birth_date", "This day lies after the death.")
        if not self.effect(details, state, member):
            yield Problem("", "Nothing differs from what is recorded.")

    def effect(self, details: Details, state: State, member: Member | None) -> list[Write]:
        assert member is not None
        after = _identity_values(details)
        if details.get("national_id"):
            after["national_id"] = details["national_id"]
        return changed("person", member.person["id"], member.person, after, member.name)


def _identity_fields(state: State, member: Member | None) -> list[Field]:
    known: dict[str, Any] = dict(member.person) if member else {}
    born: date | None = known.get("birth_date")
    precision = known.get("birth_date_precision")
    cut = {"month": 7, "year": 4}.get(precision or "", 4 if precision == "estimated" and born and
                                      (born.month, born.day) == (1, 1) else 10)  # fmt: skip
    return [
        Field("given_names", "text", "Given names", required=True, read=text_of(120),
              initial=known.get("given_names", "")),
        Field("surname", "text", "Surname", required=True, read=text_of(120), initial=known.get("surname", "")),
        Field("sex", "choice", "Sex", required=True, choices=SEXES, initial=known.get("sex", "")),
        Field("birth_date", "partial_date", "Date of birth", hint="As much as is known: the year alone will do.",
              required=True, initial=born.isoformat()[:cut] if born else ""),
        Field("birth_date_precision", "tick", "The year is estimated", ticked="estimated",
              initial="estimated" if precision == "estimated" else ""),
        Field("birth_evidence", "choice", "What was the date taken from?", choices=EVIDENCE,
              initial=known.get("birth_evidence", "")),
    ]  # fmt: skip


def _birth_problems(details: Details, state: State) -> Iterator[Problem]:
    born = details["birth_date"][0]
    if born > state.today:
        yield Problem("birth_date", "This day lies in the future.")
    elif born.year < state.today.year - 125:
        yield Problem("birth_date", "Nobody is as old as that.")


def _identity_values(details: Details) -> dict[str, Any]:
    born, length = details["birth_date"]
    precision = str(details.get("birth_date_precision") or PRECISIONS_BY_LENGTH[length][0])
    return {
        "given_names": details["given_names"],
        "surname": details["surname"],
        "sex": details["sex"],
        "birth_date": born,
        "birth_date_precision": precision,
        "birth_evidence": details.get("birth_evidence", ""),
    }


class ChangeHead(Kind):
    """Another member becomes the reference person, and each member's relationship is told anew."""

    code = "change_head"
    checks_bind = True
    label = "Another reference person"
    about_person = True

    def fields(self, state: State, member: Member | None) -> Sequence[Field]:
        return [
            Field(f"relationship_{one.person['reference']}", "choice", f"What is {one.name} to the new one?",
                  required=True, choices=RELATIONSHIPS)
            for one in state.members if one is not member
        ]  # fmt: skip

    def checks(self, details: Details, state: State, member: Member | None) -> Iterator[Problem]:
        assert member is not None
        if member.membership["is_reference"]:
            yield Problem("", "This is the reference person already.")

    def effect(self, details: Details, state: State, member: Member | None) -> list[Write]:
        assert member is not None
        writes: list[Write] = []
        # The former one first: a household has one at a time.
        for one in sorted(state.members, key=lambda row: not row.membership["is_reference"]):
            relationship = (
                str(Relationship.REFERENCE) if one is member else details[f"relationship_{one.person['reference']}"]
            )
            after = {"is_reference": one is member, "relationship": relationship}
            writes += changed("membership", one.membership["id"], one.membership, after, one.name)
        return writes


def other_household(state: State, label: str) -> Field:
    """The field that names a second household."""
    hint = "Its reference, as its members know it: HH-…"
    return Field("other_household", "text", label, hint=hint, required=True, read=HouseholdReference(state))


def other_is_active(state: State) -> Iterator[Problem]:
    if state.other is not None and state.other.household["status"] != "active":
        yield Problem("other_household", "That household is not active.")


class Transfer(Kind):
    """Somebody moved from this household into another registered one."""

    code = "transfer"
    label = "A member moved to another registered household"
    about_person = True
    both_places = True

    def fields(self, state: State, member: Member | None) -> Sequence[Field]:
        return [
            other_household(state, "Into which household?"),
            Field("since", "date", "Since when?", required=True),
            Field("relationship", "choice", "What is this person to that household's reference person?",
                  required=True, choices=RELATIONSHIPS),
        ]  # fmt: skip

    def checks(self, details: Details, state: State, member: Member | None) -> Iterator[Problem]:
        assert member is not None
        yield from past_day(details, "since", state, member.membership["from_on"])
        yield from other_is_active(state)
        if len(state.members) == 1:
            yield Problem("", "This is the only member: report that the two households are one.")
        if state.other and state.other.member(member.person["reference"]):
            yield Problem("other_household", "This person belongs to that household already.")

    def effect(self, details: Details, state: State, member: Member | None) -> list[Write]:
        assert member is not None and state.other is not None
        return [
            *ended(member.membership, details["since"], "transfer", member.name),
            moved_into(state.other, member, relationship=details["relationship"], on=details["since"]),
        ]

    def notes(self, details: Details, state: State, member: Member | None) -> Iterator[str]:
        assert member is not None
        yield from _who_is_left_behind(state, member)


def moved_into(
    other: State, member: Member, *, relationship: str, on: date, offset: int = 1, is_reference: bool = False
) -> Add:
    """A membership in another household for somebody who counted in this one."""
    position = max((one.membership["position"] for one in other.members), default=0) + offset
    values = {
        "person": member.person["id"],
        "household": other.household["id"],
        "counts": member.membership["counts"],
        "relationship": relationship,
        "is_reference": is_reference,
        "residence": member.membership["residence"],
        "position": position,
        "from_on": on,
    }
    return Add("membership", values, touch=f"person:{member.person['id']}:household", of=member.name)
