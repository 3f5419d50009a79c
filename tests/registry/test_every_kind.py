"""Laws that every kind of change keeps: what is shown is what happens, all or nothing, by whom it may; it is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError

from core.access.actor import SYSTEM, Actor
from core.access.roles import Role
from core.acting import acting
from core.actions import appointments
from core.models import Area, AuditEntry, User
from registry.actions import changes as act
from registry.actions.changes import applying
from registry.changes import ALWAYS_SECOND, KINDS
from registry.changes.state import Add, Set
from registry.models import ChangeRequest, Household, Membership, Person, PrivacyNotice
from registry.queries import changes
from registry.views.history import timeline
from tests.fixtures.people import BrokenAudit

AT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
WHY = "The family came to the office and told us."
_NEW = {
    "how": "born", "from_on": "2026-10-01", "relationship": "child", "residence": "usual",
    "given_names": "Lerato", "surname": "Mokhele", "sex": "F", "birth_date": "2026-10-01",
}  # fmt: skip
_IDENTITY = {"given_names": "Teboho", "surname": "Mokhele", "sex": "M", "birth_date": "2015-02-01"}


class Told:
    """What an officer would say of each kind, about a mother, her child, and another household."""

    def __init__(self, home: Household, other: Household) -> None:
        self.home, self.other = home, other
        self.mother = home.memberships.get(is_reference=True).person
        self.child = home.memberships.get(is_reference=False).person

    def about(self, kind: str) -> Person | None:
        return self.child if KINDS[kind].about_person else None

    def details(self, kind: str) -> dict[str, str]:
        mother, child = self.mother.reference, self.child.reference
        relations = {f"relationship_{one}": "sibling" for one in (mother, child)}
        notice = PrivacyNotice.objects.order_by("id")[0]
        return {
            "add_member": _NEW,
            "left": {"left_on": "2026-11-01", "why": "work"},
            "died": {"died_on": "2026-11-01", "proof": "chief"},
            "transfer": {
                "other_household": self.other.reference, "since": "2026-11-01", "relationship": "grandchild"},
            "change_head": {f"relationship_{mother}": "parent"},
            "correct_identity": _IDENTITY,
            "update_answers": self._answers("update_answers", None) | {"rooms": "5"},
            "update_person_answers": self._answers("update_person_answers", child) | {"wg_seeing": "some"},
            "change_account": {"kind": "mobile", "provider": "mpesa", "number": "062009988", "holder": mother},
            "move": {"moved_on": "2026-11-01", "address": "Beside the school"},
            "protect_address": {"asked_by": mother},
            "unprotect_address": {"asked_by": mother},
            "split": {"asked_by": mother, "who": child, "head": child, "since": "2026-11-01", "address": "At the mill"},
            "merge": relations | {"other_household": self.other.reference},
            "close": {"why": "asked"},
            "reopen": {},
            "give_consent": {
                "notice": str(notice.pk), "purposes": "sharing", "given_by": mother, "how": "signature"},
            "withdraw_consent": {"withdrawn_by": mother},
        }[kind]  # fmt: skip

    def _answers(self, kind: str, person: str | None) -> dict[str, str]:
        state = changes.state_of(self.home, today=AT.date())
        fields = KINDS[kind].fields(state, state.member(person) if person else None)
        return {field.name: field.initial for field in fields if field.initial}


@pytest.fixture
def told(an_accepted_household, tell, other_payload) -> Told:
    return Told(an_accepted_household.household, tell(other_payload).household)


@pytest.fixture
def prepare(told: Told, officer: Actor, reviewer: Actor) -> Callable[[str], None]:
    """What has to be so before this kind is possible."""

    def before(kind: str) -> None:
        if kind in ("reopen", "unprotect_address"):
            first = {"reopen": "close", "unprotect_address": "protect_address"}[kind]
            asked = ask(told, first, officer)
            act.accept(change_id=asked.pk, reason="Checked with the chief.", actor=reviewer, at=AT)

    return before


def values(told: Told, kind: str) -> dict[str, Any]:
    about = told.about(kind)
    return {
        "kind": kind,
        "household_id": told.home.pk,
        "person_reference": about.reference if about else "",
        "texts": told.details(kind),
        "at": AT,
    }


def ask(told: Told, kind: str, by: Actor, *, waits: bool = False) -> ChangeRequest:
    return act.request(**values(told, kind), uuid=uuid4(), seen_versions=None, reason=WHY, waits=waits, actor=by)


#: What the ministry's list of changes calls each kind.
NAMED = {
    "add member (birth, joined)": "add_member", "member left": "left", "died": "died",
    "transfer to another household": "transfer", "change head": "change_head",
    "correct identity (name, sex, birth date, national ID)": "correct_identity", "move address": "move",
    "update answers": "update_answers", "change payment account": "change_account", "split": "split", "merge": "merge",
    "close": "close", "reopen household": "reopen", "protect address": "protect_address",
}  # fmt: skip

#: What cannot be, of each kind: what is told otherwise, and the sentence that refuses it. ``unprepared``: what has to
#: be so before the kind is possible is not.
LATER = "2026-12-24"
REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "add_member": ({"from_on": LATER}, "lies in the future"),
    "left": ({"left_on": LATER}, "lies in the future"),
    "died": ({"died_on": LATER}, "lies in the future"),
    "transfer": ({"other_household": "{home}"}, "This is the same household"),
    "change_head": ({"relationship_{mother}": ""}, "must be answered"),
    "correct_identity": ({"birth_date": LATER}, "lies in the future"),
    "update_answers": ({"rooms": "2"}, "Nothing differs"),
    "update_person_answers": ({"wg_seeing": "none"}, "Nothing differs"),
    "change_account": ({"kind": "cash"}, "Cash needs no number"),
    "move": ({"moved_on": LATER}, "lies in the future"),
    "protect_address": ({"asked_by": ""}, "must be answered"),
    "unprotect_address": ({"unprepared": "yes"}, "is not protected"),
    "split": ({"head": "{mother}"}, "does not live apart"),
    "merge": ({"other_household": "HH-NOBODY"}, "household"),
    "close": ({"why": ""}, "must be answered"),
    "reopen": ({"unprepared": "yes"}, "possible only for a household that is"),
    "give_consent": ({"how": "thumbprint"}, "Name the witness"),
    "withdraw_consent": ({"withdrawn_by": ""}, "must be answered"),
}


def test_the_tables_name_every_kind_and_every_kind_of_the_ministrys_list_is_one(told):
    assert [kind for kind in KINDS if told.details(kind) is None] == []
    assert {*REFUSED} == {*KINDS}
    assert [name for name, kind in NAMED.items() if kind not in KINDS] == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_is_refused_with_its_sentence_and_leaves_no_trace(kind, told, prepare, officer):
    otherwise, sentence = REFUSED[kind]
    names = {"home": told.home.reference, "mother": told.mother.reference}
    if otherwise == {"unprepared": "yes"}:
        otherwise = {}
    else:
        prepare(kind)
    wrong = values(told, kind)
    wrong["texts"] = wrong["texts"] | {key.format(**names): text.format(**names) for key, text in otherwise.items()}
    before = _everything()
    with pytest.raises(act.DetailsWrong, match=sentence):
        act.request(**wrong, uuid=uuid4(), seen_versions=None, reason=WHY, actor=officer)
    assert _everything() == before
    assert not AuditEntry.objects.filter(action="change.request", details__kind=kind).exists()


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_shown_is_what_happens_and_it_is_told(kind, told, prepare, officer, reviewer):
    prepare(kind)
    shown = act.preview(**values(told, kind), actor=officer)
    assert shown.plan.effect

    asked = ask(told, kind, officer)
    assert asked.needs_second == shown.needs_second
    if asked.status == "requested":
        asked = act.accept(change_id=asked.pk, reason="Checked with the chief.", actor=reviewer, at=AT)

    assert asked.status == "applied"
    for write in shown.plan.effect:
        if isinstance(write, Set) and not write.field.startswith("answers."):
            row = changes.values_of(applying._MODELS[write.table].objects.get(pk=write.pk))
            assert row[write.field] == write.after, write
        elif isinstance(write, Set):
            row = changes.values_of(applying._MODELS[write.table].objects.get(pk=write.pk))
            assert row["answers"].get(write.field.removeprefix("answers.")) == write.after
        elif isinstance(write, Add) and write.table == "membership" and isinstance(write.values["person"], int):
            assert Membership.objects.filter(person_id=write.values["person"], until_on__isnull=True).exists()
    events = timeline(Household.objects.get(pk=told.home.pk))
    assert any(asked.reference in event["title"] and event["text"] == WHY for event in events)


@pytest.mark.parametrize("kind", KINDS)
def test_the_service_standard_gives_a_day_and_the_day_stays(kind, told, prepare, officer):
    prepare(kind)
    asked = ask(told, kind, officer)
    assert asked.due_on == changes.due_on(kind, on=AT.date())
    assert asked.due_on > AT.date()


@pytest.mark.parametrize("kind", KINDS)
def test_who_asked_never_decides_and_the_database_says_so_too(kind, told, prepare, officer, as_actor):
    prepare(kind)
    # What an officer may do alone waits too, as soon as anything asks for a second person.
    asked = ask(told, kind, officer, waits=kind not in ALWAYS_SECOND)
    assert (asked.status, asked.needs_second) == ("requested", True)
    appointments.propose(
        user_id=officer.user_id, role=Role.SUPERVISOR, starts_on=AT.date().replace(year=2020), actor=SYSTEM, at=AT,
        scope_id=appointments.scope_for(area_id=Area.objects.get(level="country").pk).pk,
    )  # fmt: skip
    both = as_actor(User.objects.get(pk=officer.user_id))
    with pytest.raises(act.OwnChange):
        act.accept(change_id=asked.pk, reason="I know them well.", actor=both, at=AT)
    with pytest.raises(IntegrityError, match="registry_change_four_eyes"), acting(actor=both, at=AT):
        ChangeRequest.objects.filter(pk=asked.pk).update(
            status="applied", decided_by_id=both.user_id, decided_at=AT, decision_reason="I decide."
        )


def _everything() -> list[Any]:
    """Every row that a change may touch."""
    found: list[Any] = []
    for model in (Household, *applying._MODELS.values(), ChangeRequest):
        found += [repr(changes.values_of(row)) for row in model.objects.order_by("pk")]
    return found


def test_nothing_of_any_kind_happens_when_its_audit_record_fails(
    committed_db: None, told, prepare, officer, reviewer, broken_audit: BrokenAudit
):
    for kind in sorted(KINDS, key=lambda kind: kind in ("reopen", "unprotect_address")):
        prepare(kind)
        before = _everything()
        with broken_audit(), pytest.raises(IntegrityError):
            ask(told, kind, officer)
        assert _everything() == before, kind
        if kind in ALWAYS_SECOND:
            asked = ask(told, kind, officer)
            before = _everything()
            with broken_audit(), pytest.raises(IntegrityError):
                act.accept(change_id=asked.pk, reason="Checked with the chief.", actor=reviewer, at=AT)
            assert _everything() == before, kind
            if kind == "reopen":
                act.accept(change_id=asked.pk, reason="Checked with the chief.", actor=reviewer, at=AT)
                continue
            act.withdraw(change_id=asked.pk, reason="Only a test of the audit.", actor=officer, at=AT)
