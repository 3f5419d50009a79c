"""The pages of payments as each role sees them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.access.actor import Actor
from core.access.roles import Role
from core.models import Job, ReadEntry, User
from payments.actions import payrolls
from payments.models import Payroll
from payments.sample import provider_returns
from tests.fixtures.payments import AT, Finance, Steps, finish


@pytest.fixture
def browser_of() -> Callable[[Actor], Client]:
    def signed_in(actor: Actor) -> Client:
        client = Client()
        client.force_login(User.objects.get(pk=actor.user_id), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


BrowserOf = Callable[[Actor], Client]


def test_each_officer_is_led_to_the_next_step(
    pension_payroll: Payroll, steps: Steps, finance: Finance, browser_of: BrowserOf
) -> None:
    url = reverse("payments:payroll", args=[pension_payroll.pk])
    preparer, approver, releaser = (browser_of(one) for one in (finance.preparer, finance.approver, finance.releaser))

    assert "Run the controls" in preparer.get(reverse("payments:move", args=[pension_payroll.pk, "check"])).text
    assert "A finance preparer does this." in approver.get(url).text
    for name in ("check", "submit"):
        answer = preparer.post(reverse("payments:move", args=[pension_payroll.pk, name]), follow=True)
        assert answer.status_code == 200, answer.text
    assert "You prepared this payroll: another person approves it." in preparer.get(url).text

    page = approver.get(reverse("payments:move", args=[pension_payroll.pk, "approve"]))
    pension_payroll.refresh_from_db()
    assert pension_payroll.seal in page.text
    answer = approver.post(
        reverse("payments:move", args=[pension_payroll.pk, "approve"]),
        {"seen": pension_payroll.seal, "one_shot": "0190a3a5-7b2e-7c1d-8000-000000000001"},
        follow=True,
    )
    assert "You approved this payroll: a third person releases it." in answer.text
    released = releaser.post(reverse("payments:move", args=[pension_payroll.pk, "release"]), follow=True)
    assert "Release signed. The files for the providers are being made." in released.text
    assert "Releasing payroll" in released.text and "Send back" not in released.text.split("<main")[1]

    finish(Job.objects.get(kind="payments.release"))
    pension_payroll.refresh_from_db()
    assert pension_payroll.status == "released"


def test_an_approval_of_a_seal_that_was_not_the_one_on_the_page_is_a_conflict(
    pension_payroll: Payroll, steps: Steps, finance: Finance, browser_of: BrowserOf
) -> None:
    steps.submit(pension_payroll)

    answer = browser_of(finance.approver).post(
        reverse("payments:move", args=[pension_payroll.pk, "approve"]),
        {"seen": "0" * 64, "one_shot": "0190a3a5-7b2e-7c1d-8000-000000000001"},
    )

    assert answer.status_code == 409
    assert "changed after you opened the page" in answer.text


def test_files_open_for_who_releases_or_reconciles_and_for_nobody_else(
    pension_payroll: Payroll,
    steps: Steps,
    finance: Finance,
    browser_of: BrowserOf,
    make_user: Callable[..., Any],
    as_actor: Callable[..., Actor],
) -> None:
    steps.release(pension_payroll)
    auditor = as_actor(make_user(Role.AUDITOR))
    url = reverse("payments:file", args=[pension_payroll.pk, "pain001"])
    before = ReadEntry.objects.using("reads").filter(page="payments.file.pain001").count()

    answers = [
        browser_of(actor).get(url).status_code
        for actor in (finance.releaser, finance.preparer, finance.approver, auditor)
    ]

    assert answers == [200, 200, 403, 403]
    assert ReadEntry.objects.using("reads").filter(page="payments.file.pain001").count() == before + 2


def test_pages_show_their_figures_to_the_auditor_and_offer_nothing_to_do(
    pension_payroll: Payroll,
    steps: Steps,
    browser_of: BrowserOf,
    make_user: Callable[..., Any],
    as_actor: Callable[..., Actor],
) -> None:
    steps.release(pension_payroll)
    client = browser_of(as_actor(make_user(Role.AUDITOR)))
    household = pension_payroll.lines.filter(cycle_id=pension_payroll.cycle_id).order_by("id")[0].household

    shown = {
        name: client.get(reverse(f"payments:{name}", args=arguments))
        for name, arguments in {
            "cycles": [],
            "payroll": [pension_payroll.pk],
            "lines": [pension_payroll.pk],
            "left_out": [pension_payroll.pk],
            "returns": [pension_payroll.pk],
            "budgets": [],
            "ledger": [],
            "several": [],
            "household": [household.pk],
        }.items()
    }

    assert {name: answer.status_code for name, answer in shown.items()} == dict.fromkeys(shown, 200)
    assert "LSL 5,700.00" in shown["payroll"].text
    assert "LSL 950.00" in shown["lines"].text
    assert "0001234567" not in shown["lines"].text
    assert "govuk-button" not in shown["payroll"].text.split("<main")[1]
    assert "Together" in shown["ledger"].text and "LSL 0.00" in shown["ledger"].text
    assert client.post(reverse("payments:returns", args=[pension_payroll.pk])).status_code == 403


def test_a_district_role_without_payments_sees_no_page(
    pension_payroll: Payroll, browser_of: BrowserOf, officer: Actor
) -> None:
    client = browser_of(officer)

    assert client.get(reverse("payments:cycles")).status_code == 403
    assert client.get(reverse("payments:payroll", args=[pension_payroll.pk])).status_code == 403


def test_a_manager_of_another_programme_does_not_find_the_payroll(
    pension_payroll: Payroll, browser_of: BrowserOf, make_user: Callable[..., Any], as_actor: Callable[..., Actor]
) -> None:
    other = as_actor(make_user(Role.PROGRAMME_MANAGER, programme_code="CGP"))

    assert browser_of(other).get(reverse("payments:payroll", args=[pension_payroll.pk])).status_code == 404


def test_a_file_of_returns_is_entered_on_the_page_and_a_bad_one_is_explained(
    pension_payroll: Payroll, steps: Steps, finance: Finance, browser_of: BrowserOf, tmp_path: Any
) -> None:
    released = steps.release(pension_payroll)
    client = browser_of(finance.preparer)
    url = reverse("payments:returns", args=[released.pk])
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_bytes(b"reference,status,reason,amount,date\nX,paid,,950,2026-13-01\n")
    good.write_bytes(provider_returns(released, 3))
    key = "0190a3a5-7b2e-7c1d-8000-000000000001"

    with bad.open("rb") as file:
        refused = client.post(url, {"file": file, "one_shot": key})
    with good.open("rb") as file:
        entered = client.post(url, {"file": file, "one_shot": key}, follow=True)

    assert refused.status_code == 422
    assert "Row 2, column date" in refused.text
    assert entered.status_code == 200
    assert "rows without effect" in entered.text


def test_a_cycle_is_opened_on_the_page_and_its_payroll_begun(
    make_budget: Callable[..., Any], pensions: Any, finance: Finance, browser_of: BrowserOf
) -> None:
    make_budget("OAP")
    client = browser_of(finance.preparer)
    given = {
        "programme": pensions.pk,
        "code": "February",
        "period_from": "2026-02-01",
        "period_to": "2026-02-28",
        "cutoff_on": "2026-02-15",
        "one_shot": "0190a3a5-7b2e-7c1d-8000-000000000001",
    }

    opened = client.post(reverse("payments:cycle_new"), given, follow=True)
    half = client.post(reverse("payments:cycle_new"), {**given, "code": "Half", "period_to": "2026-02-20"})
    again = client.post(reverse("payments:cycle_new"), {**given, "code": "Again"})

    assert "The cycle February is open." in opened.text
    assert half.status_code == 422 and "whole periods" in half.text
    assert again.status_code == 422 and "covers some of these days" in again.text
    cycle = pensions.cycles.get()
    begun = client.post(reverse("payments:payroll_new", args=[cycle.pk]), follow=True)
    assert begun.status_code == 200
    assert "Waiting for a worker" in begun.text
    twice = client.post(reverse("payments:payroll_new", args=[cycle.pk]))
    assert twice.status_code == 302
    assert cycle.payrolls.count() == 1


def test_the_start_page_says_what_waits_for_each_officer_and_never_ones_own_work(
    pension_payroll: Payroll, steps: Steps, finance: Finance
) -> None:
    from payments.hooks import waiting_tasks
    from payments.queries.payrolls import Waiting, waiting

    payrolls.check(payroll_id=pension_payroll.pk, actor=finance.preparer, at=AT)
    assert waiting(actor=finance.preparer)["submit"].count == 1
    payrolls.submit(payroll_id=pension_payroll.pk, actor=finance.preparer, at=AT)

    assert waiting(actor=finance.approver) == {"approve": Waiting(1, pension_payroll.pk)}
    assert waiting(actor=finance.releaser) == {"release": Waiting(0, None)}
    assert [task.url for task in waiting_tasks(finance.approver)] == [
        reverse("payments:payroll", args=[pension_payroll.pk])
    ]
    assert [task.url for task in waiting_tasks(finance.releaser)] == [reverse("payments:cycles")]


@pytest.mark.parametrize("page", ["lines", "left_out"])
def test_a_page_after_no_possible_number_begins_at_the_first_and_is_logged(
    pension_payroll: Payroll, finance: Finance, browser_of: BrowserOf, page: str
) -> None:
    answer = browser_of(finance.approver).get(
        reverse(f"payments:{page}", args=[pension_payroll.pk]), {"after": "9" * 30}
    )
    assert answer.status_code == 200
    assert ReadEntry.objects.using("reads").filter(page=f"payments.{page}", actor_id=finance.approver.user_id).exists()
