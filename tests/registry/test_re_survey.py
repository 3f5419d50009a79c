"""A survey made anew: registered households are recognised and brought up to date, and nothing is entered twice."""

from copy import deepcopy

import pytest

from core.models import AuditEntry
from registry.actions import changes, imports, submissions
from registry.models import ChangeRequest, Household, Membership, PaymentAccount, Person, Submission
from tests.fixtures.registry import TOLD_AT

LATER = "2026-10-05"


@pytest.fixture
def home(an_accepted_household):
    """A registered mother and her child."""
    return an_accepted_household.household


@pytest.fixture
def anew(payload, home):
    """The same family, visited again with a prefilled row: ``anew["household"]``, ``anew["members"]``."""
    told = deepcopy(payload)
    told["household"] |= {
        "interview_date": LATER,
        "household_reference": home.reference,
        "based_on_version": str(home.row_version),
    }
    for member in told["members"]:
        member["person_reference"] = Person.objects.get(given_names=member["given_names"]).reference
    return told


@pytest.fixture
def survey(write_files, bring_in, officer):
    """``survey(payload, ...)``: the officer sends the files of a survey made anew."""
    return lambda *told, **options: bring_in(*write_files(*told), actor=officer, re_survey=True, **options)


def counted(batch):
    return {name: batch.counts.get(name, 0) for name in ("accepted", "updated", "unchanged", "in_review", "refused")}


def nothing_but(**counts):
    return dict.fromkeys(("accepted", "updated", "unchanged", "in_review", "refused"), 0) | counts


def issues_of(batch):
    return [
        issue for one in Submission.objects.filter(batch=batch) for issue in one.issues.values_list("code", flat=True)
    ]


def test_answers_and_contact_of_a_known_household_are_brought_up_to_date_at_once(anew, home, survey):
    anew["household"] |= {"rooms": "4", "phone": "58123456"}
    anew["members"][1]["school_attending"] = "no"

    batch = survey(anew)

    home.refresh_from_db()
    assert counted(batch) == nothing_but(updated=1), issues_of(batch)
    assert (home.answers["rooms"], home.phone, home.interviewed_on.isoformat()) == (4, "58123456", LATER)
    assert Person.objects.get(given_names="Thabo").answers["school_attending"] is False
    assert home.row_version > int(anew["household"]["based_on_version"])
    assert (Household.objects.count(), Person.objects.count(), Membership.objects.count()) == (1, 2, 2)
    assert Submission.objects.get(batch=batch).household == home
    assert AuditEntry.objects.filter(action="household.renew").count() == 1


def test_the_same_facts_again_change_nothing_even_from_an_old_version(anew, home, survey):
    anew["household"]["rooms"] = "4"
    survey(anew)
    home.refresh_from_db()
    version = home.row_version
    anew["household"]["address"] = ""  # other bytes, the same facts

    batch = survey(anew)

    home.refresh_from_db()
    assert counted(batch) == nothing_but(unchanged=1), issues_of(batch)
    assert home.row_version == version


def test_a_household_is_known_by_the_number_of_a_member_and_by_an_earlier_files_key(
    payload, other_payload, survey, write_files, bring_in, officer, home
):
    for member in other_payload["members"]:
        member["national_id"] = ""
    bring_in(*write_files(payload | {"household": payload["household"] | {"legacy_number": "x"}}, other_payload),
             actor=officer)  # fmt: skip
    first = Household.objects.get(memberships__person__given_names="Lineo")
    by_number, by_key = deepcopy(payload), deepcopy(other_payload)
    for told in (by_number, by_key):
        told["household"] |= {"interview_date": LATER, "rooms": "5"}

    batch = survey(by_number, by_key)

    assert counted(batch) == nothing_but(updated=2), issues_of(batch)
    assert {
        one.answers["rooms"] for one in (Household.objects.get(pk=home.pk), Household.objects.get(pk=first.pk))
    } == {5}


def test_signs_that_point_to_different_households_wait_for_a_person(anew, other_payload, tell, survey, home):
    elsewhere = tell(other_payload)
    assert elsewhere.status == "accepted"
    anew["members"].append(
        other_payload["members"][0] | {"person_no": "3", "relationship": "sibling", "person_reference": ""}
    )
    anew["household"]["rooms"] = "4"

    batch = survey(anew)

    assert counted(batch) == nothing_but(in_review=1)
    assert "known_conflict" in issues_of(batch)
    home.refresh_from_db()
    assert home.answers["rooms"] == 2


def test_a_later_edit_sends_the_older_form_to_review_and_a_reviewer_may_take_it_over(
    anew, home, survey, officer, reviewer
):
    anew["household"]["rooms"] = "4"
    Household.objects.filter(pk=home.pk)
    changes.request(
        uuid=Submission.objects.get().uuid, kind="move", household_id=home.pk, texts={
            "moved_on": "2026-10-20", "address": "Behind the school"}, seen_versions=None, reason="They said so",
        actor=officer, at=TOLD_AT,
    )  # fmt: skip

    batch = survey(anew)

    waiting = Submission.objects.get(batch=batch)
    assert (waiting.status, waiting.renews) == ("in_review", home)
    assert issues_of(batch) == ["changed_since"]
    submissions.accept(submission_id=waiting.pk, actor=reviewer, at=TOLD_AT, reason="Asked the officer")
    home.refresh_from_db()
    assert home.answers["rooms"] == 4
    assert Household.objects.count() == 1


def test_an_interview_older_than_the_recorded_one_waits_where_no_version_is_named(anew, survey):
    anew["household"] |= {"interview_date": "2026-01-05", "based_on_version": "", "rooms": "4"}

    assert issues_of(survey(anew)) == ["older_interview"]


def test_identity_head_and_account_are_asked_for_and_wait_for_a_second_person(anew, home, survey):
    anew["members"][0]["surname"] = "Mokoena"
    anew["household"] |= {"account_kind": "mobile", "account_provider": "mpesa", "account_number": "58123456"}

    batch = survey(anew)

    assert counted(batch) == nothing_but(updated=1), issues_of(batch)
    asked = ChangeRequest.objects.filter(household=home)
    assert sorted(asked.values_list("kind", "status")) == [
        ("change_account", "requested"),
        ("correct_identity", "requested"),
    ]
    assert Person.objects.get(given_names="Palesa").surname == "Mokhele"
    assert PaymentAccount.objects.get(household=home).kind == "cash"

    anew["household"]["interviewer"] = "Somebody else"
    again = survey(anew)

    assert counted(again) == nothing_but(unchanged=1), issues_of(again)
    assert ChangeRequest.objects.count() == 2


def test_another_reference_person_is_asked_for_with_everybodys_relationship(anew, home, survey, reviewer):
    grown = anew["members"][1]
    anew["members"][0]["relationship"], grown["relationship"] = "parent", "reference"

    batch = survey(anew)

    assert issues_of(batch) == ["reference_child"]  # the checks speak as for every household
    submissions.accept(
        submission_id=Submission.objects.get(batch=batch).pk, actor=reviewer, at=TOLD_AT, reason="They live alone"
    )
    asked = ChangeRequest.objects.get(kind="change_head")
    assert asked.status == "requested"
    assert asked.person.given_names == "Thabo"


def test_who_joined_enters_with_answers_and_who_is_gone_waits_for_a_second_person(anew, home, survey):
    born = anew["members"][1] | {
        "person_no": "3", "given_names": "Kananelo", "birth_date": "2026-06-01", "person_reference": "",
        "school_attending": "",
    }  # fmt: skip
    for ability in [name for name in born if name.startswith("wg_")]:
        born[ability] = ""
    anew["members"].append(born)

    joined = survey(anew)

    assert counted(joined) == nothing_but(updated=1), issues_of(joined)
    assert Membership.objects.filter(household=home, person__given_names="Kananelo", until_on=None).exists()
    home.refresh_from_db()
    anew["members"] = [anew["members"][0], anew["members"][2]]
    anew["members"][1]["person_reference"] = Person.objects.get(given_names="Kananelo").reference
    anew["household"]["based_on_version"] = str(home.row_version)

    gone = survey(anew)

    assert counted(gone) == nothing_but(updated=1), issues_of(gone)
    asked = ChangeRequest.objects.get(kind="left")
    assert (asked.status, asked.person.given_names, asked.needs_second) == ("requested", "Thabo", True)
    assert Membership.objects.filter(household=home, person__given_names="Thabo", until_on=None).exists()


def test_a_trial_says_how_many_are_new_updated_unchanged_and_to_review(anew, other_payload, home, survey):
    anew["household"]["rooms"] = "4"

    batch = survey(anew, other_payload, dry_run=True)

    assert counted(batch) == nothing_but(accepted=1, updated=1)
    home.refresh_from_db()
    assert (home.answers["rooms"], Household.objects.count()) == (2, 1)


def test_without_saying_so_a_file_updates_nobody(anew, home, write_files, bring_in, officer):
    anew["household"]["rooms"] = "4"

    batch = bring_in(*write_files(anew), actor=officer)

    home.refresh_from_db()
    assert home.answers["rooms"] == 2
    assert batch.counts["in_review"] == 1


def test_a_reference_that_nobody_has_and_a_household_elsewhere_are_refused(anew, payload, survey, other_village, tell):
    unknown = deepcopy(anew)
    unknown["household"]["household_reference"] = "HH-2222222222-2"

    batch = survey(unknown)

    assert counted(batch) == nothing_but(refused=1)
    assert "household_unknown" in issues_of(batch)


def test_a_survey_made_anew_is_sent_by_a_person(anew, write_files, bring_in):
    with pytest.raises(imports.NeedsSomebody):
        bring_in(*write_files(anew), re_survey=True)
