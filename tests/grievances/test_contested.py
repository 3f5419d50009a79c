"""Appeals against an assessment: the officer sees why, decides, and the list follows."""

import pytest
from lxml import html

from core.access.roles import Role
from eligibility.actions import runs
from eligibility.models import Enrolment
from grievances.actions import cases, deciding, remedies
from tests.fixtures.eligibility import Member
from tests.fixtures.people import AT
from tests.grievances.test_officers_pages import LIST, signed_in


@pytest.fixture
def rich(make_household):
    """A household with children that is not poor enough, so not eligible."""
    return make_household(
        [Member(answers={"education": "above_secondary", "activity": "paid_employee"}), Member(age=4)],
        heating_fuel="gas",
        stove=True,
        radio=True,
    )


@pytest.fixture
def published(rich, assess, second_manager):
    run = assess("CGP")
    return runs.publish(run_id=run.pk, seen_digest=run.digest, actor=second_manager, at=AT)


@pytest.fixture
def appeal(lodge, rich, published, officer):
    case = lodge(category="appeal", reference=rich.reference, programme_code="CGP").case
    cases.acknowledge(case_id=case.pk, actor=officer, at=AT)
    return cases.take(case_id=case.pk, actor=officer, at=AT)


def propose(case, officer):
    return cases.decide(
        case_id=case.pk, outcome="upheld", reasons="The stove is borrowed.", remedy="propose", actor=officer, at=AT
    )


def test_an_appeal_names_the_newest_published_assessment(appeal, published):
    assert (appeal.run_id, appeal.assessment_no) == (published.pk, published.assessments.get().id)


def test_the_officer_sees_the_contributions_and_they_add_up(appeal, officer):
    response = signed_in(officer).get(f"{LIST}{appeal.reference}/")
    page = html.fromstring(response.content)

    table = next(t for t in page.xpath("//table") if "Contributions" in t.text_content())
    from decimal import Decimal

    parts = [Decimal(row.xpath("./td")[-1].text_content().strip()) for row in table.xpath(".//tbody/tr")]
    total = Decimal(table.xpath(".//tfoot//td")[-1].text_content().strip())
    assert sum(parts) == total
    assert len(parts) > 3
    assert 0 not in parts
    assert "Has sheep (Has sheep: no)" in page.text_content()
    assert "Not eligible" in page.text_content()
    assert "illustrative" in page.text_content()
    assert "Nobody has confirmed yet" in page.text_content()


def test_who_published_the_assessment_does_not_decide_the_appeal(appeal, published, officer, make_user):
    from datetime import date

    from core.access.actor import SYSTEM
    from core.actions import appointments
    from core.models import Area
    from core.queries.access import actor_of

    appointments.propose(
        user_id=published.published_by_id,
        role=Role.GRIEVANCE_OFFICER,
        scope_id=appointments.scope_for(area_id=Area.objects.get(level="country").pk).pk,
        starts_on=date(2020, 1, 1),
        actor=SYSTEM,
        at=AT,
    )
    publisher = actor_of(user_id=published.published_by_id)
    cases.assign(case_id=appeal.pk, user_id=publisher.user_id, actor=officer, at=AT)

    with pytest.raises(deciding.ContestedOfficer):
        propose(appeal, publisher)


def test_an_upheld_appeal_proposes_the_confirmed_household_for_the_list(appeal, rich, officer, second_manager):
    with pytest.raises(remedies.CannotBeRemedied):
        propose(appeal, officer)
    cases.link_household(case_id=appeal.pk, reference=rich.reference, actor=officer, at=AT)
    decided = propose(appeal, officer)
    propose(appeal, officer)

    enrolment = Enrolment.objects.get(household=rich)
    assert (decided.remedy_state, decided.remedy_reference) == ("done", enrolment.reference)
    assert (enrolment.status, enrolment.proposed_by_id) == ("proposed", officer.user_id)
    assert enrolment.recipient_person_id is not None


def test_a_household_that_is_on_the_list_already_stays_there_once(appeal, rich, officer, lodge):
    cases.link_household(case_id=appeal.pk, reference=rich.reference, actor=officer, at=AT)
    propose(appeal, officer)

    assert Enrolment.objects.filter(household=rich).count() == 1


def test_nothing_is_proposed_when_the_decision_fails(appeal, rich, officer, break_audit):
    cases.link_household(case_id=appeal.pk, reference=rich.reference, actor=officer, at=AT)
    break_audit()

    with pytest.raises(Exception, match="core_audit"):
        propose(appeal, officer)
    assert not Enrolment.objects.filter(household=rich).exists()


def test_a_case_about_no_assessment_says_so(lodge, officer, household, child_grants):
    case = lodge(category="appeal", reference=household.reference, programme_code="CGP").case

    page = signed_in(officer).get(f"{LIST}{case.reference}/").content.decode()

    assert "has published no assessment" in page


def test_a_complaint_about_a_payment_shows_what_was_owed_to_who_deals_with_it_and_to_nobody_else(
    committed_db: None, pension_payroll, lodge, officer, make_user
):
    from payments.models import Entitlement

    owed = Entitlement.objects.order_by("id").first()
    case = lodge(category="payment_complaint", reference=owed.enrolment.reference).case
    supervisor = make_user(Role.SUPERVISOR)

    page = html.fromstring(signed_in(officer).get(f"{LIST}{case.reference}/").content).text_content()
    supervisors = html.fromstring(signed_in(supervisor).get(f"{LIST}{case.reference}/").content).text_content()

    assert case.household == owed.enrolment.household
    assert "What was owed and paid" in page
    assert "950.00" in page
    assert "What was owed and paid" not in supervisors
