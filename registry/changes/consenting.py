"""What a household agrees to, and takes back. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from registry.changes.kind import Details, Field, Kind, Problem, changed
from registry.changes.state import Add, Member, State, Write
from registry.intake.cells import text_of

HOW = (
    ("signature", "Signed"),
    ("thumbprint", "Thumbprint, with a witness"),
    ("witness", "Said before a witness"),
)


def _ended(state: State, reason: str) -> list[Write]:
    if state.consent is None:
        return []
    after = {"until_on": max(state.today, state.consent["from_on"]), "end_reason": reason}
    return changed("consent", state.consent["id"], state.consent, after)


class GiveConsent(Kind):
    """The text about their data was read out in their language, and an adult of the household agreed to it."""

    code = "give_consent"
    label = "Consent was given"
    second_person = False

    def fields(self, state: State, member: Member | None) -> list[Field]:
        adults = tuple((one.person["reference"], one.name) for one in state.adults())
        return [
            Field("notice", "choice", "Which text was read out?", required=True, choices=state.notices),
            Field("purposes", "choices", "What was agreed to?", required=True, choices=state.purposes),
            Field("given_by", "choice", "Who gave it?", required=True, choices=adults),
            Field("how", "choice", "How was it given?", required=True, choices=HOW),
            Field("witness", "text", "Name of the witness", hint="Where nobody signed.", read=text_of(120)),
        ]

    def checks(self, details: Details, state: State, member: Member | None) -> Iterator[Problem]:
        if details["how"] != "signature" and not details.get("witness"):
            yield Problem("witness", "Name the witness: nobody signed.")
        if not set(details["purposes"]) <= state.purposes_by_notice[details["notice"]]:
            yield Problem("purposes", "The text that was read out does not speak of all of this.")

    def effect(self, details: Details, state: State, member: Member | None) -> list[Write]:
        giver = state.member(details["given_by"])
        assert giver is not None
        home = state.household
        values = {
            "household": home["id"],
            "district": home["district"],
            "notice": int(details["notice"]),
            "purposes": sorted(details["purposes"]),
            "given_by": giver.person["id"],
            "how": details["how"],
            "witness": details.get("witness", ""),
            "from_on": state.today,
        }
        shared = "sharing" in details["purposes"]
        return [
            *_ended(state, "renewed"),
            Add("consent", values, touch=f"household:{home['id']}:consent"),
            *changed("household", home["id"], home, {"is_shared": shared}),
        ]


class WithdrawConsent(Kind):
    """The household takes its consent back. Partner systems no longer read its data from then on; what is due to it is
    paid all the same."""

    code = "withdraw_consent"
    label = "Consent was withdrawn"
    second_person = False

    def fields(self, state: State, member: Member | None) -> list[Field]:
        adults = tuple((one.person["reference"], one.name) for one in state.adults())
        return [Field("withdrawn_by", "choice", "Who withdraws it?", required=True, choices=adults)]

    def checks(self, details: Details, state: State, member: Member | None) -> Iterator[Problem]:
        if not state.household["is_shared"] and state.consent is None:
            yield Problem("", "There is no consent to withdraw: nothing is shared.")

    def effect(self, details: Details, state: State, member: Member | None) -> list[Write]:
        home = state.household
        return [*_ended(state, "withdrawn"), *changed("household", home["id"], home, {"is_shared": False})]

    def notes(self, details: Details, state: State, member: Member | None) -> Iterator[str]:
        yield "Partners who read the data before are told that it is no longer shared."
        if state.household["legal_basis"] == "consent":
            yield "Its data may be held on consent alone: ask whether the household wants to be closed as well."
