"""A household that is due is chosen from the phone's list, and its form brings the register up to date."""

import csv
import hashlib
import io
from copy import deepcopy
from datetime import timedelta

import pytest
from django.utils import timezone
from lxml import etree

from core.access.actor import SYSTEM
from core.access.roles import Role
from core.acting import acting
from core.models import AuditEntry, ReadEntry
from registry.actions import reviews
from registry.models import Household, Person, QuestionnaireVersion, Submission
from registry.openrosa import media
from registry.queries import entities
from registry.xlsform.devices import DUE_CHOICE, DUE_REFERENCE, DUE_VERSION
from tests.fixtures.registry import TOLD_AT
from tests.openrosa.conftest import Phone
from tests.openrosa.filled import xml_of

MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"


@pytest.fixture
def home(an_accepted_household, last_seen) -> Household:
    """A mother and her child, due since long."""
    return last_seen(an_accepted_household.household, timezone.localdate() - timedelta(days=365 * 6))


def address(name: str) -> str:
    code = QuestionnaireVersion.objects.get(status="published").code
    return f"/openrosa/forms/{code}/{name}"


def due_list(phone) -> list[dict[str, str]]:
    content = phone.get(address("media/due_households.csv")).content.decode()
    return list(csv.DictReader(io.StringIO(content)))


@pytest.fixture
def visited(phone, payload, home):
    """The same family, chosen from the list as the phone has it now and interviewed again."""
    (row,) = due_list(phone)
    told = deepcopy(payload)
    told["household"] |= {
        DUE_CHOICE: row["name"],
        DUE_REFERENCE: row["reference"],
        DUE_VERSION: row["__version"],
        "interview_date": "2026-10-05",
        "rooms": "4",
    }
    return told


def changed_in_the_meantime(home: Household) -> None:
    with acting(actor=SYSTEM, at=TOLD_AT):
        Household.objects.filter(pk=home.pk).update(row_version=home.row_version + 1, address="Moved the gate")


# -- the list


def test_the_list_tells_where_the_household_is_and_in_which_version(phone, home):
    (row,) = due_list(phone)

    assert (row["name"], row["reference"]) == (str(home.uuid), home.reference)
    assert (row["__version"], row["village_code"], row["members"]) == (str(home.row_version), home.area.code, "2")
    assert "0088051400001" not in str(row)
    read = ReadEntry.objects.using("reads").get(page="openrosa:media")
    assert (read.subject_type, read.subject_ids) == ("household", [home.pk])


def test_the_manifest_names_the_list_with_its_digest_and_logs_no_look(phone, home):
    root = etree.fromstring(phone.get(address("manifest.xml")).content)
    (listed,) = [one for one in root if one.findtext(f"{MANIFEST}filename") == "due_households.csv"]
    assert not ReadEntry.objects.using("reads").filter(page="openrosa:media").exists()

    content = phone.get(address("media/due_households.csv")).content
    assert listed.findtext(f"{MANIFEST}hash") == f"md5:{hashlib.md5(content).hexdigest()}"


def test_neither_a_protected_household_nor_one_elsewhere_is_on_a_phone(
    phone, home, give, make_user, other_district, protect
):
    device, password = give(make_user(Role.ENUMERATOR, other_district))
    assert due_list(Phone(device.username, password)) == []
    assert len(due_list(phone)) == 1

    protect(home, at=TOLD_AT)
    assert due_list(phone) == []


def test_where_too_many_are_due_the_list_says_so_and_forms_still_load(phone, home, monkeypatch):
    monkeypatch.setattr(entities.due_ids, "__kwdefaults__", entities.due_ids.__kwdefaults__ | {"limit": 0})

    (row,) = due_list(phone)
    assert "smaller area" in row["label"] and row["reference"] == ""
    assert phone.get(address("manifest.xml")).status_code == 200
    assert not ReadEntry.objects.using("reads").filter(page="openrosa:media").exists()


def test_every_list_of_the_form_has_a_maker():
    assert set(media.MAKERS) == {"villages.csv", "privacy_notices.csv", "due_households.csv", "second_interviews.csv"}


# -- the form


def test_a_household_chosen_from_the_list_is_brought_up_to_date_and_not_entered_again(send, take_in, visited, home):
    assert send(xml_of(visited)).status_code == 201
    take_in()

    found = Submission.objects.latest("id")
    assert (found.door, found.status) == ("odk", "accepted"), [str(one) for one in found.issues.all()]
    assert (found.household, found.renews, found.based_on_version) == (home, home, home.row_version)
    home.refresh_from_db()
    assert (home.answers["rooms"], home.interviewed_on.isoformat()) == (4, "2026-10-05")
    assert (Household.objects.count(), Person.objects.count()) == (1, 2)
    row = AuditEntry.objects.get(action="household.renew")
    assert (row.subject_type, row.subject_id) == ("submission", found.pk)


def test_a_form_that_was_filled_in_from_an_old_list_waits_for_a_person(send, take_in, visited, home, reviewer):
    changed_in_the_meantime(home)
    send(xml_of(visited))
    take_in()

    found = Submission.objects.latest("id")
    assert found.status == "in_review"
    assert list(found.issues.values_list("code", "path")) == [("changed_since", "household/based_on_version")]
    home.refresh_from_db()
    assert home.answers["rooms"] == 2

    reviews.accept(submission_id=found.pk, actor=reviewer, at=TOLD_AT, reason="The visit is right.")
    home.refresh_from_db()
    assert (home.answers["rooms"], Household.objects.count()) == (4, 1)


def test_a_form_that_chooses_none_registers_a_new_household_as_ever(send, take_in, home, other_payload):
    other_payload["household"] |= {DUE_CHOICE: "", DUE_REFERENCE: "", DUE_VERSION: ""}
    send(xml_of(other_payload))
    take_in()

    found = Submission.objects.latest("id")
    assert (found.status, found.renews) == ("accepted", None), [str(one) for one in found.issues.all()]
    assert Household.objects.count() == 2


def test_a_form_of_a_known_family_that_chooses_none_is_no_silent_update(send, take_in, visited, home):
    for name in (DUE_CHOICE, DUE_REFERENCE, DUE_VERSION):
        del visited["household"][name]
    send(xml_of(visited))
    take_in()

    found = Submission.objects.latest("id")
    assert found.renews is None
    home.refresh_from_db()
    assert home.answers["rooms"] == 2


def test_forms_about_known_and_new_households_are_taken_in_together(send, take_in, visited, other_payload, home):
    send(xml_of(other_payload))
    send(xml_of(visited))
    assert take_in() == 2

    assert list(Submission.objects.filter(door="odk").order_by("id").values_list("renews", flat=True)) == [
        None,
        home.pk,
    ]
    assert Household.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({DUE_REFERENCE: "HH-000000-0"}, "household_unknown"),
        ({DUE_VERSION: "the newest"}, "not_a_number"),
    ],
)
def test_a_list_that_somebody_tampered_with_updates_nothing(send, take_in, visited, home, changes, code):
    visited["household"] |= changes
    send(xml_of(visited))
    take_in()

    found = Submission.objects.latest("id")
    assert found.status == "refused"
    assert code in found.issues.values_list("code", flat=True)
    home.refresh_from_db()
    assert home.answers["rooms"] == 2


def test_a_phone_of_another_district_updates_no_household_here(visited, home, give, make_user, other_district, take_in):
    from tests.openrosa.filled import MULTIPART, body_of

    device, password = give(make_user(Role.ENUMERATOR, other_district))
    stranger = Phone(device.username, password)
    stranger.send("POST", "/openrosa/submission", data=body_of(xml_of(visited)), content_type=MULTIPART)
    take_in()

    found = Submission.objects.latest("id")
    assert found.status == "refused"
    assert "household_elsewhere" in found.issues.values_list("code", flat=True)
