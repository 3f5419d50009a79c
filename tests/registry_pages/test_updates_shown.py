"""A survey made anew beside the register, field by field, for who sent the file and for who decides about it."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from core.access.actor import SYSTEM
from core.access.roles import Role
from core.acting import acting
from core.models import AuditEntry, User
from registry.actions import changes, trials
from registry.models import ChangeRequest, Household, ImportBatch, Person, Submission, TrialUpdate
from registry.queries import imports, renewing
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
def again(home, payload):
    """The list of the household comes back with other news."""
    told = deepcopy(payload)
    told["household"] |= {
        "interview_date": "2026-10-05", "household_reference": home.reference,
        "based_on_version": str(home.row_version), "rooms": "4", "phone": "58123456", "account_kind": "mobile",
        "account_provider": "mpesa", "account_number": "62001234567",
    }  # fmt: skip
    for member in told["members"]:
        member["person_reference"] = Person.objects.get(given_names=member["given_names"]).reference
    told["members"][0]["surname"] = "Mokoena"
    told["members"][1]["school_attending"] = "no"
    told["members"].append(told["members"][1] | {
        "person_no": "3", "given_names": "Rethabile", "birth_date": "2019-04-04", "person_reference": "",
    })  # fmt: skip
    return told


@pytest.fixture
def moved(home, again, officer) -> None:
    """Since the list was written the household moved its gate."""
    changes.request(
        uuid=Submission.objects.get().uuid, kind="move", household_id=home.pk, seen_versions=None, actor=officer,
        texts={"moved_on": "2026-10-20", "address": "Behind the school"}, reason="They said so", at=TOLD_AT,
    )  # fmt: skip


@pytest.fixture
def waiting(home, again, moved, write_files, bring_in, officer) -> Submission:  # noqa: F811
    batch = bring_in(*write_files(again), actor=officer, re_survey=True)
    found = Submission.objects.get(batch=batch)
    assert (found.status, found.renews) == ("in_review", home)
    return found


@pytest.fixture
def trial(write_files, bring_in, officer):  # noqa: F811
    """``trial(payload, ...)``: the officer tries the files of a survey made anew."""
    return lambda *told: bring_in(*write_files(*told), actor=officer, re_survey=True, dry_run=True)


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


# A trial


def address_of(found: TrialUpdate) -> str:
    return reverse("registry:import_update", args=[found.batch.uuid, found.uuid])


def test_a_trial_shows_which_households_would_change_and_what_and_writes_nothing(
    again, trial, home, sign_in, district_officer
):
    batch, client = trial(again), sign_in(district_officer)
    page = text_of(client.get(reverse("registry:import", args=[batch.uuid])))
    assert "1 registered household would change" in page and "nothing of it is written" in page
    assert home.reference in page and "fields" in page and "changes asked for" in page and "Written at once" in page
    said = text_of(client.get(address_of(TrialUpdate.objects.get())))
    wanted = set(SAID) - {"Behind the school", "Behind the mill", "The register changed after the list was written"}
    assert [part for part in wanted if part not in said] == []
    assert "62001234567" not in said and "58123456" not in said
    home.refresh_from_db()
    assert (home.answers["rooms"], batch.counts["would_change"]) == (2, 1)
    assert AuditEntry.objects.filter(action="import.trial", subject_id=batch.pk).count() == 1


def test_what_a_trial_shows_is_what_the_import_then_does(
    again,
    trial,
    home,
    officer,
    sign_in,
    district_officer,
    write_files,  # noqa: F811
    bring_in,  # noqa: F811
):
    trial(again)
    (before,) = renewing.tried(actor=officer, trials=list(TrialUpdate.objects.all())).values()
    kinds = sorted(ask.kind for ask in before.differs.asks)
    bring_in(*write_files(again), actor=officer, re_survey=True)
    home.refresh_from_db()
    asked = ChangeRequest.objects.filter(household=home).order_by("kind").values_list("kind", flat=True)
    assert {name: getattr(home, name) for name in ("answers", "phone")} == {
        name: before.differs.household[name] for name in ("answers", "phone")
    }
    assert list(asked) == kinds
    said = text_of(sign_in(district_officer).get(address_of(TrialUpdate.objects.get())))
    assert "How many rooms" not in said  # the register says so now


def test_a_trial_says_what_would_wait_and_why(again, moved, trial, sign_in, district_officer):
    batch, client = trial(again), sign_in(district_officer)
    assert "Waits for a supervisor" in text_of(client.get(reverse("registry:import", args=[batch.uuid])))
    said = text_of(client.get(address_of(TrialUpdate.objects.get())))
    assert "it would wait for a supervisor" in said and TrialUpdate.objects.get().why in said
    assert [part for part in SAID if part not in said] == []


def test_a_trial_leaves_out_whom_it_would_not_change_and_who_is_new(
    payload, other_payload, home, trial, sign_in, district_officer
):
    payload["household"] |= {"household_reference": home.reference, "based_on_version": str(home.row_version)}
    batch = trial(payload, other_payload)
    assert not TrialUpdate.objects.exists()
    page = text_of(sign_in(district_officer).get(reverse("registry:import", args=[batch.uuid])))
    assert "No registered household would change" in page


def test_nobody_elsewhere_sees_what_a_trial_found(again, trial, sign_in, officer_elsewhere, as_actor):
    batch = trial(again)
    found = TrialUpdate.objects.get()
    assert sign_in(officer_elsewhere).get(address_of(found)).status_code == 404
    assert not imports.tried(actor=as_actor(officer_elsewhere), batch=batch).exists()
    assert renewing.tried(actor=as_actor(officer_elsewhere), trials=[found]) == {}


@pytest.fixture
def many(again, trial) -> ImportBatch:
    """A trial that found more households than a page shows: the same one again and again."""
    batch = trial(again)
    (one,) = TrialUpdate.objects.values("batch_id", "source_key", "household_id", "area_id", "district_id", "waits",
                                        "why", "told", "members")  # fmt: skip
    with acting(actor=SYSTEM, at=TOLD_AT):
        TrialUpdate.objects.bulk_create(TrialUpdate(**one) for _number in range(50))
    return batch


def test_what_a_trial_found_comes_in_pages(many, sign_in, district_officer):
    client, address = sign_in(district_officer), reverse("registry:import", args=[many.uuid])
    first = client.get(address)
    assert "51 registered households would change" in text_of(first) and "Previous" not in text_of(first)
    (after,) = html.fromstring(first.content).xpath("//a[@rel='next']/@href")
    assert text_of(client.get(after)).count("Written at once") == 1


def test_many_that_were_tried_take_as_many_statements_as_one(many, officer):
    rows = list(TrialUpdate.objects.order_by("id"))
    with CaptureQueriesContext(connection) as one:
        renewing.tried(actor=officer, trials=rows[:1])
    with CaptureQueriesContext(connection) as several:
        assert len(renewing.tried(actor=officer, trials=rows)) == 51
    assert len(several) == len(one)


def test_what_a_trial_was_told_of_a_hidden_household_goes(again, trial, protect, home, sign_in, district_officer):
    trial(again)
    address = address_of(TrialUpdate.objects.get())
    protect(home, at=TOLD_AT)
    assert not TrialUpdate.objects.exists()
    assert sign_in(district_officer).get(address).status_code == 404


def test_what_a_trial_found_is_kept_as_long_as_the_rows_to_correct(again, trial, sign_in, district_officer):
    batch = trial(again)
    assert trials.expire(at=TOLD_AT + timedelta(days=13)) == 0
    assert trials.expire(at=TOLD_AT + timedelta(days=15)) == 1
    assert trials.expire(at=TOLD_AT + timedelta(days=15)) == 0
    assert AuditEntry.objects.filter(action="import.trial_over", subject_id=batch.pk).count() == 1
    page = text_of(sign_in(district_officer).get(reverse("registry:import", args=[batch.uuid])))
    assert "Try the files once more" in page


def test_what_a_trial_found_stays_when_the_audit_record_fails(committed_db, again, trial, broken_audit):
    trial(again)
    with broken_audit(), pytest.raises(IntegrityError):
        trials.expire(at=TOLD_AT + timedelta(days=15))
    assert TrialUpdate.objects.count() == 1


def test_what_a_trial_found_never_changes(again, trial):
    trial(again)
    with pytest.raises(DatabaseError), transaction.atomic(), acting(actor=SYSTEM, at=TOLD_AT):
        TrialUpdate.objects.update(waits=True)


def test_a_household_that_says_the_same_on_another_day_is_said_to_do_so(
    payload, home, trial, sign_in, district_officer
):
    payload["household"] |= {
        "household_reference": home.reference, "based_on_version": str(home.row_version),
        "interview_date": "2026-10-05",
    }  # fmt: skip
    batch, client = trial(payload), sign_in(district_officer)
    assert "Only the day of the interview" in text_of(client.get(reverse("registry:import", args=[batch.uuid])))
    said = text_of(client.get(address_of(TrialUpdate.objects.get())))
    assert "It says the same as the register. Only the day" in said


def test_a_trial_about_a_hidden_household_is_told_without_a_word_of_its_place(
    again, home, protect, trial, sign_in, make_user, district, village
):
    protect(home, at=TOLD_AT)
    batch = trial(again)
    found = TrialUpdate.objects.get(batch=batch)
    assert (found.area, found.told["address"]) == (district, "")
    said = text_of(sign_in(make_user(Role.DISTRICT_OFFICER)).get(address_of(found)))
    assert "How many rooms" in said and not [part for part in ("Behind the mill", village.name) if part in said]
