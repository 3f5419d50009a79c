"""Random walks through the changes of households: whatever may be reported, in any order."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from core.access.actor import Actor
from core.models import Area
from registry.actions import changes as act
from registry.actions import identity
from registry.changes.people import RELATIONSHIPS
from registry.models import ChangeRequest, Household, IdentityClaim, Membership, Person, PrivacyNotice

AT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
WHY = "The family came to the office and told us."
_NAMES = ("Lerato", "Teboho", "Mpho", "Neo", "Kabelo", "Puleng")


class Walk:
    """Takes one random step after another; a step that the register refuses is no step."""

    def __init__(self, *, seed: int, asks: Actor, decides: Actor, villages: list[Area], hides: bool = True) -> None:
        self.rng = random.Random(seed)
        self.asks, self.decides, self.villages = asks, decides, villages
        self.tellers = [one for one in _TELLERS if hides or one[0] != "protect_address"]
        self.taken: list[str] = []

    def step(self) -> bool:
        """One change asked for and, where it waits, decided; false where it cannot be."""
        if self.rng.random() < 0.1 and (claim := IdentityClaim.objects.filter(status="open").first()):
            identity.settle_claim(
                claim_id=claim.pk, uphold=self.rng.random() < 0.7, reason=WHY, actor=self.decides, at=AT
            )
            self.taken.append("settle_claim")
            return True
        kind, told = self.rng.choice(self.tellers)
        if kind in ("merge", "close") and self.rng.random() < 0.7:
            return False  # else every walk ends soon with nobody there
        wanted = "closed" if kind == "reopen" else "active"
        homes = list(Household.objects.filter(status=wanted).order_by("id"))
        if not homes:
            return False
        home = self.rng.choice(homes)
        members = list(Membership.objects.filter(household=home, until_on__isnull=True).select_related("person"))
        about = kind in ("died", "left", "transfer", "change_head", "correct_identity", "update_person_answers")
        if about and not members:
            return False
        who = self.rng.choice(members).person if about else None
        try:
            asked = act.request(
                uuid=uuid4(),
                kind=kind,
                household_id=home.pk,
                person_reference=who.reference if who else "",
                texts=told(self, home, who),
                seen_versions=None,
                reason=WHY,
                actor=self.asks,
                at=AT,
            )
            if asked.status == ChangeRequest.Status.REQUESTED:
                act.accept(change_id=asked.pk, reason=WHY, actor=self.decides, at=AT)
        except (act.DetailsWrong, act.OneOpenAlready, act.ChangedSince, act.NobodyAnswers):
            return False
        self.taken.append(kind)
        return True

    def relation(self) -> str:
        return self.rng.choice(RELATIONSHIPS)[0]

    def relations(self, home: Household) -> dict[str, str]:
        here = Membership.objects.filter(household=home, until_on__isnull=True).select_related("person")
        return {f"relationship_{row.person.reference}": self.relation() for row in here}

    def other(self, home: Household) -> str:
        found = Household.objects.filter(status="active").exclude(pk=home.pk).order_by("id")
        return self.rng.choice([*found]).reference if found else ""


Teller = Callable[[Walk, Household, Person | None], dict[str, Any]]


def _identity(walk: Walk, who: Person | None) -> dict[str, str]:
    told = {
        "given_names": walk.rng.choice(_NAMES),
        "surname": "Mokhele",
        "sex": walk.rng.choice("FM"),
        "birth_date": (who.birth_date.isoformat() if who else f"2026-{walk.rng.randint(1, 9):02d}-01"),
    }
    if walk.rng.random() < 0.5:
        taken = Person.objects.filter(national_id__isnull=False).order_by("id").values_list("national_id", flat=True)
        told["national_id"] = walk.rng.choice([f"0088051400{walk.rng.randint(100, 999)}", *taken])
    return told


def _member(walk: Walk, home: Household, who: Person | None) -> dict[str, Any]:
    told = _identity(walk, None)
    return told | {"how": "born", "from_on": "2026-10-01", "relationship": walk.relation(), "residence": "usual"}


def _answers(walk: Walk, home: Household, who: Person | None) -> dict[str, Any]:
    from django.utils import timezone

    from registry.changes import KINDS
    from registry.queries import changes

    state = changes.state_of(home, today=timezone.localdate(AT))
    member = state.member(who.reference) if who else None
    fields = KINDS["update_person_answers" if who else "update_answers"].fields(state, member)
    told = {field.name: field.initial for field in fields if field.initial}
    if who:
        return told | {"wg_seeing": walk.rng.choice(["none", "some"])}
    return told | {"rooms": str(walk.rng.randint(1, 6)), "cattle": str(walk.rng.randint(0, 9))}


def _split(walk: Walk, home: Household, who: Person | None) -> dict[str, Any]:
    here = list(Membership.objects.filter(household=home, until_on__isnull=True).select_related("person"))
    if not here:
        return {}
    going = walk.rng.choice(here).person.reference
    adult = walk.rng.choice(here).person.reference
    return {"asked_by": adult, "who": going, "head": going, "since": "2026-11-01", "address": "Behind the mill"}


def _adult(walk: Walk, home: Household, who: Person | None) -> dict[str, Any]:
    """Whoever is of the household and of age, in each field that asks which adult."""
    here = home.memberships.filter(until_on__isnull=True, person__birth_date__lt="2008-01-01")
    reference = next((one.person.reference for one in here.select_related("person").order_by("id")), "")
    return dict.fromkeys(("asked_by", "given_by", "withdrawn_by"), reference)


def _consent(walk: Walk, home: Household, who: Person | None) -> dict[str, Any]:
    notice = PrivacyNotice.objects.order_by("id")[0]
    purposes = walk.rng.choice(["sharing", "research", "sharing;contact"])
    return _adult(walk, home, who) | {"notice": str(notice.pk), "purposes": purposes, "how": "signature"}


_TELLERS: list[tuple[str, Teller]] = [
    ("protect_address", _adult),
    ("unprotect_address", _adult),
    ("give_consent", _consent),
    ("withdraw_consent", _adult),
    ("add_member", _member),
    ("add_member", _member),
    ("left", lambda walk, home, who: {"left_on": "2026-11-01", "why": "work"}),
    ("died", lambda walk, home, who: {"died_on": "2026-11-01", "proof": "chief"}),
    ("transfer", lambda walk, home, who: {
        "other_household": walk.other(home), "since": "2026-11-01", "relationship": walk.relation()}),
    ("change_head", lambda walk, home, who: walk.relations(home)),
    ("correct_identity", lambda walk, home, who: _identity(walk, who)),
    ("update_answers", _answers),
    ("update_person_answers", _answers),
    ("change_account", lambda walk, home, who: {"kind": "cash"}),
    ("change_account", lambda walk, home, who: {
        "kind": "mobile", "provider": "mpesa", "number": f"0620{walk.rng.randint(10000, 99999)}",
        "holder": next((one.person.reference for one in home.memberships.filter(until_on__isnull=True)), "")}),
    ("move", lambda walk, home, who: {
        "moved_on": "2026-11-01", "village": walk.rng.choice(walk.villages).code,
        "address": walk.rng.choice(["By the school", "By the well", "By the road"])}),
    ("split", _split),
    ("merge", lambda walk, home, who: walk.relations(home) | {"other_household": walk.other(home)}),
    ("close", lambda walk, home, who: {"why": "asked"}),
    ("reopen", lambda walk, home, who: {}),
]  # fmt: skip
