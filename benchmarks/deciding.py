"""Assessments and the preparation of a payroll, on the register that the import brought in."""

from __future__ import annotations

import io
from datetime import date, timedelta
from functools import partial

from django.conf import settings
from django.utils import timezone

from benchmarks.database import owner
from benchmarks.imports import AT
from benchmarks.measuring import Figure, Server, Took, least_of, timed
from core.jobs import runner
from eligibility.actions import runs
from eligibility.models import AssessmentRun, Programme
from payments.actions import budgets, cycles
from payments.actions.payrolls import preparing
from payments.models import Payroll
from payments.periods import plus_months
from reporting.demo import deciding, people
from reporting.demo.screen import Screen

CODE = "CGP"
BUDGET_MINOR = 400_000_000_00

# The same columns that a score reads, put together once for each household, and one row of findings written for each.
_SCORES = """
CREATE TABLE bench_scores AS
SELECT row_number() OVER () AS id, h.id AS household_id, h.district_id, h.area_id, h.answers AS inputs,
    count(*) AS size, count(*) FILTER (WHERE p.birth_date > %(day)s::date - 6570) AS children,
    count(*) FILTER (WHERE p.birth_date < %(day)s::date - 21915) AS elders,
    count(*) FILTER (WHERE p.sex = 'F') AS women, count(*) FILTER (WHERE p.answers ? 'school_attending') AS at_school
FROM registry_household h JOIN registry_membership m ON m.household_id = h.id AND m.until_on IS NULL AND m.counts
JOIN registry_person p ON p.id = m.person_id
GROUP BY h.id
"""


def run(*, server: Server, assessment: bool, payroll: bool) -> list[Figure]:
    """Assess everybody for one programme; then put on the list whom it found, and prepare their payroll."""
    who = people.appoint(at=AT, keep=settings.VAR_DIR / "bench" / "sign-ins.json")
    analyse()
    found, figure = _assess(who, server)
    figures = [figure] if assessment else []
    if payroll:
        _enrol(found, who)
        figures.append(_pay(who, server))
    return figures


def analyse() -> None:
    """Statistics after a large import, as autovacuum would make them a little later."""
    with owner() as connection:
        connection.execute("ANALYZE")


def _assess(who: people.People, server: Server) -> tuple[AssessmentRun, Figure]:
    day = timezone.localdate(AT)
    with timed(server) as took:
        run = runs.start(programme_code=CODE, as_of=day, actor=who["manager"], at=AT, reason="Benchmark", send=False)
        job = runner.run(job_id=run.job_id, worker="bench", clock=lambda: AT)
    if job.error:
        raise RuntimeError(job.error)
    run.refresh_from_db()
    floor = least_of(3, partial(_scores, server, day))
    assessed = run.counts["assessed"]
    return run, Figure.of(
        "assessment",
        f"{assessed:,} households",
        assessed,
        "households/s",
        took,
        floor,
        "the same columns aggregated into a new table, and its key",
    )


def _scores(server: Server, day: date) -> Took:
    with owner() as bare:
        bare.execute("DROP TABLE IF EXISTS bench_scores")
        with timed(server) as took:
            bare.execute(_SCORES, {"day": day})
            bare.execute("ALTER TABLE bench_scores ADD PRIMARY KEY (id)")
        bare.execute("DROP TABLE bench_scores")
    return took


def _enrol(run: AssessmentRun, who: people.People) -> None:
    runs.publish(run_id=run.pk, seen_digest=run.digest, actor=who["manager2"], at=AT, reason="Benchmark")
    silent = Screen(io.StringIO())
    deciding.validate(people=who, at=AT, screen=silent)
    deciding.enrol(people=who, at=AT, screen=silent)
    analyse()


def _pay(who: people.People, server: Server) -> Figure:
    programme = Programme.objects.get(code=CODE)
    months, today = programme.frequency_months, timezone.localdate(AT)
    first = date(today.year, (today.month - 1) // months * months + 1, 1)
    budget = budgets.create(
        programme_id=programme.pk, code=f"{CODE}-BENCH", year_from=first,
        year_to=plus_months(first, 12) - timedelta(days=1), amount_minor=BUDGET_MINOR, actor=who["preparer"], at=AT,
        source="Benchmark, invented",
    )  # fmt: skip
    budgets.release(
        budget_id=budget.pk, reference=f"{CODE}-BENCH-1", amount_minor=BUDGET_MINOR, released_on=today,
        actor=who["preparer"], at=AT,
    )  # fmt: skip
    cycle = cycles.open_cycle(
        programme_id=programme.pk, code=f"{CODE} {first:%Y-%m}", period_from=first,
        period_to=plus_months(first, months) - timedelta(days=1), cutoff_on=today, actor=who["preparer"], at=AT,
    )  # fmt: skip
    with timed(server) as took:
        payroll, job = preparing.create(cycle_id=cycle.pk, actor=who["preparer"], at=AT, send=False)
        job = runner.run(job_id=job.pk, worker="bench", clock=lambda: AT)
    if job.error:
        raise RuntimeError(job.error)
    payroll = Payroll.objects.get(pk=payroll.pk)
    floor = least_of(3, partial(_lines, server, payroll.pk))
    return Figure.of(
        "payroll",
        f"{payroll.line_count:,} lines",
        payroll.line_count,
        "lines/s",
        took,
        floor,
        "the same lines and entitlements written into new tables, and their keys",
    )


def _lines(server: Server, payroll: int) -> Took:
    with owner() as bare:
        bare.execute("DROP TABLE IF EXISTS bench_lines, bench_entitlements")
        with timed(server) as took:
            bare.execute(
                "CREATE TABLE bench_lines AS SELECT * FROM payments_instruction WHERE payroll_id = %s", [payroll]
            )
            bare.execute("ALTER TABLE bench_lines ADD PRIMARY KEY (id)")
            bare.execute("CREATE TABLE bench_entitlements AS SELECT * FROM payments_entitlement")
            bare.execute("ALTER TABLE bench_entitlements ADD PRIMARY KEY (id)")
        bare.execute("DROP TABLE bench_lines, bench_entitlements")
    return took
