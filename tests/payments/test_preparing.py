"""Preparation: who is on it, at what amount, and that a killed worker changes nothing in the end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from core.access.actor import SYSTEM
from core.acting import acting
from core.jobs import runner
from core.models import Job
from eligibility.actions import runs
from eligibility.models import Enrolment, Programme, ProgrammeRules
from payments.actions import cycles, holds, payrolls, reconciling
from payments.models import Entitlement, Exclusion, Instruction, Payroll
from payments.periods import NotWholePeriods
from payments.queries.payrolls import paid_by_several
from payments.sample import provider_returns
from registry.models import Membership, Nominee, PaymentAccount, Person
from tests.fixtures.eligibility import Member
from tests.fixtures.payments import AT, LATER, Finance, Steps, finish


def lines_of(payroll: Payroll) -> list[Instruction]:
    return list(Instruction.objects.filter(cycle_id=payroll.cycle_id, payroll_id=payroll.pk).order_by("id"))


def act() -> Any:
    return acting(actor=SYSTEM, at=AT, reason="Test register")


@pytest.fixture
def pension_month(make_cycle: Callable[..., Any], make_budget: Callable[..., Any]) -> Any:
    """The pension's cycle of February."""
    make_budget("OAP")
    return make_cycle("OAP", first=date(2026, 2, 1), last=date(2026, 2, 28))


def test_the_amount_follows_the_published_bands_over_the_assessed_children(
    make_household: Any, assess: Any, enrol: Any, make_budget: Any, make_cycle: Any, prepare: Any, second_manager: Any
) -> None:
    make_budget("CGP")
    households = {children: make_household([Member(), *[Member(age=5)] * children]) for children in (1, 2, 3, 4, 5, 7)}
    run = assess("CGP")
    enrolments = {children: enrol(household, run=run) for children, household in households.items()}
    childless = enrol(make_household([Member(age=70)]))  # on the list without an assessment: nothing to reckon from

    payroll = prepare(make_cycle("CGP"))

    found = {line.enrolment_id: line.amount_minor for line in lines_of(payroll)}
    wanted = {1: 36_000, 2: 36_000, 3: 60_000, 4: 60_000, 5: 75_000, 7: 75_000}
    assert found == {enrolments[children].pk: amount for children, amount in wanted.items()}
    assert payroll.total_minor == sum(wanted.values())
    assert payroll.exclusions == {"no_amount": 1}
    assert Exclusion.objects.get().enrolment_id == childless.pk
    facts = Entitlement.objects.get(enrolment=enrolments[3]).facts
    assert (facts["children_0_17"], facts["rate_3_4"]) == (3, "600.00")


def test_a_newer_published_assessment_prices_what_is_prepared_after_it(
    make_household: Any, assess: Any, enrol: Any, make_budget: Any, make_cycle: Any, prepare: Any, second_manager: Any
) -> None:
    make_budget("CGP")
    household = make_household([Member(), Member(age=5)])
    enrolment = enrol(household, run=assess("CGP", as_of=date(2026, 2, 1)))
    with act():
        for position in (3, 4):
            born = Person.objects.create(
                district_id=household.district_id, given_names="Newborn", surname="Test", sex="F",
                birth_date=date(2026, 1, 1), birth_date_precision="day", interim_number=f"TMPX{position}",
                questionnaire=household.questionnaire, registered_at=AT,
            )  # fmt: skip
            Membership.objects.create(
                person=born, household=household, district_id=household.district_id, relationship="child",
                position=position, from_on=date(2026, 1, 5),
            )  # fmt: skip
    newer = assess("CGP", as_of=date(2026, 2, 20))
    runs.publish(run_id=newer.pk, seen_digest=newer.digest, actor=second_manager, at=AT)

    payroll = prepare(make_cycle("CGP"))

    assert [(line.enrolment_id, line.amount_minor) for line in lines_of(payroll)] == [(enrolment.pk, 60_000)]


def test_each_period_is_priced_at_the_rate_in_force_on_its_first_day_and_rounded_half_up(
    pensions: Programme, pensioner: Any, make_budget: Any, make_cycle: Any, prepare: Any
) -> None:
    make_budget("OAP")
    pensioner()
    with act():
        parameters = [
            {"code": "monthly_rate", "value": "1000.005", "unit": "", "valid_from": "2026-01-01", "source": "test"},
            {"code": "monthly_rate", "value": "1100.00", "unit": "", "valid_from": "2026-02-15", "source": "test"},
        ]
        ProgrammeRules.objects.create(
            programme=pensions, version=99, valid_from=date(2026, 2, 1), criteria="age >= 70", amount="monthly_rate",
            frequency_months=1, parameters=parameters, status="released", digest="x", released_at=AT,
        )  # fmt: skip

    payroll = prepare(make_cycle("OAP", first=date(2026, 1, 1), last=date(2026, 3, 31)))

    found = [(line.period_from.month, line.amount_minor) for line in lines_of(payroll)]
    assert found == [(1, 95_000), (2, 100_001), (3, 110_000)]


def test_who_cannot_be_paid_is_left_out_and_counted_by_reason(
    pension_month: Any, pensioner: Any, enrol: Any, make_household: Any, prepare: Any, finance: Finance
) -> None:
    people: dict[str, Enrolment] = {
        name: pensioner() for name in ("paid", "died", "suspended", "exited", "household_closed", "held")
    }
    late = enrol(*late_household(make_household), on=date(2026, 3, 2))
    with act():
        people["died"].person.died_on = date(2026, 3, 1)
        people["died"].person.save(update_fields=["died_on"])
        for name, fields in {
            "suspended": {"status": "suspended", "reason": "test", "status_on": date(2026, 3, 1)},
            "exited": {"status": "exited", "reason": "test", "exited_on": date(2026, 3, 1)},
        }.items():
            Enrolment.objects.filter(pk=people[name].pk).update(**fields)
        people["household_closed"].household.status = "closed"
        people["household_closed"].household.save(update_fields=["status"])
    holds.place(household_id=people["held"].household_id, reason="Case", actor=finance.preparer, at=AT)

    payroll = prepare(pension_month)

    assert [line.enrolment_id for line in lines_of(payroll)] == [people["paid"].pk]
    assert payroll.exclusions == {"died": 1, "suspended": 1, "exited": 1, "household_closed": 1, "held": 1}
    named = dict(Exclusion.objects.filter(payroll=payroll).values_list("enrolment_id", "reason"))
    assert named == {people[name].pk: name for name in people if name != "paid"}
    assert late.pk not in named
    assert Entitlement.objects.get(enrolment=people["held"]).status == "owed"
    assert not Entitlement.objects.filter(enrolment__in=[people["died"], people["suspended"]]).exists()


def late_household(make_household: Any) -> tuple[Any, str]:
    return make_household([Member(age=71)]), "OAP"


def test_recipient_and_account_are_frozen_apart_from_the_beneficiary(
    pension_month: Any, pensioner: Any, prepare: Any
) -> None:
    by_bank = pensioner(account=("bank", "bank", "0001234567"))
    bad_number = pensioner(account=("bank", "bank", "12"))
    by_nominee = pensioner()
    with act():
        Nominee.objects.create(
            household=by_nominee.household, district_id=by_nominee.district_id, given_names="Helpful",
            surname="Neighbour", national_id="0190001112223", from_on=date(2026, 1, 5),
        )  # fmt: skip

    payroll = prepare(pension_month)
    with act():
        known = PaymentAccount.objects.filter(household=by_bank.household)
        known.update(until_on=date(2026, 3, 1))
        other = known.values("household_id", "district_id", "holder_id", "kind", "provider").get()
        PaymentAccount.objects.create(**other, number="0007654321", from_on=date(2026, 3, 1))

    lines = {line.enrolment_id: line for line in lines_of(payroll)}
    banked, cash, nominee = (lines[one.pk] for one in (by_bank, bad_number, by_nominee))
    assert (banked.account_kind, banked.account_number, banked.pay_point_id) == ("bank", "0001234567", None)
    assert (cash.account_kind, cash.account_number) == ("cash", "")
    assert cash.pay_point.council.path == cash.area.path[: len(cash.pay_point.council.path)]
    assert (nominee.recipient_kind, nominee.recipient_name) == ("nominee", "Helpful Neighbour")
    assert nominee.recipient_mark == "2223"
    assert nominee.beneficiary_name == str(by_nominee.person)
    assert banked.recipient_kind == "self"


def test_nobody_is_owed_or_paid_a_period_twice_within_a_programme(
    pension_month: Any, pensioner: Any, prepare: Any, steps: Steps, finance: Finance
) -> None:
    enrolment = pensioner()
    first = prepare(pension_month)
    with pytest.raises(payrolls.PayrollUnderWay):
        other = steps.submit(first)
        payrolls.create(cycle_id=other.cycle_id, actor=finance.preparer, at=AT, send=False)
    payrolls.approve(payroll_id=first.pk, seen_digest=other.seal, actor=finance.approver, at=AT)
    steps.hand_over(first)

    second = prepare(pension_month)

    assert second.line_count == 0
    checked = payrolls.check(payroll_id=second.pk, actor=finance.preparer, at=AT)
    assert checked.status == "draft"
    owed = Entitlement.objects.get(enrolment=enrolment)
    with pytest.raises(IntegrityError, match="payments_entitlement_once"), act():
        Entitlement.objects.create(
            enrolment=enrolment, programme=owed.programme, period_from=owed.period_from, period_to=owed.period_to,
            amount_minor=1, currency="LSL", rules=owed.rules, created_at=AT,
        )  # fmt: skip


def test_what_came_back_is_carried_into_the_next_payroll_and_paid_once(
    pension_month: Any, pensioner: Any, prepare: Any, steps: Steps, finance: Finance, make_cycle: Any
) -> None:
    for _number in range(3):
        pensioner()
    first = prepare(pension_month)
    steps.release(first)
    rows = provider_returns(first, 1).decode().splitlines()
    reference = rows[1].split(",")[0]
    content = "\r\n".join(
        [rows[0], f"{reference},returned,not_collected,950.00,2026-03-16"]
        + [",".join([line.split(",")[0], "paid", "", "950.00", "2026-03-16"]) for line in rows[2:]]
    )
    reconciling.import_returns(
        payroll_id=first.pk, content=content.encode(), name="r.csv", actor=finance.preparer, at=AT
    )

    retry = prepare(pension_month)
    march = prepare(make_cycle("OAP", first=date(2026, 3, 1), last=date(2026, 3, 31)))

    returned = next(line for line in lines_of(first) if line.status == "returned")
    assert [line.entitlement_id for line in lines_of(retry)] == [returned.entitlement_id]
    assert lines_of(retry)[0].reference != returned.reference
    assert lines_of(retry)[0].id == 4
    assert march.line_count == 3


def test_a_household_that_two_programmes_pay_is_seen(
    make_household: Any, enrol: Any, assess: Any, make_budget: Any, make_cycle: Any, prepare: Any, finance: Finance
) -> None:
    make_budget("CGP")
    make_budget("OAP")
    household = make_household([Member(age=80), Member(age=6)])
    elder = household.memberships.get(position=1).person
    enrol(household, run=assess("CGP"))
    enrol(household, "OAP", person=elder, recipient=elder)
    prepare(make_cycle("CGP"))

    both = prepare(make_cycle("OAP", first=date(2026, 1, 1), last=date(2026, 1, 31)))

    checked = payrolls.check(payroll_id=both.pk, actor=finance.preparer, at=AT)
    control = next(row for row in checked.controls if row["code"] == "other_programmes")
    assert (control["outcome"], control["text"]) == ("warning", "1")
    seen = paid_by_several(actor=finance.preparer)
    assert [(row["enrolment__household__reference"], row["programmes"]) for row in seen] == [(household.reference, 2)]


def test_a_cycle_covers_whole_periods_and_never_another_cycle_s_days(
    pensions: Programme, make_cycle: Any, finance: Finance
) -> None:
    first = make_cycle("OAP", first=date(2026, 1, 1), last=date(2026, 2, 28))
    assert make_cycle("OAP", first=date(2026, 1, 1), last=date(2026, 2, 28)).pk == first.pk
    for wrong in ((date(2026, 3, 2), date(2026, 3, 31)), (date(2026, 3, 1), date(2026, 3, 30))):
        with pytest.raises(NotWholePeriods):
            make_cycle("OAP", first=wrong[0], last=wrong[1])
    with pytest.raises(cycles.CycleOverlaps):
        make_cycle("OAP", first=date(2026, 2, 1), last=date(2026, 3, 31))
    with pytest.raises(IntegrityError, match="cover"), act(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payments_paymentcycle (programme_id, code, period_from, period_to, cutoff_on, opened_at) "
            "VALUES (%s, 'raw', '2026-02-28', '2026-04-30', '2026-02-28', now())",
            (pensions.pk,),
        )


BLOCKERS = {
    "while what is owed is entered": "LOCK TABLE payments_entitlement IN EXCLUSIVE MODE",
    "after the lines were filled": "LOCK TABLE registry_nominee IN ROW EXCLUSIVE MODE",
    "while the lines are attached": "SELECT FROM payments_entitlement FOR UPDATE",
    "before it is done": "LOCK TABLE core_audit IN EXCLUSIVE MODE",
}


@pytest.mark.parametrize("when", BLOCKERS)
def test_a_worker_killed_in_preparation_leaves_it_to_another_with_the_same_rows(
    committed_db: None,
    owner_connection: psycopg.Connection,
    pension_month: Any,
    pensioner: Any,
    finance: Finance,
    settings: Any,
    when: str,
) -> None:
    enrolments = [pensioner() for _number in range(4)]
    with act():  # one month from before is owed still, so that there is a row to hold
        rules = ProgrammeRules.objects.filter(programme__code="OAP", status="released")[0]
        Entitlement.objects.create(
            enrolment=enrolments[0], programme=pension_month.programme, period_from=date(2026, 1, 1),
            period_to=date(2026, 1, 31), amount_minor=95_000, currency="LSL", rules=rules, created_at=AT,
        )  # fmt: skip
    payroll, job = payrolls.create(cycle_id=pension_month.pk, actor=finance.preparer, at=AT, send=False)
    owner_connection.execute("BEGIN")
    owner_connection.execute(BLOCKERS[when])
    program = (
        f"import django; django.setup(); from core.jobs import runner; runner.run(job_id={job.pk}, worker='doomed')"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", program], env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    )
    try:
        wait_until(lambda: others_wait_for_a_lock())
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    owner_connection.execute("ROLLBACK")
    wait_until(lambda: not others_are_busy())
    assert Job.objects.get(pk=job.pk).status == "running"

    later = timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS + 1)
    done = runner.run(job_id=job.pk, worker="successor", clock=lambda: later)

    assert (done.status, done.attempts) == ("done", 2), done.error
    disturbed = rows_of(payroll)
    assert len(disturbed) == 5
    finish(payrolls.prepare_again(payroll_id=payroll.pk, actor=finance.preparer, at=LATER, send=False))
    assert rows_of(payroll) == disturbed
    payroll.refresh_from_db()
    assert (payroll.line_count, payroll.total_minor) == (5, 5 * 95_000)


def rows_of(payroll: Payroll) -> list[dict[str, Any]]:
    return list(Instruction.objects.filter(cycle_id=payroll.cycle_id).order_by("id").values())


def others_wait_for_a_lock() -> bool:
    return _activity("wait_event_type = 'Lock'")


def others_are_busy() -> bool:
    return _activity("state <> 'idle' AND backend_type = 'client backend'")


def _activity(condition: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() "
            f"AND pid <> pg_backend_pid() AND {condition})"
        )
        return bool(cursor.fetchone()[0])


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)
