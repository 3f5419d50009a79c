"""A worker that dies leaves a run that another one finishes with the same rows."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from core.access.roles import Role
from core.acting import acting
from core.jobs import runner
from core.models import Job
from core.queries.access import actor_of
from eligibility.actions import runs
from eligibility.models import Assessment, AssessmentRun
from tests.fixtures.eligibility import random_household
from tests.fixtures.people import AT, ON

FIELDS = ("id", "household_id", "person_id", "score", "contributions", "inputs", "outcome", "reasons")


def rows_of(run):
    return list(Assessment.objects.filter(run=run).order_by("id").values_list(*FIELDS))


def wait_until(condition, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def waits_in_the_statement() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() "
            "AND wait_event_type = 'Lock' AND query LIKE 'CREATE TEMPORARY TABLE assessed%%')"
        )
        return bool(cursor.fetchone()[0])


def worker_is_gone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() "
            "AND query LIKE 'CREATE TEMPORARY TABLE assessed%%')"
        )
        return bool(cursor.fetchone()[0])


def test_a_worker_killed_during_the_statement_leaves_a_run_that_another_finishes_with_the_same_rows(
    second_connection, make_household, make_user, assess, settings
):
    draw = random.Random(11)
    for _ in range(25):
        random_household(make_household, draw)
    undisturbed = assess("CGP")
    actor = actor_of(user_id=make_user(Role.PROGRAMME_MANAGER).pk)
    run = runs.start(programme_code="CGP", as_of=ON, actor=actor, at=AT, send=False)
    second_connection.execute("LOCK TABLE registry_membership IN ACCESS EXCLUSIVE MODE")
    program = f"import django; django.setup(); from core.tasks import run_job; run_job({run.job_id})"
    worker = subprocess.Popen(
        [sys.executable, "-c", program], env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    )
    try:
        wait_until(waits_in_the_statement)
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    second_connection.rollback()
    wait_until(worker_is_gone)
    assert Job.objects.get(pk=run.job_id).status == "running"
    assert AssessmentRun.objects.get(pk=run.pk).status == "queued"

    later = timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS + 1)
    job = runner.run(job_id=run.job_id, worker="successor", clock=lambda: later)

    run.refresh_from_db()
    assert (job.status, job.attempts, run.status) == ("done", 2, "computed")
    assert run.digest == undisturbed.digest
    assert rows_of(run) == rows_of(undisturbed)
    assert run.counts == undisturbed.counts


def test_a_table_left_half_loaded_is_thrown_away_by_the_next_attempt(make_household, assess, manager):
    home = make_household()
    undisturbed = assess("CGP")
    run = runs.start(programme_code="CGP", as_of=ON, actor=manager, at=AT, send=False)
    with acting(actor=manager, at=AT), connection.cursor() as cursor:
        cursor.execute("SELECT eligibility_open_run(%s)", (run.pk,))
        table = cursor.fetchone()[0]
        cursor.execute(
            f"INSERT INTO {table} (id, run_id, household_id, district_id, area_id, inputs, outcome, reasons)"
            " VALUES (99, %s, %s, %s, %s, '{}', 'eligible', '{}')",
            (run.pk, home.pk, home.district_id, home.area_id),
        )

    runner.run(job_id=run.job_id, worker="next", clock=lambda: AT)

    run.refresh_from_db()
    assert rows_of(run) == rows_of(undisturbed)
    assert run.digest == undisturbed.digest


def test_a_run_whose_rules_fail_is_failed_with_a_sentence_and_leaves_no_table(make_household, manager):
    make_household()
    run = runs.start(programme_code="CGP", as_of=ON, actor=manager, at=AT, send=False)
    with acting(actor=manager, at=AT):
        AssessmentRun.objects.filter(pk=run.pk).update(facts={})

    job = runner.run(job_id=run.job_id, worker="test", clock=lambda: AT)

    run.refresh_from_db()
    assert (job.status, run.status) == ("failed", "failed")
    assert "start it again" in run.error
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", (f"eligibility_assessment_run_{run.pk}",))
        assert cursor.fetchone()[0] is None


def test_the_command_computes_a_run_and_says_what_came_out(make_household, make_user, capsys):
    from django.core.management import CommandError, call_command

    make_household()
    user = make_user(Role.PROGRAMME_MANAGER)

    call_command("assess", "--programme", "CGP", "--as", user.email)

    said = capsys.readouterr()
    assert "1 assessed, 0 eligible, 1 not eligible, 0 not assessable" in said.out
    for wrong in (["--programme", "NO", "--as", user.email], ["--programme", "DG", "--as", user.email]):
        try:
            call_command("assess", *wrong)
        except CommandError as error:
            assert str(error)
        else:
            raise AssertionError("A wrong programme was assessed.")
