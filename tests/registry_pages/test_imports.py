"""Files brought in by page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.access.roles import Role
from core.jobs import runner
from core.models import Job, ReadEntry, User
from registry.models import Household, ImportBatch, Submission
from tests.fixtures.people import MakeUser
from tests.registry_pages.conftest import Payload, SignIn, a_member, files_of, text_of

NEW = "registry:import_new"


def files(households: bytes, persons: bytes) -> dict[str, SimpleUploadedFile]:
    return {
        "households": SimpleUploadedFile("households.csv", households, "text/csv"),
        "persons": SimpleUploadedFile("persons.csv", persons, "text/csv"),
    }


def finish() -> ImportBatch:
    batch = ImportBatch.objects.get()
    assert batch.job is not None
    runner.run(job_id=batch.job.pk, worker="test")
    return batch


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_only_officers_import(role: Role, make_user: MakeUser, sign_in: SignIn) -> None:
    client = sign_in(make_user(role))
    expected = 200 if role is Role.DISTRICT_OFFICER else 403
    for name in ("registry:imports", NEW):
        assert client.get(reverse(name)).status_code == expected


def test_two_files_become_households(desk: Client, payload: Callable[..., Payload]) -> None:
    told = [payload(a_member()), payload(a_member(given_names="Mpho"), rooms="20"), payload(a_member(sex="X"))]
    response = desk.post(reverse(NEW), {"mode": "enter", **files(*files_of(*told))})
    batch = finish()
    assert response["Location"] == reverse("registry:import", args=[batch.uuid])
    said = text_of(desk.get(response["Location"]))
    for part in ("Accepted 1", "In review 1", "Refused 1", "Finished"):
        assert part in said
    listing = text_of(desk.get(reverse("registry:import_households", args=[batch.uuid]), {"status": "refused"}))
    assert "H3" in listing
    assert "is not a known code" in listing


def test_only_checking_enters_nothing_and_says_what_is_wrong(desk: Client, payload: Callable[..., Payload]) -> None:
    told = [payload(a_member()), payload(a_member(sex="X"))]
    desk.post(reverse(NEW), {"mode": "trial", **files(*files_of(*told))})
    batch = finish()
    said = text_of(desk.get(reverse("registry:import", args=[batch.uuid])))
    assert "persons.csv, row 3, column sex" in said
    assert not Household.objects.exists()


def test_the_same_files_again_are_the_same_import(desk: Client, payload: Callable[..., Payload]) -> None:
    both = files_of(payload(a_member()))
    for _twice in range(2):
        response = desk.post(reverse(NEW), {"mode": "enter", **files(*both)}, follow=True)
    assert "These same files were brought in before" in text_of(response)
    assert ImportBatch.objects.count() == 1


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        (b"PK\x03\x04rest", "A workbook holds the persons itself"),
        (b"%PDF-1.7", "This is a PDF, not a table of households"),
        (b"\xff\xfeh\x00", "This file is not UTF-8"),
        ("household_no,area_code\nH1,x".encode("utf-16-be"), "This file is not UTF-8"),
        ("household_no,area_code\nH1,x".encode("utf-16-le"), "This file is not UTF-8"),
        (b"\x7fELF" + b"\x00" * 300, "This is not a text file"),
        (b"", "This file is empty"),
    ],
)
def test_what_is_no_csv_file_is_refused_in_words(start: bytes, sentence: str, desk: Client) -> None:
    response = desk.post(reverse(NEW), {"mode": "enter", **files(start, b"household_no\n")})
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert not ImportBatch.objects.exists()


def test_files_without_the_right_columns_fail_with_a_sentence(desk: Client) -> None:
    desk.post(reverse(NEW), {"mode": "enter", **files(b"colour\nred\n", b"colour\nblue\n")})
    batch = finish()
    said = text_of(desk.get(reverse("registry:import", args=[batch.uuid])))
    assert "The files could not be read. Nothing was entered." in said
    assert "households.csv" in said
    assert not Submission.objects.exists()


def test_an_import_is_seen_by_who_brought_it_in(
    desk: Client, payload: Callable[..., Payload], officer_elsewhere: User, sign_in: SignIn
) -> None:
    desk.post(reverse(NEW), {"mode": "enter", **files(*files_of(payload(a_member())))})
    batch = ImportBatch.objects.get()
    other = sign_in(officer_elsewhere)
    assert other.get(reverse("registry:import", args=[batch.uuid])).status_code == 404
    assert "Nothing was imported yet" in text_of(other.get(reverse("registry:imports")))


def test_a_workbook_is_sent_alone_and_half_a_pair_is_asked_for(
    desk: Client, payload: Callable[..., Payload], write_workbook: Callable[..., Path]
) -> None:
    book = write_workbook(payload(a_member())).read_bytes()
    households, _persons = files_of(payload(a_member()))
    half = {"households": SimpleUploadedFile("households.csv", households, "text/csv")}
    assert "Choose the file of persons" in text_of(desk.post(reverse(NEW), {"mode": "enter", **half}))

    whole = {"households": SimpleUploadedFile("register.xlsx", book)}
    response = desk.post(reverse(NEW), {"mode": "enter", **whole})
    batch = finish()

    said = text_of(desk.get(response["Location"]))
    batch.refresh_from_db()
    assert (batch.is_workbook, batch.counts["accepted"]) == (True, 1)
    assert "register.xlsx" in said


def test_the_rows_to_correct_are_made_and_fetched_and_the_read_is_logged(
    desk: Client, payload: Callable[..., Payload], officer_elsewhere: User, sign_in: SignIn
) -> None:
    told = [payload(a_member()), payload(a_member(sex="X"))]
    page = desk.post(reverse(NEW), {"mode": "enter", **files(*files_of(*told))})["Location"]
    batch = finish()
    assert "Make the file to correct" in text_of(desk.get(page))
    address = reverse("registry:import_corrected", args=[batch.uuid])
    assert desk.get(address).status_code == 404

    desk.post(reverse("registry:import_correct", args=[batch.uuid]))
    runner.run(job_id=Job.objects.get(kind="registry.import.corrected").pk, worker="test")

    assert "households-corrected.zip" in text_of(desk.get(page))
    answer = desk.get(address)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(b"PK")
    assert ReadEntry.objects.using("reads").filter(page="import_corrected").exists()
    assert sign_in(officer_elsewhere).get(address).status_code == 404


def test_all_or_nothing_is_said_on_the_page(desk: Client, payload: Callable[..., Payload]) -> None:
    told = [payload(a_member()), payload(a_member(sex="X"))]
    page = desk.post(reverse(NEW), {"mode": "all", **files(*files_of(*told))})["Location"]
    finish()

    said = text_of(desk.get(page))
    assert "Not everything is in order, and all or nothing was asked for. Nothing was entered." in said
    assert "Rows to correct" in said
    assert not Household.objects.exists()


def test_nothing_is_made_where_everything_entered(desk: Client, payload: Callable[..., Payload]) -> None:
    page = desk.post(reverse(NEW), {"mode": "enter", **files(*files_of(payload(a_member())))})["Location"]
    batch = finish()

    assert "Rows to correct" not in text_of(desk.get(page))
    answer = desk.post(reverse("registry:import_correct", args=[batch.uuid]))
    assert answer.status_code == 409
    assert "Nothing of this import was refused" in text_of(answer)


def test_a_request_that_declares_ten_gigabytes_is_answered_before_anything_is_read(desk: Client) -> None:
    class Never:
        def read(self, *_: object) -> bytes:
            raise AssertionError("nothing of it is read")

        readline = read

    answer = desk.generic(
        "POST", reverse(NEW), b"", content_type="multipart/form-data; boundary=x",
        **{"CONTENT_LENGTH": str(10 << 30), "wsgi.input": Never()},
    )  # fmt: skip
    assert answer.status_code == 413
    assert "This is too large to send" in text_of(answer)
    assert "larger than 400 MB" in text_of(answer)
