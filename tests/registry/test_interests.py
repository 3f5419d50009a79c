"""Nobody decides about their own or a relative's household."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from core.access.roles import Role
from core.acting import acting
from core.models import AuditEntry
from payments.actions import holds
from payments.models import Hold
from registry.actions import interests
from registry.models import DeclaredInterest, Household, Submission
from tests.fixtures.people import AT


@pytest.fixture
def household(an_accepted_household) -> Household:
    return an_accepted_household.household


def declared(household, actor):
    return interests.declare(reference=household.reference.lower(), kind="relative", actor=actor, at=AT)


def test_a_declaration_is_written_once_and_audited_without_saying_whose_it_is(household, reviewer):
    first = declared(household, reviewer)
    again = declared(household, reviewer)

    assert first.pk == again.pk
    entry = AuditEntry.objects.get(action="interest.declare")
    assert (entry.actor_id, entry.subject_id, entry.details) == (reviewer.user_id, household.pk, {})


def test_an_unknown_reference_is_refused(household, reviewer):
    with pytest.raises(interests.NoSuchHousehold):
        interests.declare(reference="HH-0000000000-0", kind="own", actor=reviewer, at=AT)


def test_nobody_takes_a_declaration_back_or_changes_it(household, reviewer):
    row = declared(household, reviewer)
    for move in (lambda: DeclaredInterest.objects.filter(pk=row.pk).delete(), lambda: row.save()):
        with pytest.raises(DatabaseError), acting(actor=reviewer, at=AT), transaction.atomic():
            move()
    assert DeclaredInterest.objects.filter(pk=row.pk).exists()


def test_payments_of_a_relative_are_neither_held_nor_let_go(household, reviewer, make_user, as_actor, district):
    officer = as_actor(make_user(Role.GRIEVANCE_OFFICER, district))
    other = as_actor(make_user(Role.GRIEVANCE_OFFICER, district))
    placed = holds.place(household_id=household.pk, reason="A doubt", actor=other, at=AT)
    declared(household, officer)

    with pytest.raises(interests.OwnInterest):
        holds.lift(hold_id=placed.pk, reason="It is fine", actor=officer, at=AT)
    with pytest.raises(interests.OwnInterest):
        holds.place(household_id=household.pk, reason="Another", case_reference="X", actor=officer, at=AT)
    with (
        pytest.raises(IntegrityError, match="declared an interest"),
        acting(actor=officer, at=AT),
        transaction.atomic(),
    ):
        Hold.objects.filter(pk=placed.pk).update(lifted_at=AT, lifted_by=officer.user_id)


def test_the_database_refuses_a_review_that_concerns_a_relative(
    a_submission_in_review, an_accepted_household, reviewer
):
    declared(an_accepted_household.household, reviewer)

    with (
        pytest.raises(IntegrityError, match="declared an interest"),
        acting(actor=reviewer, at=AT),
        transaction.atomic(),
    ):
        Submission.objects.filter(pk=a_submission_in_review.pk).update(
            status="rejected", decided_by=reviewer.user_id, decided_at=AT, decision_reason="No"
        )


def test_the_page_takes_a_reference_and_shows_nothing_else_of_the_household(household, client, supervisor):
    client.force_login(supervisor)
    page = reverse("registry:interests")

    wrong = client.post(page, {"reference": "HH-1", "kind": "own"})
    right = client.post(page, {"reference": household.reference, "kind": "own"}, follow=True)

    assert wrong.status_code == 422
    said = right.content.decode()
    assert household.reference in said and household.memberships.first().person.surname not in said
    assert DeclaredInterest.objects.get().user_id == supervisor.pk
