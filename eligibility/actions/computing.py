"""Computing a run: one statement into a bare table, which is then checked, sealed and attached.

The heavy SELECT fills a temporary table, because PostgreSQL runs ``CREATE TABLE AS`` in parallel and ``INSERT`` never,
and because no function of the owner may run a text that the application sends. The bare table is opened, sealed and
attached by definer functions; a part that a killed worker left half done is rolled back, and the next attempt of the
first part throws a leftover table away.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection

from core import audit
from eligibility.assessing import statement
from eligibility.models import AssessmentRun
from eligibility.queries import rules as rules_

PARTS = 3
_COLUMNS = "id, household_id, person_id, district_id, area_id, score, contributions, inputs, outcome, reasons"
# For this statement only. Every join takes all rows of both sides; after a large import the statistics are old, and a
# nested loop chosen by them would take time by the square.
_PLANNING = {
    "work_mem": "64MB",
    "max_parallel_workers_per_gather": "2",
    "parallel_setup_cost": "100",
    "enable_nestloop": "off",
}


class FactsChanged(Exception):
    """The questionnaire or a rule changed after this run was started: start it again."""


def load(*, run_id: int) -> Mapping[str, int]:
    """First part: assess everybody into the run's bare table. Repeats begin from nothing."""
    run = _run(run_id)
    plan = rules_.plan_of(run.rules, as_of=run.as_of)
    if plan.facts() != run.facts:
        raise FactsChanged(FactsChanged.__doc__)
    with connection.cursor() as cursor, _settings(_PLANNING):
        cursor.execute("SELECT eligibility_open_run(%s)", (run_id,))
        table = cursor.fetchone()[0]
        cursor.execute("DROP TABLE IF EXISTS pg_temp.assessed")
        cursor.execute(f"CREATE TEMPORARY TABLE assessed ON COMMIT DROP AS {statement.statement(plan)}")
        cursor.execute(
            f'INSERT INTO "{table}" (run_id, {_COLUMNS}) SELECT %s, {_COLUMNS} FROM assessed ORDER BY id', (run_id,)
        )
        loaded = cursor.rowcount
        cursor.execute("SELECT coalesce((SELECT snapshot FROM assessed WHERE id = 1), pg_current_snapshot()::text)")
        run.snapshot = cursor.fetchone()[0]
        cursor.execute("DROP TABLE pg_temp.assessed")
        if plan.screen:
            cursor.execute(statement.outside(plan))
            run.counts = {"outside_age": cursor.fetchone()[0]}
    run.save(update_fields=["snapshot", "counts"])
    return {"assessed": loaded}


def seal(*, run_id: int) -> Mapping[str, int]:
    """Second part: key, indexes and constraints; then counts and digest of what is there."""
    run = _run(run_id)
    table = f"eligibility_assessment_run_{run_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT eligibility_seal_run(%s)", (run_id,))
        assessed = cursor.fetchone()[0]
    run.digest = digest(table=table, run_id=run_id)
    outcomes, districts = _outcomes(table)
    run.counts = {**run.counts, "assessed": assessed, "outcomes": outcomes, "districts": districts}
    run.save(update_fields=["digest", "counts"])
    return outcomes


def attach(*, run_id: int, at: datetime) -> Mapping[str, int]:
    """Last part: attach the sealed table and say that the run is computed."""
    run = _run(run_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT eligibility_attach_run(%s)", (run_id,))
    run.status, run.computed_at = AssessmentRun.Status.COMPUTED, at
    run.save(update_fields=["status", "computed_at"])
    audit.record(
        "assessment.compute",
        subject_type="assessment_run",
        subject_id=run_id,
        details={"programme": run.programme.code, "outcomes": run.counts["outcomes"]},
        digest=bytes.fromhex(run.digest),
    )
    return {}


def digest(*, table: str, run_id: int) -> str:
    """SHA-256, in hexadecimal, over every finding of the run in the order of ids, the run's number left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT encode(sha256(coalesce(string_agg(sha256(convert_to("
            f"ROW({_COLUMNS})::text, 'UTF8')), ''::bytea ORDER BY id), ''::bytea)), 'hex') "
            f'FROM "{table}" WHERE run_id = %s',
            (run_id,),
        )
        return str(cursor.fetchone()[0])


def _outcomes(table: str) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """How many of each outcome: in all, and by district (its id as text, as JSON has it)."""
    total: dict[str, int] = {"eligible": 0, "not_eligible": 0, "not_assessable": 0}
    districts: dict[str, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT district_id, outcome, count(*) FROM "{table}" GROUP BY 1, 2 ORDER BY 1, 2')
        for district_id, outcome, count in cursor.fetchall():
            total[outcome] += count
            districts[str(district_id)][outcome] = count
    return total, dict(districts)


def _run(run_id: int) -> AssessmentRun:
    return (
        AssessmentRun.objects.select_for_update(of=("self",))
        .select_related("programme", "rules__programme", "rules__formula__variable_set")
        .get(pk=run_id)
    )


@contextmanager
def _settings(values: Mapping[str, Any]) -> Iterator[None]:
    """Planner settings for the statements inside, put back after them."""
    names = list(values)
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join("current_setting(%s)" for _ in names), names)
        before = dict(zip(names, cursor.fetchone(), strict=True))
        for name, value in values.items():
            cursor.execute("SELECT set_config(%s, %s, true)", (name, value))
        yield
        for name, value in before.items():
            cursor.execute("SELECT set_config(%s, %s, true)", (name, value))
