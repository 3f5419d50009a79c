"""The corrected copy: rows to correct out, corrected rows in, and nothing twice."""

import csv
import io
import zipfile
from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import IntegrityError
from openpyxl import load_workbook

from core.access.actor import SYSTEM
from core.actions import retention
from core.jobs import runner
from core.models import AuditEntry, Job
from registry.actions import corrected
from registry.models import Household, Person, Submission
from tests.fixtures.registry import TOLD_AT


@pytest.fixture
def copy_of():
    """``copy_of(batch)``: make the corrected copy, and return where it lies."""

    def make(batch, actor=SYSTEM):
        corrected.ask(batch_id=batch.pk, actor=actor, at=TOLD_AT, send=False)
        job = Job.objects.filter(kind=corrected.KIND).order_by("-id").first()
        job = runner.run(job_id=job.pk, worker="test", clock=lambda: TOLD_AT)
        assert job.error == ""
        batch.refresh_from_db()
        return corrected.stored_copy(batch, today=TOLD_AT.date())

    return make


def pair_of(path, folder):
    """The two files of an archive, unpacked, and their rows."""
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    paths = folder / "households.csv", folder / "persons.csv"
    return paths, [list(csv.DictReader(io.StringIO(one.read_text("utf-8-sig")))) for one in paths]


def put_back(path, rows):
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def three(payload, other_payload):
    """One in order, one with a wrong sex, one unusual that waits for review."""
    unusual = deepcopy(payload)
    unusual["household"]["rooms"] = "16"
    unusual["members"][0] |= {"given_names": "Mpho", "national_id": "0088051400009", "birth_date": "1977-01-08"}
    unusual["members"][1] |= {"given_names": "Neo", "birth_date": "2014-03-03"}
    other_payload["members"][1]["sex"] = "X"
    return payload, other_payload, unusual


def test_rows_that_were_refused_or_wait_come_back_with_messages_and_nothing_else(
    three, write_files, bring_in, copy_of, tmp_path
):
    three[1]["household"]["address"] = '=HYPERLINK("http://example.org")'
    batch = bring_in(*write_files(*three))

    path = copy_of(batch)

    _, (households, persons) = pair_of(path, tmp_path / "copy")
    assert [row["household_no"] for row in households] == ["H2", "H3"]
    assert [row["household_no"] for row in persons] == ["H2", "H2", "H3", "H3"]
    assert list(households[0])[-2:] == ["corrects", "messages"]
    assert list(persons[0])[-1] == "messages"
    assert persons[1]["messages"].startswith("sex: “X” is not a known code.")
    assert "rooms: " in households[1]["messages"]
    assert households[0]["address"].startswith("'=HYPERLINK")
    assert households[0]["corrects"] == str(Submission.objects.get(source_key="H2").uuid)
    assert batch.corrected_file.retain_until == TOLD_AT.date() + timedelta(days=14)
    assert AuditEntry.objects.filter(action="import.corrected").count() == 1


def test_a_corrected_row_takes_the_place_of_the_refused_one_and_enters_once(
    three, write_files, bring_in, copy_of, tmp_path
):
    three[1]["household"]["address"] = "=1+1"
    batch = bring_in(*write_files(*three))
    (first, second), (households, persons) = pair_of(copy_of(batch), tmp_path / "copy")
    persons[1]["sex"] = "F"
    put_back(second, persons)

    again = bring_in(first, second)

    assert (again.counts["accepted"], again.counts["unchanged"], again.counts["in_review"]) == (1, 1, 0)
    assert Submission.objects.get(batch=batch, source_key="H2").status == "replaced"
    assert Submission.objects.get(batch=batch, source_key="H3").status == "in_review"
    assert Submission.objects.get(corrects__isnull=False).household.address == "=1+1"
    assert Household.objects.count() == 2
    with pytest.raises(corrected.NothingToCorrect):
        copy_of(again)

    households[0]["phone"] = "58123456"
    put_back(first, households)
    third = bring_in(first, second)

    assert (third.counts["accepted"], third.counts["refused"]) == (0, 1)
    message = Submission.objects.get(batch=third, status="refused").issues.get(code="corrects_again").message
    assert "was corrected before" in message
    assert Household.objects.count() == 2


def test_a_corrected_row_in_review_is_replaced_and_what_a_reviewer_accepted_is_not(
    three, write_files, bring_in, copy_of, tmp_path, reviewer
):
    from registry.actions import submissions

    batch = bring_in(*write_files(*three))
    (first, second), (households, _persons) = pair_of(copy_of(batch), tmp_path / "copy")
    households[1]["rooms"] = "3"
    put_back(first, households)

    again = bring_in(first, second)
    assert again.counts["accepted"] == 1
    assert Submission.objects.get(batch=batch, source_key="H3").status == "replaced"

    households[1]["rooms"] = "17"
    households[1]["corrects"] = str(Submission.objects.get(batch=batch, source_key="H1").uuid)
    put_back(first, households[1:])
    late = bring_in(first, second)
    assert (
        "has entered in the meantime"
        in Submission.objects.get(batch=late, source_key="H3").issues.get(code="corrects_accepted").message
    )
    assert submissions is not None


def test_nobody_corrects_what_somebody_else_sent(
    three, write_files, bring_in, copy_of, tmp_path, officer, make_user, as_actor, district
):
    from core.access.roles import Role

    batch = bring_in(*write_files(*three), actor=officer)
    (first, second), (_households, persons) = pair_of(copy_of(batch, officer), tmp_path / "copy")
    persons[1]["sex"] = "F"
    put_back(second, persons)

    theirs = bring_in(first, second, actor=as_actor(make_user(Role.DISTRICT_OFFICER, district)))

    assert theirs.counts["refused"] == 2
    assert Submission.objects.get(batch=batch, source_key="H2").status == "refused"


def test_the_copy_of_a_workbook_is_a_workbook_of_texts_that_is_accepted_when_corrected(
    three, write_workbook, bring_in, copy_of, tmp_path
):
    three[1]["household"]["address"] = '=HYPERLINK("http://example.org")'
    batch = bring_in(write_workbook(*three))

    path = copy_of(batch)

    book = load_workbook(path.open("rb"))
    sheet, homes = book["persons"], book["households"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    assert [cell.value for cell in sheet[1]][-1] == "messages"
    assert sheet.cell(3, columns["messages"]).value.startswith("sex: “X”")
    address = homes.cell(2, {cell.value: cell.column for cell in homes[1]}["address"])
    assert (address.data_type, address.number_format) == ("s", "@")
    sheet.cell(3, columns["sex"]).value = "M"
    address.data_type = "s"
    out = tmp_path / "mended.xlsx"
    book.save(out)

    again = bring_in(out)

    assert again.counts["accepted"] == 1
    assert Person.objects.filter(given_names="Tumelo", sex="M").count() == 1


def test_all_or_nothing_enters_nothing_and_gives_back_every_row(three, write_files, bring_in, tmp_path):
    files = write_files(*three)

    batch = bring_in(*files, all_or_nothing=True)

    assert batch.status == "failed"
    assert "all or nothing" in batch.issues[0]["message"]
    assert any("column sex" in issue["location"] for issue in batch.issues)
    assert not Submission.objects.exists()
    assert not Household.objects.exists()
    path = corrected.stored_copy(batch, today=TOLD_AT.date())
    _, (households, _persons) = pair_of(path, tmp_path / "copy")
    assert [row["household_no"] for row in households] == ["H1", "H2", "H3"]
    assert {row["corrects"] for row in households} == {""}

    assert bring_in(*files).counts["accepted"] == 1  # the same bytes, and what is good enters


def test_all_or_nothing_enters_all_where_nothing_is_refused(three, write_files, bring_in):
    batch = bring_in(*write_files(three[0], three[2]), all_or_nothing=True)

    assert (batch.status, batch.counts["accepted"], batch.counts["in_review"]) == ("done", 1, 1)


def test_a_trial_keeps_the_rows_to_correct(three, write_files, bring_in, tmp_path):
    batch = bring_in(*write_files(*three), dry_run=True)

    path = corrected.stored_copy(batch, today=TOLD_AT.date())
    _, (households, _persons) = pair_of(path, tmp_path / "copy")
    assert [(row["household_no"], row["corrects"]) for row in households] == [("H2", ""), ("H3", "")]
    assert not Submission.objects.exists()


def test_persons_of_no_household_and_rows_of_another_width_come_back_too(
    payload, other_payload, write_files, bring_in, copy_of, tmp_path
):
    households, persons = write_files(payload, other_payload)
    text = persons.read_text()
    persons.write_text(text.replace("H2,2", "H9,2") + "\n")
    lines = households.read_text().splitlines()
    households.write_text("\n".join([lines[0], lines[1] + ",surplus", lines[2], ""]))

    path = copy_of(bring_in(households, persons))

    _, (homes, people) = pair_of(path, tmp_path / "copy")
    assert "Cells beyond the last column: surplus." in homes[0]["messages"]
    assert people[-1]["household_no"] == "H9"
    assert "No household has this number" in people[-1]["messages"]


def test_when_its_time_is_over_the_copy_is_erased_and_other_files_of_the_same_bytes_stay(
    three, write_files, bring_in, copy_of
):
    batch = bring_in(*write_files(*three))
    path = copy_of(batch)
    later = TOLD_AT + timedelta(days=15)
    assert corrected.stored_copy(batch, today=later.date()) is None

    assert retention.erase_due(actor=SYSTEM, at=later) == 1
    assert retention.erase_due(actor=SYSTEM, at=later) == 0

    batch.corrected_file.refresh_from_db()
    assert batch.corrected_file.erased_at == later
    assert not path.exists()
    assert AuditEntry.objects.filter(action="file.erase").count() == 1


def test_no_copy_is_kept_when_the_audit_record_fails(three, write_files, bring_in, monkeypatch):
    batch = bring_in(*write_files(*three))

    def fails(action, **_):
        if action == "import.corrected":
            raise IntegrityError("no audit, no act")

    corrected.ask(batch_id=batch.pk, actor=SYSTEM, at=TOLD_AT, send=False)
    monkeypatch.setattr("core.audit.record", fails)
    job = runner.run(job_id=Job.objects.get(kind=corrected.KIND).pk, worker="test", clock=lambda: TOLD_AT)

    batch.refresh_from_db()
    assert job.status == "failed"
    assert batch.corrected_file is None
