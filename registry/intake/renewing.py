"""What a survey made anew says otherwise than the register: what is written at once, and what is asked for. Pure.

What policy leaves to the officer (answers, contact, consent, a member's situation) is written as it was told. Identity,
reference person, account, place, who joined and who is gone are asked for as the kinds of change that they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registry.intake.columns import Membership as Belonging
from registry.intake.columns import Relationship
from registry.intake.told import birth_text

Values = Mapping[str, Any]

#: Told blank, these stay as they are; the answers of a survey are all of its answers.
_OF_HOUSEHOLD = ("address", "phone", "latitude", "longitude", "legacy_number")
_OF_CONSENT = ("privacy_notice", "legal_basis", "consent")
_OF_PERSON = ("nationality", "residence_status", "marital_status", "mother_status", "father_status")
_IDENTITY = ("given_names", "surname", "sex", "birth_date", "birth_date_precision")
_BORN_DAYS = 366


@dataclass(frozen=True, slots=True)
class Pair:
    """A told member who is a registered person of the household."""

    told: Values
    person: Values
    membership: Values


@dataclass(frozen=True, slots=True)
class Ask:
    """A change to be asked for. ``waits``: a second person looks at it, though the kind needs none."""

    kind: str
    person_reference: str
    texts: dict[str, str]
    waits: bool = False
    answers_of: int | None = None


@dataclass(slots=True)
class Difference:
    """What to write by row, and what to ask for; ``unclear`` are sentences that a person has to look at first."""

    household: dict[str, Any] = field(default_factory=dict)
    persons: dict[int, dict[str, Any]] = field(default_factory=dict)
    memberships: dict[int, dict[str, Any]] = field(default_factory=dict)
    asks: list[Ask] = field(default_factory=list)
    unclear: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_nothing(self) -> bool:
        return not (self.household or self.persons or self.memberships or self.asks)


def difference(
    *,
    told: Values,
    members: Sequence[Values],
    pairs: Sequence[Pair],
    household: Values,
    gone: Sequence[Pair],
    account: Values | None,
    village: str,
) -> Difference:
    """Compare a household as it is told with the household as it is registered.

    ``members`` are all that were told, ``pairs`` those that are registered members, ``gone`` the registered ones who
    were not told (their ``told`` is empty); ``village`` is the code of the told village.
    """
    found = Difference()
    by_position = {pair.told["position"]: pair for pair in pairs}
    _household(found, told, household, by_position)
    new_head = _new_head(found, members, by_position, pairs, gone)
    for pair in pairs:
        _person(found, pair, by_position, told, keeps_relationship=new_head)
    if told["area"] != household["area"]:
        texts = {
            "moved_on": _iso(told["interviewed_on"]),
            "village": village,
            "address": told["address"] or household["address"],
        }
        found.asks.append(Ask("move", "", texts))
        found.household.pop("address", None)
    newcomers = [one for one in members if one["position"] not in by_position]
    if newcomers and gone:
        found.unclear.append(
            ("members_unclear", "Some members are not recognised, and registered ones are not told: say who is who.")
        )
    if any(one["membership"] == Belonging.LINKED and not one["linked_to"] for one in newcomers):
        found.unclear.append(
            ("link_new", "Somebody who counts elsewhere is told here for the first time: say who it is.")
        )
    found.asks += [_joined(one, told, by_position) for one in newcomers if one["membership"] == Belonging.MEMBER]
    found.asks += [
        Ask("left", pair.person["reference"], {"left_on": _iso(told["interviewed_on"]), "why": "other"}, waits=True)
        for pair in gone
        if pair.membership["counts"]
    ]
    _account(found, told, account, by_position)
    return found


def _household(found: Difference, told: Values, now: Values, by_position: Mapping[int, Pair]) -> None:
    after = {name: told[name] for name in _OF_HOUSEHOLD if told[name] not in ("", None)}
    after |= {name: told[name] for name in _OF_CONSENT}
    giver = by_position.get(told["consent_given_by_position"] or 0)
    after["consent_given_by"] = giver.person["id"] if giver else now["consent_given_by"]
    after["answers"] = told["answers"]
    after["questionnaire"] = told["questionnaire"]
    after["interviewed_on"] = max(told["interviewed_on"], now["interviewed_on"])
    found.household = {name: value for name, value in after.items() if now[name] != value}


def _person(
    found: Difference, pair: Pair, by_position: Mapping[int, Pair], told: Values, *, keeps_relationship: bool
) -> None:
    member, person, membership = pair.told, pair.person, pair.membership
    if member["membership"] == Belonging.MEMBER:
        after = {name: member[name] for name in _OF_PERSON if member[name]}
        after |= {"answers": member["answers"], "questionnaire": told["questionnaire"]}
        if writes := {name: value for name, value in after.items() if person[name] != value}:
            found.persons[person["id"]] = writes
        if texts := _identity(member, person):
            found.asks.append(Ask("correct_identity", person["reference"], texts))
    after = {"relationship": member["relationship"]} if not keeps_relationship else {}
    if member["residence"] and (membership["counts"] or not member["counts"]):
        after |= {"residence": member["residence"], "counts": member["counts"] and membership["counts"]}
    carer = by_position.get(member["caregiver_position"] or 0)
    if carer:
        after["caregiver"] = carer.person["id"]
    if writes := {name: value for name, value in after.items() if membership[name] != value}:
        found.memberships[membership["id"]] = writes


def _new_head(
    found: Difference,
    members: Sequence[Values],
    by_position: Mapping[int, Pair],
    pairs: Sequence[Pair],
    gone: Sequence[Pair],
) -> bool:
    """Ask for another reference person, if one is told; returns whether one is."""
    told = next((one for one in members if one["relationship"] == Relationship.REFERENCE), None)
    pair = by_position.get(told["position"]) if told else None
    if told is None or (pair is not None and pair.membership["is_reference"]):
        return False
    if pair is None or gone:
        found.unclear.append(
            ("head_unclear", "Another reference person is told, and not all members are: look who is who.")
        )
        return True
    relationships = {
        f"relationship_{one.person['reference']}": str(one.told["relationship"]) for one in pairs if one is not pair
    }
    found.asks.append(Ask("change_head", pair.person["reference"], relationships))
    return True


def _identity(member: Values, person: Values) -> dict[str, str]:
    after = {name: member[name] for name in _IDENTITY if member[name]}
    number = member["national_id"] or ""
    same = all(person[name] == value for name, value in after.items())
    if same and number in ("", person["national_id"]):
        return {}
    return _identity_texts(member, person) | {"national_id": number if number != person["national_id"] else ""}


def _identity_texts(member: Values, before: Values | None = None) -> dict[str, str]:
    whole = dict(before or {}) | {name: member[name] for name in _IDENTITY if member[name]}
    precision = whole["birth_date_precision"]
    return {
        "given_names": whole["given_names"],
        "surname": whole["surname"],
        "sex": whole["sex"],
        "birth_date": birth_text(whole["birth_date"], precision),
        "birth_date_precision": "estimated" if precision == "estimated" else "",
        "birth_evidence": member["birth_evidence"] or (before or {}).get("birth_evidence", ""),
    }


def _joined(member: Values, told: Values, by_position: Mapping[int, Pair]) -> Ask:
    on: date = told["interviewed_on"]
    born = member["birth_date_precision"] == "day" and (on - member["birth_date"]).days <= _BORN_DAYS
    carer = by_position.get(member["caregiver_position"] or 0)
    texts = _identity_texts(member) | {
        "how": "born" if born else "joined",
        "from_on": _iso(member["birth_date"] if born else on),
        "national_id": member["national_id"] or "",
        "relationship": member["relationship"],
        "residence": member["residence"],
        "caregiver": carer.person["reference"] if carer else "",
    }
    return Ask("add_member", "", texts, answers_of=member["position"])


def _account(found: Difference, told: Values, now: Values | None, by_position: Mapping[int, Pair]) -> None:
    if not told["account_kind"]:
        return
    holder = by_position.get(told["account_holder_position"] or 0)
    after = {"kind": told["account_kind"], "provider": told["account_provider"], "number": told["account_number"]}
    before = {name: now[name] for name in after} if now else {}
    holder_differs = holder is not None and (now or {}).get("holder") != holder.person["id"]
    if before == after and not holder_differs:
        return
    texts = after | {"holder": holder.person["reference"] if holder else ""}
    found.asks.append(Ask("change_account", "", {name: text for name, text in texts.items() if text}))


def _iso(day: date) -> str:
    return day.isoformat()
