"""The import door: files in, households out, sentences for what is wrong."""

import csv
import json
from copy import deepcopy
from datetime import date

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from core.access.actor import SYSTEM
from core.jobs import runner
from registry.actions import import_files, import_job, imports
from registry.intake.files import spool
from registry.models import (
    Household,
    ImportBatch,
    Membership,
    Person,
    Submission,
    SubmissionIssue,
)
from registry.sample import write
from tests.fixtures.imports import register
from tests.fixtures.registry import TOLD_AT, assert_keys_are_right


@pytest.fixture
def sample(tmp_path, settings):
    """300 households, of whom 24 are spoilt."""
    write.write(
        pack=settings.COUNTRY_PACK_DIR, out=tmp_path / "sample", households=300, seed=7, on=date(2026, 9, 30),
        spoilt_households=24,
    )  # fmt: skip
    return tmp_path / "sample"


def test_counts_of_a_sample_add_up_and_every_spoilt_household_is_refused_where_it_was_spoilt(sample, bring_in):
    batch = bring_in(sample / "households.csv", sample / "persons.csv")

    counts = batch.counts
    assert batch.status == "done"
    assert counts["households"] == 300 == counts["accepted"] + counts["in_review"] + counts["refused"]
    assert counts["refused"] == 24
    assert Household.objects.count() == counts["accepted"]
    assert Person.objects.count() == counts["persons_registered"]
    assert_keys_are_right()
    told = {*SubmissionIssue.objects.filter(severity="error").values_list("location", flat=True)}
    told |= {issue["location"] for issue in batch.issues}
    with (sample / "truth/errors.csv").open() as file:
        for spoilt in csv.DictReader(file):
            where = f"{spoilt['file']}, row {spoilt['row']}, column {spoilt['column']}"
            assert where in told, spoilt


def test_the_same_files_again_change_nothing(sample, bring_in):
    first = bring_in(sample / "households.csv", sample / "persons.csv")
    before = register()

    again = imports.receive(
        households=(sample / "households.csv").read_bytes(),
        persons=sample / "persons.csv",
        actor=SYSTEM,
        at=TOLD_AT.replace(hour=12),
        send=False,
    )

    assert again.pk == first.pk
    assert again.created_at == TOLD_AT
    assert register() == before


def test_an_import_that_stops_between_parts_ends_with_the_same_rows(sample, bring_in, monkeypatch, settings):
    monkeypatch.setattr(import_files, "spool", lambda **k: spool(**k, part_size=70))
    with transaction.atomic():
        bring_in(sample / "households.csv", sample / "persons.csv")
        undisturbed = register()
        transaction.set_rollback(True)
    real, calls = import_job.pipeline.take_in, []

    def dies(**values):
        calls.append(1)
        taken = real(**values)
        if len(calls) == 3:
            raise KeyboardInterrupt  # the process ends here, after the work and before the commit
        return taken

    monkeypatch.setattr(import_job.pipeline, "take_in", dies)
    batch = imports.receive(
        households=sample / "households.csv", persons=sample / "persons.csv", actor=SYSTEM, at=TOLD_AT,
        send=False,
    )  # fmt: skip
    with pytest.raises(KeyboardInterrupt):
        runner.run(job_id=batch.job_id, worker="first", clock=lambda: TOLD_AT)
    assert Submission.objects.count() == 140

    later = TOLD_AT.replace(hour=10)
    job = runner.run(job_id=batch.job_id, worker="second", clock=lambda: later)

    assert (job.status, job.attempts) == ("done", 2)
    assert register() == undisturbed


def test_every_part_of_a_trial_but_the_first_was_read_while_the_one_before_was_tried(sample, bring_in, monkeypatch):
    monkeypatch.setattr(import_files, "spool", lambda **k: spool(**k, part_size=70))
    ahead = []
    take = import_job._AHEAD.take
    monkeypatch.setattr(import_job._AHEAD, "take", lambda key: ahead.append(take(key)) or ahead[-1])

    bring_in(sample / "households.csv", sample / "persons.csv", dry_run=True)

    assert len(ahead) > 2
    assert [one is not None for one in ahead] == [False] + [True] * (len(ahead) - 1)


def test_a_trial_finds_the_same_and_enters_nothing(sample, bring_in):
    batch = bring_in(sample / "households.csv", sample / "persons.csv", dry_run=True)

    assert batch.counts["refused"] == 24
    assert any("month 13" in issue["message"] for issue in batch.issues)
    assert not Submission.objects.exists()
    assert not Household.objects.exists()


def test_the_dry_run_of_the_command_writes_nothing_and_prints_json(sample, capsys, settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    call_command("import_register", sample / "households.csv", sample / "persons.csv", dry_run=True, json=True)

    summary = json.loads(capsys.readouterr().out)
    assert summary["counts"]["households"] == 300
    assert not ImportBatch.objects.exists()


BAD_FILES = {
    "empty": (b"", "This file is empty."),
    "spreadsheet": (b"PK\x03\x04xl/", "not a CSV file"),
    "pdf": (b"%PDF-1.7", "This is a PDF document"),
    "utf-16": ("household_no,area_code".encode("utf-16"), "text in UTF-16"),
    "semicolons": (b"household_no;area_code\nH1;X\n", "not parted by commas"),
    "header only": (b"household_no,area_code,interview_date,privacy_notice,legal_basis\n", "no rows"),
    "missing column": (b"household_no,area_code,interview_date,privacy_notice\nH1,X,Y,Z\n", "legal_basis is missing"),
    "unknown column": (
        b"household_no,area_code,interview_date,privacy_notice,legal_basis,colour\nH1,X,Y,Z,W,V\n",
        "\u201ccolour\u201d",
    ),
    "column twice": (
        b"household_no,area_code,area_code,interview_date,privacy_notice,legal_basis\nH1,X,Y,Z,W,V\n",
        "more than once",
    ),
    "open quote": (
        b'household_no,area_code,interview_date,privacy_notice,legal_basis\nH1,"X,Y,Z,W\n',
        "not CSV",
    ),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_file_of_the_wrong_kind_is_refused_as_a_whole_with_a_sentence(kind, payload, write_files, bring_in):
    content, sentence = BAD_FILES[kind]
    households, persons = write_files(payload)
    households.write_bytes(content)

    batch = bring_in(households, persons)

    assert batch.status == "failed"
    assert any(sentence in issue["message"] for issue in batch.issues), batch.issues
    assert all(issue["location"].startswith("households.csv") for issue in batch.issues)
    assert not Submission.objects.exists()


BAD_CELLS = [
    (2, "birth_date", "2015-13-01", "names a month 13"),
    (2, "sex", "X", "not a known code"),
    (2, "relationship", "reference", "names more than one"),
    (2, "birth_date", "1890", "not between 0 and 120"),
    (2, "national_id", "0088051400001", "has the same national ID"),
    (2, "person_no", "1", "Another row of this household is number 1."),
    (2, "caregiver_no", "9", "No person of this household is number 9."),
    (0, "area_code", "nowhere", "not the code of a village"),
    (0, "rooms", "99", "out of range"),
    (0, "rooms", "", "This must be answered."),
    (0, "interview_date", "2030-01-01", "in the future"),
    (0, "legal_basis", "consent", "must have consented"),
]


@pytest.mark.parametrize(("row", "column", "written", "sentence"), BAD_CELLS)
def test_each_bad_cell_gets_its_sentence_and_nothing_of_its_household_is_entered(
    row, column, written, sentence, payload, other_payload, write_files, bring_in
):
    part = payload["household"] if row == 0 else payload["members"][row - 1]
    part[column] = written

    bring_in(*write_files(payload, other_payload))

    refused = Submission.objects.get(source_key="H1")
    messages = [str(issue) for issue in refused.issues.filter(severity="error")]
    assert refused.status == "refused"
    assert any(sentence in message for message in messages), messages
    file = "households.csv, row 2" if row == 0 else f"persons.csv, row {row + 1}"
    assert any(message.startswith(file) for message in messages), messages
    assert Household.objects.count() == 1


def test_bytes_that_are_not_utf8_refuse_their_household_and_name_the_cell(
    payload, other_payload, write_files, bring_in
):
    households, persons = write_files(payload, other_payload)
    persons.write_bytes(persons.read_bytes().replace(b"Palesa", b"Pal\xe9sa"))

    bring_in(households, persons)

    issue = Submission.objects.get(source_key="H1").issues.get(severity="error")
    assert str(issue).startswith("persons.csv, row 2, column given_names: This cell holds bytes that are not UTF-8")
    assert Submission.objects.get(source_key="H2").status == "accepted"


def test_a_household_number_that_stands_twice_refuses_that_household(payload, write_files, bring_in):
    households, persons = write_files(payload)
    text = households.read_text()
    households.write_text(text + text.splitlines()[1] + "\n")

    batch = bring_in(households, persons)

    assert batch.counts["refused"] == 1
    assert "in this row and in an earlier one" in Submission.objects.get().issues.get().message


def test_a_formula_in_a_cell_stays_text(payload, write_files, bring_in):
    payload["household"]["address"] = '=HYPERLINK("http://example.org")'

    bring_in(*write_files(payload))

    assert Household.objects.get().address == '=HYPERLINK("http://example.org")'


def test_a_husband_of_two_households_is_one_person_and_counts_once(payload, other_payload, write_files, bring_in):
    husband = {
        **payload["members"][0], "person_no": "3", "relationship": "spouse", "given_names": "Lebohang", "sex": "M",
        "birth_date": "1980-01-09", "national_id": "0080010900003",
    }  # fmt: skip
    payload["members"].append(husband)
    names = ("given_names", "surname", "sex", "relationship")
    linked = {"person_no": "3", "membership": "linked", "linked_to": "H2/3", **{name: husband[name] for name in names}}
    other_payload["members"].append(linked)

    batch = bring_in(*write_files(other_payload, payload))

    memberships = Membership.objects.filter(person__given_names="Lebohang")
    assert batch.counts["linked"] == 1
    assert sorted(memberships.values_list("counts", flat=True)) == [False, True]
    assert memberships.values("person").distinct().count() == 1


@pytest.mark.parametrize(
    ("household", "child", "status"),
    [
        ({}, {"birth_date": "2015"}, "accepted"),
        ({"rooms": "16"}, {"marital_status": "married"}, "in_review"),
        ({"rooms": "two"}, {"sex": ""}, "refused"),
    ],
)
def test_the_desk_and_the_import_find_the_same_and_enter_the_same(
    household, child, status, payload, write_files, bring_in, tell
):
    payload["household"] |= household
    payload["members"][1] |= child

    with transaction.atomic():
        by_desk = found(tell(deepcopy(payload))), register()
        transaction.set_rollback(True)
    bring_in(*write_files(payload))

    assert (found(Submission.objects.get()), register()) == by_desk
    assert by_desk[0][0] == status
    assert bool(by_desk[1][0]) == (status == "accepted")


def found(submission):
    return submission.status, sorted(submission.issues.values_list("code", "severity", "path", "message"))


def test_an_import_enters_nothing_when_the_audit_record_fails(payload, write_files, bring_in, monkeypatch):
    def fails(action, **_):
        if action == "import.part":
            raise IntegrityError("no audit, no act")

    monkeypatch.setattr("core.audit.record", fails)
    with pytest.raises(AssertionError, match="no audit, no act"):
        bring_in(*write_files(payload))

    assert not Submission.objects.exists()
    assert not Person.objects.exists()
