"""Somebody decides what a change of a household means for its enrolment: once, and not who reported it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError
from django.test import Client
from django.urls import reverse

from core.access.actor import SYSTEM, NotPermitted
from core.access.roles import Role
from core.acting import acting
from core.models import AuditEntry
from eligibility.actions import enrolments, settling
from eligibility.models import Enrolment, EnrolmentNotice, NoticeSettlement
from eligibility.queries import enrolments as queries
from registry.actions import changes
from registry.models import DeclaredInterest
from tests.eligibility.conftest import AT

WHY = "The chief confirms it."


@pytest.fixture
def manager(make_user, as_actor):
    return as_actor(make_user(Role.PROGRAMME_MANAGER))


@pytest.fixture
def listed(enrolment, make_user, as_actor) -> Enrolment:
    """Enrolled by somebody else."""
    enroller = as_actor(make_user(Role.PROGRAMME_MANAGER))
    with acting(actor=enroller, at=AT):
        Enrolment.objects.filter(pk=enrolment.pk).update(
            status="enrolled", enrolled_on=AT.date(), enrolled_by_id=enroller.user_id
        )
    enrolment.refresh_from_db()
    return enrolment


@pytest.fixture
def notice(home, listed, clerk, decider) -> EnrolmentNotice:
    """The mother, who received, has died."""
    mother = home.memberships.get(is_reference=True).person
    asked = changes.request(
        uuid=uuid4(), kind="died", household_id=home.pk, person_reference=mother.reference, seen_versions=None,
        texts={"died_on": "2026-11-01", "proof": "chief"}, reason="The chief wrote.", actor=clerk, at=AT,
    )  # fmt: skip
    changes.accept(change_id=asked.pk, reason="Seen the letter.", actor=decider, at=AT)
    return EnrolmentNotice.objects.get()


def settle(notice, actor, outcome="keep", **more):
    return settling.settle(notice_id=notice.pk, outcome=outcome, reason=WHY, actor=actor, at=AT, **more)


@pytest.mark.parametrize(("outcome", "status"), [("keep", "enrolled"), ("suspend", "suspended"), ("exit", "exited")])
def test_what_is_decided_happens_with_its_reason(outcome, status, notice, listed, manager):
    settle(notice, manager, outcome)
    listed.refresh_from_db()
    assert listed.status == status
    assert listed.reason == ("" if outcome == "keep" else WHY)
    assert NoticeSettlement.objects.get().settled_by_id == manager.user_id
    assert AuditEntry.objects.get(action="enrolment.settle_notice").details["outcome"] == outcome


def test_another_member_receives(notice, listed, manager, home):
    child = home.memberships.get(until_on__isnull=True).person
    settle(notice, manager, "recipient", recipient=child.reference)
    listed.refresh_from_db()
    assert listed.recipient_person == child


def test_who_died_does_not_receive(notice, listed, manager):
    with pytest.raises(settling.NoSuchRecipient):
        settle(notice, manager, "recipient", recipient=listed.recipient_person.reference)
    assert not NoticeSettlement.objects.exists()


def test_a_repeat_writes_nothing_and_another_decision_is_refused(notice, manager, make_user, as_actor):
    first, entries = settle(notice, manager), AuditEntry.objects.count()
    assert settle(notice, manager) == first
    assert AuditEntry.objects.count() == entries
    with pytest.raises(settling.SettledAlready):
        settle(notice, manager, "exit")
    with pytest.raises(settling.SettledAlready):
        settle(notice, as_actor(make_user(Role.PROGRAMME_MANAGER)))


def test_a_decision_needs_a_reason(notice, manager):
    with pytest.raises(enrolments.ReasonNeeded):
        settling.settle(notice_id=notice.pk, outcome="keep", reason="  ", actor=manager, at=AT)


def test_a_move_that_the_state_does_not_allow_is_refused_and_settles_nothing(notice, manager):
    with pytest.raises(enrolments.IllegalMove):
        settle(notice, manager, "reject")
    assert not NoticeSettlement.objects.exists()


def test_who_does_not_decide_lists_settles_nothing(notice, clerk):
    with pytest.raises(NotPermitted):
        settle(notice, clerk)


def test_who_reported_the_change_does_not_settle_it_and_the_database_says_so_too(notice, clerk, give, as_actor):
    both = give(clerk, Role.PROGRAMME_MANAGER)
    with pytest.raises(settling.ReportedIt):
        settle(notice, both)
    assert list(queries.unsettled(actor=both)) == []
    with pytest.raises(IntegrityError, match="Somebody other"), acting(actor=both, at=AT):
        NoticeSettlement.objects.create(
            notice=notice, outcome="keep", reason=WHY, settled_at=AT, settled_by_id=both.user_id
        )


@pytest.fixture
def give(as_actor):
    """``give(actor, role)``: the same person with another role as well."""
    from core.actions import appointments
    from core.models import Area, User

    def make(actor, role):
        proposed = appointments.propose(
            user_id=actor.user_id, role=role, starts_on=AT.date().replace(year=2020), actor=SYSTEM, at=AT,
            scope_id=appointments.scope_for(area_id=Area.objects.get(level="country").pk).pk,
        )  # fmt: skip
        assert proposed
        return as_actor(User.objects.get(pk=actor.user_id))

    return make


def test_nobody_settles_for_a_relatives_household(notice, manager, home):
    with acting(actor=SYSTEM, at=AT):
        DeclaredInterest.objects.create(user_id=manager.user_id, household=home, kind="relative", declared_at=AT)
    with pytest.raises(enrolments.OwnInterest):
        settle(notice, manager)


def test_a_decision_stays(notice, manager):
    settle(notice, manager)
    with pytest.raises(DatabaseError, match="never changed or removed"), acting(actor=SYSTEM, at=AT):
        NoticeSettlement.objects.update(outcome="exit")


def test_nothing_is_decided_when_the_audit_record_fails(committed_db, notice, listed, manager, broken_audit):
    with broken_audit(), pytest.raises(IntegrityError):
        settle(notice, manager, "suspend")
    listed.refresh_from_db()
    assert listed.status == "enrolled"
    assert not NoticeSettlement.objects.exists()


def test_a_manager_finds_it_on_the_start_page_and_settles_it(notice, listed, make_user, client: Client):
    client.force_login(make_user(Role.PROGRAMME_MANAGER), backend="django.contrib.auth.backends.ModelBackend")
    assert "Changes of households on a list" in client.get("/").content.decode()
    assert listed.reference in client.get(reverse("eligibility:notices")).content.decode()
    page = reverse("eligibility:notice", args=[notice.pk])
    assert client.get(page).status_code == 200
    key = "01890000-0000-7000-8000-000000000001"
    assert client.post(page, {"reason": WHY, "one_shot": key}).status_code == 422
    assert (
        "Choose who receives"
        in client.post(page, {"outcome": "recipient", "reason": WHY, "one_shot": key}).content.decode()
    )
    sent = client.post(page, {"outcome": "suspend", "reason": WHY, "one_shot": key}, follow=True)
    assert "The decision is recorded" in sent.content.decode()
    listed.refresh_from_db()
    assert listed.status == "suspended"
    assert client.get(page).status_code == 404
    assert "Settled" in client.get(reverse("eligibility:enrolment", args=[listed.reference])).content.decode()
