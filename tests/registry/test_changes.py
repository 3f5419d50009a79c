"""Change requests: each kind's effect and refusals, four eyes, conflicts, repeats, rollback, history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from core.access.actor import SYSTEM, Actor, NotPermitted
from core.access.roles import Role
from core.acting import acting
from core.models import Area, AuditEntry, User
from registry.actions import changes as act
from registry.actions import name_keys
from registry.intake import keys
from registry.models import (
    ChangeRequest,
    DeclaredInterest,
    Household,
    IdentityClaim,
    Membership,
    NameKey,
    PaymentAccount,
    Person,
    Submission,
)
from registry.queries import changes
from tests.fixtures.people import BrokenAudit
from tests.fixtures.registry import assert_keys_are_right

AT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
WHY = "The family came to the office and told us."
Payload = dict[str, Any]
Ask = Callable[..., ChangeRequest]


@pytest.fixture(autouse=True)
def everybody_is_found_by_what_they_are_called_now(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every change the keys of names are those that would be made anew."""
    request.getfixturevalue("committed_db" if "committed_db" in request.fixturenames else "db")
    yield
    if not connection.needs_rollback:
        assert_keys_are_right()


@pytest.fixture
def home(an_accepted_household: Submission) -> Household:
    """A mother, the reference person, and her son."""
    household = an_accepted_household.household
    assert household is not None
    return household


@pytest.fixture
def other_home(tell: Callable[[Payload], Submission], other_payload: Payload) -> Household:
    household = tell(other_payload).household
    assert household is not None
    return household


def person(household: Household, name: str) -> Person:
    return Person.objects.get(memberships__household=household, given_names=name)


@pytest.fixture
def ask(officer: Actor) -> Ask:
    """``ask(household, kind, person, **details)``: the officer reports it."""

    def make(
        household: Household, kind: str, who: Person | None = None, /, *, by: Actor = officer, uuid: UUID | None = None,
        seen: dict[str, int] | None = None, **texts: str,
    ) -> ChangeRequest:  # fmt: skip
        return act.request(
            uuid=uuid or uuid4(),
            kind=kind,
            household_id=household.pk,
            person_reference=who.reference if who else "",
            texts=texts,
            seen_versions=seen,
            reason=WHY,
            actor=by,
            at=AT,
        )

    return make


@pytest.fixture
def accept(reviewer: Actor) -> Callable[[ChangeRequest], ChangeRequest]:
    return lambda asked: act.accept(change_id=asked.pk, reason="Checked with the chief.", actor=reviewer, at=AT)


IDENTITY = {
    "given_names": "Thabo",
    "surname": "Mokhele",
    "sex": "M",
    "birth_date": "2015-02-01",
    "birth_evidence": "birth_certificate",
}
BABY = {
    "how": "born",
    "from_on": "2026-10-01",
    "given_names": "Lerato",
    "surname": "Mokhele",
    "sex": "F",
    "birth_date": "2026-10-01",
    "relationship": "child",
    "residence": "usual",
}


# a death


def test_a_death_ends_the_membership_on_that_day_and_history_keeps_what_was(home, ask, accept):
    child = person(home, "Thabo")
    asked = ask(home, "died", child, died_on="2026-11-01", proof="certificate")
    assert asked.status == "requested"
    child.refresh_from_db()
    assert child.died_on is None  # nothing happens before somebody else agrees

    accept(asked)

    child.refresh_from_db()
    membership = Membership.objects.get(person=child)
    assert (child.died_on, membership.until_on, membership.end_reason) == (
        date(2026, 11, 1), date(2026, 11, 1), "died",
    )  # fmt: skip
    kept = apps.get_model("registry", "PersonHistory").objects.filter(id=child.pk).latest("pgh_id")
    assert kept.died_on is None
    assert kept.pgh_reason == "Checked with the chief."
    assert Household.objects.get(pk=home.pk).row_version == home.row_version + 1


@pytest.mark.parametrize(
    ("died_on", "sentence"), [("2026-11-11", "in the future"), ("2014-01-01", "lies before"), ("", "must be answered")]
)
def test_a_death_that_cannot_be_is_refused_with_a_sentence(home, ask, died_on, sentence):
    with pytest.raises(act.DetailsWrong, match=sentence):
        ask(home, "died", person(home, "Thabo"), died_on=died_on, proof="chief")
    assert not ChangeRequest.objects.exists()


# leaving


def test_who_left_is_no_member_any_more_and_no_second_person_is_needed(home, ask):
    child = person(home, "Thabo")
    asked = ask(home, "left", child, left_on="2026-10-30", why="work")
    assert (asked.status, asked.needs_second) == ("applied", False)
    assert Membership.objects.get(person=child).until_on == date(2026, 10, 30)


def test_the_only_member_cannot_leave(home, ask):
    ask(home, "left", person(home, "Thabo"), left_on="2026-10-30", why="work")
    with pytest.raises(act.DetailsWrong, match="only member"):
        ask(home, "left", person(home, "Palesa"), left_on="2026-10-30", why="work")


# joining


def test_a_birth_adds_a_person_with_an_interim_number_who_is_found_by_name(home, ask, officer):
    asked = ask(home, "add_member", **BABY)
    assert asked.status == "applied"
    baby = person(home, "Lerato")
    assert baby.national_id is None
    assert baby.interim_number
    assert baby.district_id == home.district_id
    assert NameKey.objects.filter(person=baby, key=keys.of_part("lerato")).exists()
    assert Membership.objects.get(person=baby).from_on == date(2026, 10, 1)


def test_somebody_of_known_names_and_birth_date_waits_for_a_second_person(home, other_home, ask):
    asked = ask(
        other_home, "add_member",
        **IDENTITY, how="joined", from_on="2026-10-01", relationship="child", residence="usual",
    )  # fmt: skip
    assert asked.status == "requested"
    assert [finding["code"] for finding in asked.findings] == ["possible_duplicate"]


def test_a_number_that_somebody_holds_is_claimed_and_never_taken(home, other_home, ask, accept):
    number = person(home, "Palesa").national_id
    asked = ask(other_home, "add_member", **BABY | {"national_id": number})
    assert asked.status == "requested"
    accept(asked)
    claim = IdentityClaim.objects.get()
    assert claim.claimant.given_names == "Lerato"
    assert (claim.holder, claim.claimant.national_id) == (person(home, "Palesa"), None)


# identity


def test_a_corrected_name_is_found_anew_and_the_old_one_no_more(home, ask, accept):
    child = person(home, "Thabo")
    accept(ask(home, "correct_identity", child, **IDENTITY | {"given_names": "Teboho"}))
    assert set(NameKey.objects.filter(person=child).values_list("key", flat=True)) == {
        keys.of_part("teboho"), keys.of_part("mokhele"), keys.of_text("mokhele teboho|2015-02-01"),
    }  # fmt: skip


def test_a_number_received_comes_into_force_and_the_former_one_stays_an_alias(home, ask, accept):
    mother = person(home, "Palesa")
    former = mother.national_id
    same = {
        "given_names": "Palesa",
        "surname": "Mokhele",
        "sex": "F",
        "birth_date": "1988-05-14",
        "national_id": "0088051400099",
    }
    accept(ask(home, "correct_identity", mother, **same))
    mother.refresh_from_db()
    assert mother.national_id == "0088051400099"
    assert mother.identifiers.get().number == former


def test_a_correction_that_corrects_nothing_is_refused(home, ask):
    same = IDENTITY | {"birth_evidence": ""}
    with pytest.raises(act.DetailsWrong, match="Nothing differs"):
        ask(home, "correct_identity", person(home, "Thabo"), **same)


# money


def test_another_account_ends_the_former_one(home, ask, accept):
    mother = person(home, "Palesa")
    accept(ask(home, "change_account", kind="mobile", provider="mpesa", number="062009988", holder=mother.reference))
    rows = PaymentAccount.objects.filter(household=home).order_by("id")
    assert [(row.kind, row.number, row.until_on) for row in rows] == [
        ("cash", "", date(2026, 11, 10)), ("mobile", "062009988", None),
    ]  # fmt: skip
    assert rows[1].holder == mother


def test_an_account_without_a_number_is_refused(home, ask):
    with pytest.raises(act.DetailsWrong, match="Enter the number"):
        ask(home, "change_account", kind="bank", provider="bank", holder=person(home, "Palesa").reference)


# answers


def answers_of(household: Household, **more: str) -> dict[str, str]:
    state = changes.state_of(household, today=AT.date())
    from registry.changes import KINDS

    fields = KINDS["update_answers"].fields(state, None)
    return {field.name: field.initial for field in fields if field.initial} | more


def test_new_answers_are_written_one_by_one_and_the_others_stay(home, ask):
    asked = ask(home, "update_answers", **answers_of(home, rooms="4"))
    assert asked.status == "applied"
    assert asked.touches == [f"household:{home.pk}:answers.rooms"]
    assert Household.objects.get(pk=home.pk).answers == home.answers | {"rooms": 4}


def test_an_answer_that_the_questionnaire_does_not_know_is_refused(home, ask):
    with pytest.raises(act.DetailsWrong, match="not a known code"):
        ask(home, "update_answers", **answers_of(home, dwelling_wall="gold"))


def test_leaving_out_a_required_answer_is_refused_by_the_questionnaires_own_check(home, ask):
    with pytest.raises(act.DetailsWrong, match="must be answered"):
        ask(home, "update_answers", **answers_of(home) | {"rooms": ""})


# place


def test_a_move_to_another_district_takes_everything_with_it(home, ask, accept, other_village, reviewer):
    asked = ask(home, "move", moved_on="2026-11-01", village=other_village.code, address="Beside the school")
    assert asked.needs_second  # the officer may not register there
    accept(asked)
    moved = Household.objects.get(pk=home.pk)
    assert (moved.area, moved.district, moved.address) == (
        other_village, other_village.district, "Beside the school",
    )  # fmt: skip
    child = person(home, "Thabo")
    assert child.district == other_village.district
    assert set(NameKey.objects.filter(person=child).values_list("district_id", flat=True)) == {moved.district_id}
    assert set(home.memberships.values_list("district_id", flat=True)) == {moved.district_id}


# heads, transfers


def test_another_reference_person_and_every_relationship_told_anew(home, ask, accept):
    mother, child = person(home, "Palesa"), person(home, "Thabo")
    accept(ask(home, "change_head", child, **{f"relationship_{mother.reference}": "parent"}))
    found = dict(home.memberships.values_list("person__given_names", "relationship"))
    assert found == {"Thabo": "reference", "Palesa": "parent"}
    assert home.memberships.get(is_reference=True).person == child


def test_a_transfer_ends_one_membership_and_begins_another(home, other_home, ask, accept):
    child = person(home, "Thabo")
    accept(
        ask(
            home, "transfer", child, other_household=other_home.reference, since="2026-11-01", relationship="grandchild"
        )
    )
    rows = Membership.objects.filter(person=child).order_by("id")
    assert [(row.household, row.until_on) for row in rows] == [(home, date(2026, 11, 1)), (other_home, None)]
    assert rows[1].relationship == "grandchild"


def test_a_transfer_into_a_household_that_nobody_knows_is_refused(home, ask):
    with pytest.raises(act.DetailsWrong, match="No household has this reference"):
        ask(home, "transfer", person(home, "Thabo"), other_household="HH-2222222222-2", since="2026-11-01",
            relationship="child")  # fmt: skip


def test_who_answers_for_one_of_two_places_alone_does_not_decide(home, ask, payload, make_user, as_actor, village):
    council = Area.objects.get(path=village.path[: -Area.steplen])
    elsewhere = Area.objects.filter(level="village", district=village.district).exclude(path__startswith=council.path)
    from registry.actions import submissions

    told = payload | {"household": payload["household"] | {"area_code": elsewhere[0].code}}
    told["members"][0] |= {"given_names": "Lineo", "national_id": "0079113000002", "birth_date": "1979-11-30"}
    told["members"][1] |= {"given_names": "Tumelo", "birth_date": "2012-07-07"}
    clerk = as_actor(make_user(Role.DISTRICT_OFFICER, village.district))
    far = submissions.receive(uuid=uuid4(), door="form", payload=told, actor=clerk, at=AT).household
    local = as_actor(make_user(Role.SUPERVISOR, council))
    asked = ask(home, "transfer", person(home, "Thabo"), other_household=far.reference, since="2026-11-01",
                relationship="child")  # fmt: skip
    with pytest.raises(NotPermitted, match="outside your area"):
        act.accept(change_id=asked.pk, reason="Seems right to me.", actor=local, at=AT)


# closing, opening, splitting, merging


def test_a_household_is_closed_and_opened_again(home, ask, accept):
    accept(ask(home, "close", why="emigrated"))
    assert Household.objects.get(pk=home.pk).status == "closed"
    with pytest.raises(act.DetailsWrong, match="only for a household that is active"):
        ask(home, "left", person(home, "Thabo"), left_on="2026-11-01", why="work")
    accept(ask(home, "reopen"))
    assert Household.objects.get(pk=home.pk).status == "active"


def test_a_split_makes_a_household_of_those_who_live_apart(home, ask, accept):
    mother, child = person(home, "Palesa"), person(home, "Thabo")
    accept(
        ask(home, "split", asked_by=mother.reference, who=child.reference, head=child.reference, since="2026-11-01",
            address="Behind the mill")
    )  # fmt: skip
    new = Membership.objects.get(person=child, until_on__isnull=True).household
    assert new != home
    assert (new.address, new.area, new.answers) == ("Behind the mill", home.area, home.answers)
    assert new.memberships.get().is_reference
    assert list(home.memberships.filter(until_on__isnull=True).values_list("person", flat=True)) == [mother.pk]


def test_a_child_cannot_ask_for_a_split(home, ask):
    child = person(home, "Thabo")
    with pytest.raises(act.DetailsWrong, match="not a known code"):
        ask(home, "split", asked_by=child.reference, who=child.reference, head=child.reference, since="2026-11-01",
            address="Behind the mill")  # fmt: skip


def test_a_merge_moves_the_members_and_the_reference_stays_known(home, other_home, ask, accept):
    relations = {f"relationship_{row.person.reference}": "sibling" for row in home.memberships.all()}
    accept(ask(home, "merge", other_household=other_home.reference, **relations))
    merged = Household.objects.get(pk=home.pk)
    assert (merged.status, merged.merged_into) == ("merged", other_home)
    assert other_home.memberships.filter(until_on__isnull=True).count() == 4
    assert not merged.accounts.filter(until_on__isnull=True).exists()


# four eyes


def test_who_asked_does_not_decide(home, ask, make_user, as_actor, district):
    both = make_user(Role.DISTRICT_OFFICER, district)
    asked = ask(home, "close", why="asked", by=as_actor(both))
    from core.actions import appointments
    from core.models import Area as _Area

    appointments.propose(
        user_id=both.pk, role=Role.SUPERVISOR, scope_id=appointments.scope_for(area_id=district.pk).pk,
        starts_on=date(2020, 1, 1), actor=SYSTEM, at=AT,
    )  # fmt: skip
    assert _Area
    with pytest.raises(act.OwnChange):
        act.accept(change_id=asked.pk, reason="I know them well.", actor=as_actor(both), at=AT)
    assert ChangeRequest.objects.get(pk=asked.pk).status == "requested"


def test_the_database_refuses_the_requester_as_decider(home, ask, officer):
    asked = ask(home, "close", why="asked")
    with pytest.raises(IntegrityError, match="registry_change_four_eyes"), acting(actor=officer, at=AT):
        ChangeRequest.objects.filter(pk=asked.pk).update(
            status="applied", decided_by_id=officer.user_id, decided_at=AT, decision_reason="I decide."
        )


@pytest.mark.parametrize(
    ("column", "value"), [("needs_second", "false"), ("details", "'{}'"), ("kind", "'left'"), ("reason", "'other'")]
)
def test_the_database_refuses_to_change_what_was_asked(home, ask, column, value):
    asked = ask(home, "close", why="asked")
    with (
        pytest.raises(IntegrityError, match="never changes"),
        acting(actor=SYSTEM, at=AT),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE registry_changerequest SET {column} = {value} WHERE id = %s", [asked.pk])


def _raw(home: Household, officer: Actor, **more: Any) -> None:
    values: dict[str, Any] = {
        "uuid": uuid4(),
        "kind": "close",
        "household": home,
        "area_id": home.area_id,
        "district_id": home.district_id,
        "needs_second": True,
        "requested_at": AT,
        "requested_by_id": officer.user_id,
        "reason": WHY,
        "due_on": AT.date(),
    }
    with acting(actor=officer, at=AT):
        ChangeRequest.objects.create(**values | more)


def test_the_database_refuses_a_kind_that_needs_a_second_person_without_one(home, officer):
    with pytest.raises(IntegrityError, match="registry_change_kinds_with_a_second"):
        _raw(home, officer, needs_second=False)


def test_the_database_refuses_a_request_that_begins_decided(home, officer):
    with pytest.raises(IntegrityError, match="begins with its first state"):
        _raw(home, officer, status="withdrawn", decided_by_id=officer.user_id, decided_at=AT)


def test_the_database_refuses_a_decision_signed_for_another(home, ask, supervisor):
    asked = ask(home, "close", why="asked")
    with pytest.raises(IntegrityError, match="Nobody signs for another"), acting(actor=SYSTEM, at=AT):
        ChangeRequest.objects.filter(pk=asked.pk).update(
            status="refused", decided_by=supervisor, decided_at=AT, decision_reason="Not seen."
        )


def test_a_decided_request_never_waits_again(home, ask, reviewer):
    asked = ask(home, "close", why="asked")
    act.refuse(change_id=asked.pk, reason="They are still there.", actor=reviewer, at=AT)
    with pytest.raises(Exception, match="transition"), acting(actor=SYSTEM, at=AT):
        ChangeRequest.objects.filter(pk=asked.pk).update(status="requested")


# scope and interest


def test_an_officer_of_another_district_reports_nothing(home, ask, make_user, as_actor, other_district):
    stranger = as_actor(make_user(Role.DISTRICT_OFFICER, other_district))
    with pytest.raises(NotPermitted):
        ask(home, "close", why="asked", by=stranger)


def test_a_supervisor_of_another_district_decides_nothing(home, ask, make_user, as_actor, other_district):
    stranger = as_actor(make_user(Role.SUPERVISOR, other_district))
    asked = ask(home, "close", why="asked")
    with pytest.raises(NotPermitted):
        act.accept(change_id=asked.pk, reason="Seems right.", actor=stranger, at=AT)
    assert changes.request(actor=stranger, uuid=asked.uuid) is None
    assert changes.queue(actor=stranger).rows == []


def _declare(user: User, household: Household) -> None:
    with acting(actor=SYSTEM, at=AT):
        DeclaredInterest.objects.create(user_id=user.pk, household=household, kind="relative", declared_at=AT)


def test_nobody_reports_about_a_relatives_household(home, ask, district_officer):
    _declare(district_officer, home)
    with pytest.raises(act.DeclaredInterestInTheWay):
        ask(home, "close", why="asked")


def test_nobody_decides_about_a_relatives_household_and_the_database_says_so_too(
    home, ask, accept, supervisor, reviewer
):
    asked = ask(home, "close", why="asked")
    _declare(supervisor, home)
    with pytest.raises(act.DeclaredInterestInTheWay):
        accept(asked)
    with pytest.raises(IntegrityError, match="declared an interest"), acting(actor=reviewer, at=AT):
        ChangeRequest.objects.filter(pk=asked.pk).update(
            status="applied", decided_by=supervisor, decided_at=AT, decision_reason="Why not."
        )


# conflicts, repeats, refusals


def test_a_form_that_saw_an_older_version_is_refused(home, ask):
    seen = changes.versions(home)
    ask(home, "update_answers", **answers_of(home, rooms="4"))
    with pytest.raises(act.ChangedSince, match="since you opened"):
        ask(home, "close", why="asked", seen=seen)


def test_a_request_whose_values_changed_since_is_not_carried_out(home, ask, accept):
    first = ask(home, "correct_identity", person(home, "Thabo"), **IDENTITY | {"given_names": "Teboho"})
    with acting(actor=SYSTEM, at=AT):
        child = person(home, "Thabo")
        before = name_keys.due(person_ids=[child.pk])
        Person.objects.filter(pk=child.pk).update(given_names="Tefo")
        name_keys.renew(person_ids=[child.pk], before=before)
    with pytest.raises(act.ChangedSince):
        accept(first)
    assert ChangeRequest.objects.get(pk=first.pk).status == "requested"


def test_another_change_meanwhile_does_not_stand_in_the_way_of_one_that_it_does_not_touch(home, ask, accept):
    waiting = ask(home, "died", person(home, "Thabo"), died_on="2026-11-01", proof="chief")
    ask(home, "update_answers", **answers_of(home, rooms="4"))
    assert accept(waiting).status == "applied"


def test_two_requests_that_touch_the_same_are_in_conflict_and_the_second_waits(home, ask):
    child = person(home, "Thabo")
    first = ask(home, "died", child, died_on="2026-11-01", proof="chief")
    second = ask(home, "left", child, left_on="2026-11-01", why="work")
    assert second.status == "requested"  # alone it would have been carried out at once
    assert changes.conflicting(touches=second.touches, but=second.pk) == [first]


def test_one_open_request_of_a_kind_for_a_person(home, ask):
    ask(home, "died", person(home, "Thabo"), died_on="2026-11-01", proof="chief")
    with pytest.raises(act.OneOpenAlready):
        ask(home, "died", person(home, "Thabo"), died_on="2026-11-02", proof="chief")


def test_the_database_keeps_a_second_open_request_of_a_kind_out(home, ask, officer):
    ask(home, "close", why="asked")
    with pytest.raises(IntegrityError, match="registry_change_one_open"):
        _raw(home, officer)


def test_the_same_form_sent_twice_has_one_effect(home, ask):
    uuid = uuid4()
    first = ask(home, "left", person(home, "Thabo"), left_on="2026-11-01", why="work", uuid=uuid)
    again = ask(home, "left", person(home, "Thabo"), left_on="2026-11-01", why="work", uuid=uuid)
    assert first == again
    assert ChangeRequest.objects.count() == 1


def test_accepting_twice_writes_once(home, ask, accept):
    asked = ask(home, "close", why="asked")
    accept(asked)
    entries = AuditEntry.objects.count()
    assert accept(asked).status == "applied"
    assert AuditEntry.objects.count() == entries


def test_a_refusal_changes_nothing_but_the_request(home, ask, accept, reviewer):
    asked = ask(home, "close", why="asked")
    act.refuse(change_id=asked.pk, reason="They are still there.", actor=reviewer, at=AT)
    assert Household.objects.get(pk=home.pk).status == "active"
    with pytest.raises(act.NotWaiting):
        accept(asked)


def test_only_who_asked_withdraws(home, ask, officer, reviewer):
    asked = ask(home, "close", why="asked")
    with pytest.raises(NotPermitted):
        act.withdraw(change_id=asked.pk, reason="Not needed.", actor=reviewer, at=AT)
    assert act.withdraw(change_id=asked.pk, reason="Not needed.", actor=officer, at=AT).status == "withdrawn"


def test_a_preview_leaves_nothing_behind(home, officer):
    with transaction.atomic():
        shown = act.preview(
            kind="died", household_id=home.pk, person_reference=person(home, "Palesa").reference,
            texts={"died_on": "2026-11-01", "proof": "chief"}, actor=officer, at=AT,
        )  # fmt: skip
    assert shown.needs_second
    assert any("no reference person" in note for note in shown.plan.notes)
    assert person(home, "Palesa").died_on is None
    assert Submission.objects.count() == 1


def test_nothing_changes_when_the_audit_record_of_a_decision_fails(
    committed_db: None, home, ask, accept, broken_audit: BrokenAudit
):
    asked = ask(home, "died", person(home, "Thabo"), died_on="2026-11-01", proof="chief")
    with broken_audit(), pytest.raises(IntegrityError):
        accept(asked)
    assert ChangeRequest.objects.get(pk=asked.pk).status == "requested"
    assert person(home, "Thabo").died_on is None
    assert Membership.objects.get(person__given_names="Thabo").until_on is None


def test_nothing_is_asked_for_when_its_audit_record_fails(committed_db: None, home, ask, broken_audit: BrokenAudit):
    with broken_audit(), pytest.raises(IntegrityError):
        ask(home, "left", person(home, "Thabo"), left_on="2026-11-01", why="work")
    assert not ChangeRequest.objects.exists()
    assert Membership.objects.get(person__given_names="Thabo").until_on is None


def test_the_service_standard_counts_working_days():
    assert changes.due_on("died", on=date(2026, 11, 13)) == date(2026, 11, 18)  # Friday; three working days
