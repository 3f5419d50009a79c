"""A survey made anew beside the register, field by field, for who sent the file and for who decides about it."""

from __future__ import annotations

from copy import deepcopy

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import User
from registry.actions import changes
from registry.models import Household, Person, Submission
from registry.queries import renewing
from tests.fixtures import registry as told
from tests.fixtures.registry import TOLD_AT, bring_in, write_files  # noqa: F401 - this folder's own differ
from tests.registry_pages.conftest import text_of


@pytest.fixture
def payload(village):
    """The family of ``tests.fixtures.registry``; this folder's own ``payload`` makes others."""
    household = {**told._HOUSEHOLD, "area_code": village.code, "address": "Behind the mill"}
    return deepcopy({"household": household, "members": [told._MOTHER, told._CHILD]})


@pytest.fixture
def officer(district_officer, as_actor):
    """Who acts; this folder's own ``officer`` is who signs in."""
    return as_actor(district_officer)


@pytest.fixture
def home(an_accepted_household) -> Household:
    return an_accepted_household.household


@pytest.fixture
def waiting(home, payload, write_files, bring_in, officer) -> Submission:  # noqa: F811
    """A list was written, the household moved its gate, and then the list came back with other news."""
    again = deepcopy(payload)
    again["household"] |= {
        "interview_date": "2026-10-05", "household_reference": home.reference,
        "based_on_version": str(home.row_version), "rooms": "4", "phone": "58123456", "account_kind": "mobile",
        "account_provider": "mpesa", "account_number": "62001234567",
    }  # fmt: skip
    for member in again["members"]:
        member["person_reference"] = Person.objects.get(given_names=member["given_names"]).reference
    again["members"][0]["surname"] = "Mokoena"
    again["members"][1]["school_attending"] = "no"
    again["members"].append(again["members"][1] | {
        "person_no": "3", "given_names": "Rethabile", "birth_date": "2019-04-04", "person_reference": "",
    })  # fmt: skip
    changes.request(
        uuid=Submission.objects.get().uuid, kind="move", household_id=home.pk, seen_versions=None, actor=officer,
        texts={"moved_on": "2026-10-20", "address": "Behind the school"}, reason="They said so", at=TOLD_AT,
    )  # fmt: skip
    batch = bring_in(*write_files(again), actor=officer, re_survey=True)
    found = Submission.objects.get(batch=batch)
    assert (found.status, found.renews) == ("in_review", home)
    return found


SAID = (
    "How many rooms", "Behind the school", "Behind the mill", "Mokhele", "Mokoena", "Rethabile Mokhele",
    "Another payment account", "Somebody was born or joined", "The register changed after the list was written",
)  # fmt: skip


def test_who_decides_sees_what_it_changes_and_what_is_asked_for(waiting, sign_in, supervisor):
    said = text_of(sign_in(supervisor).get(reverse("registry:review_submission", args=[waiting.uuid])))
    assert [part for part in SAID if part not in said] == []
    assert "62001234567" not in said and "58123456" not in said


def test_who_sent_the_file_sees_the_same_from_the_page_of_the_import(waiting, sign_in, district_officer):
    client = sign_in(district_officer)
    page = text_of(client.get(reverse("registry:import", args=[waiting.batch.uuid])))
    assert "Updates that wait for a person" in page and waiting.renews.reference in page
    assert "fields" in page and "changes asked for" in page
    said = text_of(client.get(reverse("registry:import_update", args=[waiting.batch.uuid, waiting.uuid])))
    assert [part for part in SAID if part not in said] == []


def test_somebody_elses_import_and_what_does_not_wait_have_no_such_page(
    waiting, sign_in, district_officer, officer_elsewhere
):
    address = reverse("registry:import_update", args=[waiting.batch.uuid, waiting.uuid])
    assert sign_in(officer_elsewhere).get(address).status_code == 404
    first = Submission.objects.order_by("id")[0]
    gone = reverse("registry:import_update", args=[waiting.batch.uuid, first.uuid])
    assert sign_in(district_officer).get(gone).status_code == 404


def test_a_protected_household_is_compared_without_a_word_of_its_place(waiting, protect, sign_in, supervisor, village):
    protect(waiting.renews, at=TOLD_AT)
    said = text_of(sign_in(supervisor).get(reverse("registry:review_submission", args=[waiting.uuid])))
    assert "What this survey changes" in said
    assert not [part for part in ("Behind the school", "Behind the mill", village.name) if part in said]


def test_many_that_wait_take_as_many_statements_as_one(waiting, officer):
    with CaptureQueriesContext(connection) as one:
        assert len(renewing.waiting(actor=officer, ids=[waiting.pk])) == 1
    with CaptureQueriesContext(connection) as several:
        renewing.waiting(actor=officer, ids=[waiting.pk, *range(1, 9)])
    assert len(several) == len(one)


def test_nobody_of_another_district_reads_it(waiting, as_actor, officer_elsewhere: User):
    assert renewing.waiting(actor=as_actor(officer_elsewhere), ids=[waiting.pk]) == {}
