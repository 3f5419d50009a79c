"""The pages, as each role meets them."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse
from lxml import html

from core.access.roles import Role
from core.models import User
from eligibility.actions import enrolling, runs, validating
from eligibility.models import AssessmentRun, Enrolment
from tests.fixtures.eligibility import Member
from tests.fixtures.people import AT


@pytest.fixture
def homes(make_household, other_village):
    """Two poor households in the first district, one in another."""
    family = [Member(), *[Member(age=4)] * 6]
    return [make_household(family), make_household(family), make_household(family, area=other_village)]


@pytest.fixture
def computed(homes, assess):
    return assess("CGP")


@pytest.fixture
def published(computed, second_manager):
    return runs.publish(run_id=computed.pk, seen_digest=computed.digest, actor=second_manager, at=AT)


@pytest.fixture
def sign_in(client):
    def signed_in(actor):
        client.force_login(User.objects.get(pk=actor.user_id), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


def filled(tree_or_response):
    """The last form's fields as a browser would send them."""
    fields = html.fromstring(tree_or_response.content).forms[-1].fields
    return {name: value or "" for name, value in fields.items()}


def text_of(response):
    return " ".join(html.fromstring(response.content).text_content().split())


def page(client, name, *args, query="", status=200):
    response = client.get(reverse(f"eligibility:{name}", args=args) + query)
    assert response.status_code == status, response.content.decode()[:2000]
    return text_of(response)


def test_a_programme_says_its_criteria_and_amounts_in_words(asked, manager, sign_in):
    said = page(sign_in(manager), "programme", "CGP")

    assert "Score is less than 361 score points" in said
    assert "750.00 LSL a quarter if Children under 18 who count is at least 5" in said
    assert "illustrative" in said
    assert "Start an assessment" in said
    assert "Old Age Pension" in page(sign_in(manager), "programmes")
    assert "Heats with gas" in page(sign_in(manager), "formula", "pmt_illustrative", "1")


def test_the_preparer_reads_why_somebody_else_publishes_and_sees_no_button(computed, manager, second_manager, sign_in):
    mine = page(sign_in(manager), "run", computed.pk)
    assert "You prepared this assessment" in mine
    assert (
        reverse("eligibility:run_publish", args=[computed.pk])
        not in sign_in(manager).get(reverse("eligibility:run", args=[computed.pk])).content.decode()
    )

    client = sign_in(second_manager)
    address = reverse("eligibility:run_publish", args=[computed.pk])
    assert address in client.get(reverse("eligibility:run", args=[computed.pk])).content.decode()
    form = html.fromstring(client.get(address).content).forms[-1]
    answer = client.post(address, dict(form.fields))
    assert answer.status_code == 302
    computed.refresh_from_db()
    assert (computed.status, Enrolment.objects.count()) == ("published", 3)
    assert client.post(address, dict(form.fields)).status_code == 302
    assert Enrolment.objects.count() == 3


def test_starting_twice_with_the_same_form_starts_once(asked, manager, sign_in, django_capture_on_commit_callbacks):
    client, address = sign_in(manager), reverse("eligibility:run_start", args=["CGP"])
    form = html.fromstring(client.get(address).content).forms[-1]
    for _attempt in range(2):
        assert client.post(address, dict(form.fields)).status_code == 302
    assert AssessmentRun.objects.count() == 1
    assert "Being computed" in page(client, "run", AssessmentRun.objects.get().pk)
    future = dict(form.fields) | {"as_of_day": "1", "as_of_month": "1", "as_of_year": "2999"}
    assert client.post(address, future).status_code == 302  # the same key: the same run


def test_an_officer_sees_only_the_households_of_the_district(published, homes, officer, sign_in):
    client = sign_in(officer)

    listed = page(client, "findings", published.pk)
    assert [home.reference in listed for home in homes] == [True, True, False]
    counted = page(client, "run", published.pk)
    assert homes[2].district.name not in counted
    beneficiaries = client.get(reverse("eligibility:beneficiaries", args=["CGP"])).content.decode()
    references = {row.household_id: row.reference for row in Enrolment.objects.all()}
    assert [references[home.pk] in beneficiaries for home in homes] == [True, True, False]
    page(client, "why", homes[0].reference)
    page(client, "why", homes[2].reference, status=404)
    page(client, "household_tab", homes[2].pk, status=404)
    page(client, "enrolment", references[homes[2].pk], status=404)
    page(client, "run_publish", published.pk, status=403)


def test_the_numbers_on_the_why_page_add_up_to_the_score(published, homes, officer, sign_in):
    response = sign_in(officer).get(reverse("eligibility:why", args=[homes[0].reference]))
    tree = html.fromstring(response.content)

    table = next(t for t in tree.iter("table") if "illustrative" in (t.findtext("caption") or ""))
    added = [Decimal(row[-1].text_content()) for row in table.find("tbody")]
    total = Decimal(table.find("tfoot")[0][-1].text_content())
    said = " ".join(tree.text_content().split())
    score = Decimal(re.search(r"Score: ([\d.]+) =", said).group(1))
    assert sum(added) == total
    assert score == ((total - Decimal("3.866")) * 1000 / Decimal("3.792")).quantize(Decimal("0.01"))
    assert "Proposed" in said
    assert published.pk


def test_the_why_page_names_what_is_missing(make_household, assess, manager, sign_in):
    household = make_household([Member(), Member(age=3)], heating_fuel=None)
    run = assess("CGP")

    said = page(sign_in(manager), "why", household.reference, query=f"?run={run.pk}")

    assert "What is used most to heat the home?" in said
    assert "Not assessable" in said
    assert "It is not published" in said


def test_an_officer_records_what_the_village_said(published, homes, officer, sign_in):
    client = sign_in(officer)
    village = homes[0].area
    assert village.name in page(client, "validation")
    address = reverse("eligibility:validate", args=["CGP", village.code])
    fields = filled(client.get(address))
    first, second = Enrolment.objects.filter(area=village).order_by("id")

    refused = client.post(address, fields | {f"said_{first.pk}": "confirmed", f"said_{second.pk}": "rejected"})
    assert refused.status_code == 422
    assert "Say why the community rejects" in text_of(refused)
    answer = client.post(
        address,
        fields
        | {f"said_{first.pk}": "confirmed", f"said_{second.pk}": "rejected", f"reason_{second.pk}": "Has a shop"},
    )

    assert answer.status_code == 302
    assert list(Enrolment.objects.filter(area=village).order_by("id").values_list("status", flat=True)) == [
        "validated",
        "rejected",
    ]
    page(client, "validate", "CGP", homes[2].area.code, status=403)


def test_a_manager_enrols_and_suspends_with_a_reason(published, homes, officer, manager, second_manager, sign_in):
    first = Enrolment.objects.get(household=homes[0])
    validating.validate_many(
        programme_code="CGP", area_id=first.area_id, confirmed=[first.pk], rejected={}, actor=officer, at=AT
    )
    client = sign_in(manager)
    assert "Beneficiaries to enrol" in text_of(client.get("/"))
    address = reverse("eligibility:enrol", args=["CGP"])
    fields = filled(client.get(address))
    assert client.post(address, fields).status_code == 302
    first.refresh_from_db()
    assert first.status == "enrolled"

    move = reverse("eligibility:enrolment_move", args=[first.reference, "suspend"])
    fields = filled(client.get(move))
    assert client.post(move, fields | {"reason": ""}).status_code == 422
    assert client.post(move, fields | {"reason": "Not at home three times"}).status_code == 302
    said = page(client, "enrolment", first.reference)
    assert "Not at home three times" in said
    assert "Resume" in said
    assert "Suspend" not in re.sub("Suspended", "", said)


def test_long_lists_are_paged_without_losing_or_repeating_anybody(make_household, assess, manager, sign_in):
    homes = [make_household([Member()]) for _ in range(60)]
    run = assess("CGP")
    client = sign_in(manager)

    seen, address = [], reverse("eligibility:findings", args=[run.pk]) + "?outcome=not_eligible"
    while address:
        tree = html.fromstring(client.get(address).content)
        seen += [link.text_content() for link in tree.xpath("//tbody//th//a")]
        following = tree.xpath("//a[@rel='next']/@href")
        address = reverse("eligibility:findings", args=[run.pk]) + following[0] if following else ""

    assert seen == [home.reference for home in homes]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.FINANCE_RELEASER, Role.DATA_PROTECTION_OFFICER])
def test_roles_without_a_share_in_eligibility_see_none_of_it(published, homes, make_user, as_actor, sign_in, role):
    client = sign_in(as_actor(make_user(role)))

    for name, args in [
        ("runs", []),
        ("findings", [published.pk]),
        ("why", [homes[0].reference]),
        ("beneficiaries", ["CGP"]),
        ("validation", []),
    ]:
        page(client, name, *args, status=403)
    assert "Assessments" not in text_of(client.get("/"))


def test_enrolling_twice_by_the_pages_finds_nobody_the_second_time(published, officer, manager):
    row = Enrolment.objects.order_by("id")[0]
    validating.validate_many(
        programme_code="CGP", area_id=row.area_id, confirmed=[row.pk], rejected={}, actor=officer, at=AT
    )
    assert enrolling.enrol_many(programme_code="CGP", actor=manager, at=AT).enrolled == 1
    assert enrolling.enrol_many(programme_code="CGP", actor=manager, at=AT).enrolled == 0
