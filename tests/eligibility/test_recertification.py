"""Households that are overdue, or were not found, are noted on their enrolments: it suspends and ends nobody."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from core.access.actor import SYSTEM
from core.access.roles import Role
from core.acting import acting
from core.models import AuditEntry
from eligibility.actions import noticing
from eligibility.models import Enrolment, EnrolmentNotice, Programme
from registry.actions import visits
from registry.queries import recertification
from tests.fixtures.visits import VISITS_AT, VISITS_ON


@pytest.fixture
def enrolment(overdue_home, child_grants) -> Enrolment:
    """The household that nobody has seen for four and a half years, on a list."""
    with acting(actor=SYSTEM, at=VISITS_AT):
        return Enrolment.objects.create(
            programme=child_grants,
            household=overdue_home,
            area=overdue_home.area,
            district=overdue_home.district,
            status_on=VISITS_ON,
            validation_required=False,
            proposed_at=VISITS_AT,
        )


def asks_for(months: int | None) -> None:
    with acting(actor=SYSTEM, at=VISITS_AT):
        Programme.objects.update(recertify_months=months)


def note(days: int = 0) -> int:
    return noticing.note_overdue(actor=SYSTEM, at=VISITS_AT + timedelta(days=days))


def not_found(visit, officer, reviewer) -> None:
    visits.report(
        visit_id=visit.pk,
        outcome="not_found",
        visited_on=VISITS_ON,
        report="The neighbours know nothing.",
        actor=officer,
        at=VISITS_AT,
    )
    visits.accept(visit_id=visit.pk, reason="The chief says so.", actor=reviewer, at=VISITS_AT)


def test_an_overdue_household_is_noted_once_and_its_enrolment_stays_as_it_is(enrolment):
    assert (note(), note(), note(days=30)) == (1, 0, 0)
    notice = EnrolmentNotice.objects.get()
    assert (notice.kind, notice.proposes) == ("recertification_overdue", "see_again")
    assert notice.change_reference == "2026-05-20"
    enrolment.refresh_from_db()
    assert enrolment.status == "proposed"
    assert AuditEntry.objects.filter(action="enrolment.notice").count() == 1


def test_who_was_seen_lately_is_not_noted(enrolment, overdue_home, last_seen):
    last_seen(overdue_home, date(2022, 11, 20))
    assert note() == 0
    assert note(days=1) == 1


@pytest.mark.parametrize(("months", "since"), [(12, "2023-05-20"), (60, "2026-05-20"), (None, "2026-05-20")])
def test_a_programme_may_ask_sooner_and_never_later_than_the_register(enrolment, months, since):
    asks_for(months)
    assert note() == 1
    assert EnrolmentNotice.objects.get().change_reference == since


def test_days_of_notices_and_lists_agree_at_the_end_of_a_month(enrolment, overdue_home, last_seen):
    asks_for(9)
    last_seen(overdue_home, date(2025, 5, 31))
    assert note() == 1
    term = recertification.term_of(overdue_home, on=VISITS_ON)
    assert term == recertification.Term(date(2026, 2, 28), enrolment.programme.name)
    assert EnrolmentNotice.objects.get().change_reference == term.due_on.isoformat()


def test_the_list_takes_the_programmes_term_for_those_on_its_list_alone(
    enrolment, overdue_home, last_seen, tell, other_payload, officer
):
    other = last_seen(tell(other_payload).household, date(2025, 5, 20))
    last_seen(overdue_home, date(2025, 5, 20))
    asks_for(12)
    found = recertification.due(actor=officer, on=VISITS_ON)
    assert list(found) == [overdue_home]
    assert recertification.term_of(other, on=VISITS_ON).because == ""


def test_a_household_that_was_not_found_is_noted_and_nothing_else(enrolment, a_visit, officer, reviewer):
    not_found(a_visit, officer, reviewer)
    notice = EnrolmentNotice.objects.get()
    assert (notice.kind, notice.proposes) == ("visit_not_found", "find_out")
    assert notice.change_reference == a_visit.reference
    enrolment.refresh_from_db()
    a_visit.household.refresh_from_db()
    assert (enrolment.status, a_visit.household.status) == ("proposed", "active")


def test_a_household_without_enrolments_needs_no_notice(a_visit, officer, reviewer):
    not_found(a_visit, officer, reviewer)
    assert not EnrolmentNotice.objects.exists()
    assert note() == 0


def test_the_enrolments_page_says_both_in_words(enrolment, a_visit, officer, reviewer, make_user, client):
    note()
    not_found(a_visit, officer, reviewer)
    enrolment.refresh_from_db()
    client.force_login(make_user(Role.PROGRAMME_MANAGER), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/eligibility/enrolments/{enrolment.reference}/", follow=True).content.decode()
    assert "to be seen again since 20 May 2026: See the household again" in page
    assert f"visit {a_visit.reference}, nobody was found: Find out what became of the household" in page


def test_an_interview_closes_open_visits_by_the_clock_too(a_visit, last_seen):
    assert visits.sweep(actor=SYSTEM, at=VISITS_AT) == 0
    last_seen(a_visit.household, VISITS_ON)
    assert visits.sweep(actor=SYSTEM, at=VISITS_AT) == 1


def test_nothing_is_noted_when_the_audit_record_fails(committed_db, broken_audit, enrolment):
    with broken_audit(), pytest.raises(IntegrityError):
        note()
    assert not EnrolmentNotice.objects.exists()
