"""An address is protected at the moment at which rows that tell it are written for somebody to correct them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from django.utils import timezone

from core.acting import acting
from core.jobs import runner
from core.models import Job
from registry.actions import corrected, import_job
from registry.models import Household, TrialUpdate
from tests.racing import one_after_the_other


@pytest.fixture
def home(an_accepted_household) -> Household:
    return an_accepted_household.household


@pytest.fixture
def wrong(home, payload) -> dict[str, Any]:
    """What the household tells once more, with an error in it and with where it lives."""
    again = deepcopy(payload)
    again["household"] |= {"rooms": "many", "address": "The cellar of the mission"}
    return again


def test_a_copy_that_is_being_written_while_an_address_is_protected_comes_without_it(
    committed_db, home, wrong, other_payload, protect, write_files, bring_in, officer, fetched
):
    now = timezone.now()
    other_payload["household"] |= {"rooms": "many", "address": "Beside the clinic"}
    batch = bring_in(*write_files(wrong, other_payload), actor=officer, at=now)
    corrected.ask(batch_id=batch.pk, actor=officer, at=now, send=False)
    job = Job.objects.latest("id").pk

    made = one_after_the_other(
        lambda: protect(home, at=now), lambda: runner.run(job_id=job, worker="test", clock=lambda: now)
    )

    assert made.error == ""
    status, copy = fetched(batch)
    assert status == 200 and "Beside the clinic" in copy and "The cellar" not in copy


def test_a_copy_that_is_kept_while_an_address_is_protected_goes_to_nobody(
    committed_db, home, wrong, protect, write_files, bring_in, officer, fetched
):
    now = timezone.now()
    batch = bring_in(*write_files(wrong), actor=officer, at=now)
    corrected.ask(batch_id=batch.pk, actor=officer, at=now, send=False)
    job = Job.objects.latest("id")

    def keep() -> None:
        with acting(actor=officer, at=now):
            assert corrected.CorrectedJob().run_part(job=job, part=0, actor=officer, at=now)["rows_to_correct"]

    hidden = one_after_the_other(keep, lambda: protect(home, at=now))

    assert hidden.is_protected and fetched(batch) == (404, "")


def test_a_trial_that_runs_while_an_address_is_protected_keeps_no_copy(
    committed_db, home, wrong, protect, write_files, bring_in, officer, fetched
):
    now, files = timezone.now(), write_files(wrong)

    batch = one_after_the_other(
        lambda: protect(home, at=now), lambda: bring_in(*files, actor=officer, at=now, dry_run=True)
    )

    assert batch.status == "done" and "The cellar" not in fetched(batch)[1]
    assert import_job.COPY_NOT_KEPT in [issue["message"] for issue in batch.issues]


def test_a_trial_that_runs_while_an_address_is_protected_keeps_nothing_that_was_told_of_it(
    committed_db, home, payload, protect, write_files, bring_in, officer
):
    now, again = timezone.now(), deepcopy(payload)
    again["household"] |= {"rooms": "4", "address": "The cellar of the mission", "household_reference": home.reference}
    files = write_files(again)

    batch = one_after_the_other(
        lambda: protect(home, at=now),
        lambda: bring_in(*files, actor=officer, at=now, dry_run=True, re_survey=True),
    )

    assert batch.status == "done"
    assert not TrialUpdate.objects.filter(told__address__contains="cellar").exists()
