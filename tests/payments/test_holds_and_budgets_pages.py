"""Pages on which budgets are entered and payments are held and let go; the message of a release."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from core.access.roles import Role
from payments.models import Budget, Hold
from registry.actions import interests

KEY = "0190a3a5-7b2e-7c1d-8000-000000000001"


@pytest.fixture
def signed_in(client, make_user):
    def sign(role, area=None):
        user = make_user(role, area)
        client.force_login(user)
        return user

    return sign


def test_a_budget_is_entered_once_however_often_the_form_is_sent(signed_in, client, pensions):
    signed_in(Role.FINANCE_PREPARER)
    told = {
        "programme": pensions.pk,
        "code": "OAP 2031",
        "year_from": "2031-04-01",
        "year_to": "2032-03-31",
        "amount": "1500.50",
        "one_shot": KEY,
    }
    page = reverse("payments:budget_new")

    for _ in range(2):
        answer = client.post(page, told, follow=True)
        assert "The budget is entered." in answer.text
    backwards = client.post(page, told | {"year_to": "2030-01-01"})

    budget = Budget.objects.get(code="OAP 2031")
    assert (budget.amount_minor, budget.year_from) == (150050, date(2031, 4, 1))
    assert backwards.status_code == 422


def test_payments_are_held_and_let_go_on_pages_and_only_in_ones_own_area(
    signed_in, client, pensioner, district, other_district
):
    household = pensioner().household
    signed_in(Role.GRIEVANCE_OFFICER, other_district)
    told = {"reference": household.reference.lower(), "reason": "Two people claim it", "one_shot": KEY}

    elsewhere = client.post(reverse("payments:hold_new"), told)
    assert elsewhere.status_code == 422 and not Hold.objects.exists()

    signed_in(Role.GRIEVANCE_OFFICER, district)
    for _ in range(2):
        assert household.reference in client.post(reverse("payments:hold_new"), told, follow=True).text
    hold = Hold.objects.get()
    lifted = client.post(reverse("payments:hold_lift", args=[hold.pk]), {"reason": "Settled", "one_shot": KEY})
    assert lifted.status_code == 302
    hold.refresh_from_db()
    assert hold.lifted_at is not None
    assert household.reference not in client.get(reverse("payments:holds")).text


def test_the_page_says_that_another_officer_must(signed_in, client, pensioner, district, as_actor):
    household = pensioner().household
    user = signed_in(Role.GRIEVANCE_OFFICER, district)
    interests.declare(reference=household.reference, kind="own", actor=as_actor(user), at=timezone.now())

    answer = client.post(
        reverse("payments:hold_new"), {"reference": household.reference, "reason": "A doubt", "one_shot": KEY}
    )
    assert answer.status_code == 422 and "another officer must" in answer.text
