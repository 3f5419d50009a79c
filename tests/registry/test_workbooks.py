"""A workbook of two sheets through the import door."""

import io
import json
import struct
import zipfile
from datetime import date

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from registry.actions import import_files, imports
from registry.intake import surroundings
from registry.intake.files import spool
from registry.models import Household, ImportBatch, Person, Submission
from registry.xlsform.template import import_template
from tests.fixtures.imports import register
from tests.fixtures.registry import TOLD_AT


def fill(book, payload):
    """Write a household into an opened template, as somebody at a keyboard would."""
    rows = {"households": [{"household_no": "H1", **payload["household"]}]}
    rows["persons"] = [{"household_no": "H1", **member} for member in payload["members"]]
    for name, told in rows.items():
        sheet = book[name]
        places = {cell.value: cell.column for cell in sheet[1]}
        for number, row in enumerate(told, start=2):
            for column, text in row.items():
                sheet.cell(number, places[column], text)


def test_the_template_of_the_version_is_accepted_as_it_was_filled_in(payload, bring_in, tmp_path):
    version = surroundings.questionnaire_of(surroundings.published())
    book = load_workbook(io.BytesIO(import_template(version)))
    fill(book, payload)
    book.save(tmp_path / "filled.xlsx")

    batch = bring_in(tmp_path / "filled.xlsx")

    assert (batch.status, batch.issues) == ("done", [])
    assert batch.counts["accepted"] == 1
    assert Person.objects.filter(national_id="0088051400001").exists()


def typed(path, payload, **cells):
    """A workbook in which some cells of the first member or household are no texts: ``name=(value, format)``."""
    rows = {"households": [{"household_no": "H1", **payload["household"]}]}
    rows["persons"] = [{"household_no": "H1", **member} for member in payload["members"]]
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        for title, told in rows.items():
            names = list(dict.fromkeys(column for row in told for column in row))
            sheet = book.add_worksheet(title)
            sheet.write_row(0, 0, names)
            for number, row in enumerate(told, start=1):
                for place, column in enumerate(names):
                    value, shown = row.get(column, ""), None
                    if number == 1 and column in cells:
                        value, shown = cells[column]
                    style = book.add_format({"num_format": shown}) if shown else None
                    if isinstance(value, date):
                        sheet.write_datetime(number, place, value, style)
                    elif isinstance(value, str) and value.startswith("{="):
                        sheet.write_formula(number, place, value[1:-1], style, "cement")
                    elif isinstance(value, str):
                        sheet.write_string(number, place, value)
                    else:
                        sheet.write(number, place, value, style)
    return path


def test_dates_numbers_and_formulas_are_read_as_the_cells_show_them(payload, bring_in, tmp_path):
    path = typed(
        tmp_path / "typed.xlsx",
        payload,
        interview_date=(date(2026, 8, 3), "dd/mm/yyyy"),
        rooms=(3, None),
        cattle=(0.0, None),
        radio=(True, None),
        dwelling_floor=("{=LOWER(\"CEMENT\")}", None),
        national_id=(88051400001, "0000000000000"),
        birth_date=(date(1988, 5, 1), "mmm\\-yy"),
    )  # fmt: skip

    batch = bring_in(path)

    assert batch.counts["accepted"] == 1, batch.issues
    household = Household.objects.get()
    assert household.interviewed_on == date(2026, 8, 3)
    assert (household.answers["rooms"], household.answers["cattle"], household.answers["radio"]) == (3, 0, True)
    assert household.answers["dwelling_floor"] == "cement"
    mother = Person.objects.get(given_names="Palesa")
    assert (mother.national_id, mother.birth_date_precision) == ("0088051400001", "month")


WRONG_CELLS = [
    ({"national_id": (88051400001, None)}, "persons, row 2, column national_id", "first 2 zeros"),
    ({"birth_date": (32277, None)}, "persons, row 2, column birth_date", "is not a date"),
    ({"birth_date": ("14/05/1988", None)}, "persons, row 2, column birth_date", "is not a date"),
    ({"interview_date": (date(2026, 8, 3), "mmm yy")}, "households, row 2, column interview_date", "not a day"),
    ({"given_names": ("#REF!", None)}, "persons, row 2, column given_names", "where a formula fails"),
    ({"account_holder_no": (1234567890123456789, None)}, "households, row 2, column account_holder_no", "longer than"),
]


@pytest.mark.parametrize(("cells", "where", "sentence"), WRONG_CELLS)
def test_a_cell_that_cannot_be_told_is_named_by_sheet_row_and_column(
    cells, where, sentence, payload, bring_in, tmp_path
):
    bring_in(typed(tmp_path / "wrong.xlsx", payload, **cells))

    submission = Submission.objects.get()
    issues = [str(issue) for issue in submission.issues.filter(severity="error")]
    assert submission.status == "refused"
    assert any(issue.startswith(f"wrong.xlsx, sheet {where}") and sentence in issue for issue in issues), issues


def repacked(path, out, change):
    """The packed file again, with parts changed: ``change(name, content)`` gives the new content or nothing."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            content = change(item.filename, old.read(item))
            if content is not None:
                new.writestr(item.filename, content)
    return out


def with_macros(path):
    out = repacked(path, path.with_name("macros.xlsx"), lambda name, content: content)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    return out


def declared_with_macros(path):
    kind = b"spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main"
    return repacked(path, path.with_name("renamed.xlsx"), lambda name, content: content.replace(*kind))


def other_sheets(path):
    change = {"xl/workbook.xml": (b'"persons"', b'"people"')}
    return repacked(
        path, path.with_name("sheets.xlsx"), lambda name, content: content.replace(*change.get(name, (b"~", b"~")))
    )


def merged(path):
    tail = b'</sheetData><mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>'
    return repacked(
        path,
        path.with_name("merged.xlsx"),
        lambda name, content: content.replace(b"</sheetData>", tail) if name.endswith("sheet2.xml") else content,
    )


def with_entities(path):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet'
    return repacked(
        path,
        path.with_name("entities.xlsx"),
        lambda name, content: content.replace(b"<worksheet", bomb, 1) if name.endswith("sheet1.xml") else content,
    )


def bomb(path):
    zeros = b"<sst>" + b"0" * (300 << 20)
    return repacked(
        path,
        path.with_name("bomb.xlsx"),
        lambda name, content: zeros if name.endswith("sharedStrings.xml") else content,
    )


def lying_bomb(path):
    """The directory says that the texts are small; there is far more."""
    out = bomb(path)
    content = bytearray(out.read_bytes())
    real = struct.pack("<L", (300 << 20) + 5)
    place = content.rfind(real)
    while place >= 0:
        content[place : place + 4] = struct.pack("<L", 1000)
        place = content.rfind(real)
    out.write_bytes(bytes(content))
    return out


def truncated(path):
    out = path.with_name("cut.xlsx")
    out.write_bytes(path.read_bytes()[:-200])
    return out


def old(path):
    out = path.with_name("old.xls")
    out.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "Workbook".encode("utf-16-le"))
    return out


def encrypted(path):
    out = path.with_name("secret.xlsx")
    out.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"))
    return out


def a_document(path):
    kind = b"spreadsheetml.sheet.main", b"wordprocessingml.document.main"
    return repacked(path, path.with_name("letter.xlsx"), lambda name, content: content.replace(*kind))


WRONG_WORKBOOKS = [
    (with_macros, "holds macros"),
    (declared_with_macros, "holds macros"),
    (other_sheets, "There is no sheet called persons. The sheets are: households, people."),
    (merged, "The cells A2:A3 are merged"),
    (with_entities, "document type"),
    (bomb, "unpacks to more than is read"),
    (lying_bomb, "damaged"),
    (truncated, "damaged"),
    (old, "old workbook (.xls)"),
    (encrypted, "protected by a password"),
    (a_document, "another kind of document"),
]


@pytest.mark.parametrize(("spoil", "sentence"), WRONG_WORKBOOKS)
def test_a_workbook_that_must_not_be_read_is_refused_as_a_whole_with_a_sentence(
    spoil, sentence, payload, write_workbook, bring_in
):
    batch = bring_in(spoil(write_workbook(payload)))

    assert batch.status == "failed"
    assert any(sentence in issue["message"] for issue in batch.issues), batch.issues
    assert not Submission.objects.exists()


def test_a_formula_without_a_value_refuses_its_household_alone(payload, other_payload, write_workbook, bring_in):
    def no_value(name, content):
        text = b'<c r="C2"', b'<c r="C2"><f>A1</f></c><c r="ZZ2"'
        return content.replace(*text) if name.endswith("sheet1.xml") else content

    path = write_workbook(payload, other_payload)
    bring_in(repacked(path, path.with_name("formula.xlsx"), no_value))

    refused, accepted = Submission.objects.order_by("id")
    assert "This formula has no value" in str(refused.issues.filter(code="formula_without_value").get())
    assert (refused.status, accepted.status) == ("refused", "accepted")


def test_rows_far_below_that_hold_only_a_format_are_no_rows(payload, write_workbook, bring_in):
    last = b'<row r="1048576" s="1" customFormat="1"/></sheetData>'
    path = write_workbook(payload)
    bring_in(
        repacked(
            path,
            path.with_name("long.xlsx"),
            lambda name, content: content.replace(b"</sheetData>", last) if "sheet" in name else content,
        )
    )

    assert Submission.objects.get().status == "accepted"


def test_a_workbook_that_stops_between_parts_ends_with_the_same_rows(
    payload, other_payload, write_workbook, bring_in, monkeypatch
):
    from core.access.actor import SYSTEM
    from core.jobs import runner
    from registry.actions import import_job

    monkeypatch.setattr(import_files, "spool", lambda **k: spool(**k, part_size=1))
    real, calls = import_job.pipeline.take_in, []

    def dies(**values):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(**values)

    monkeypatch.setattr(import_job.pipeline, "take_in", dies)
    batch = imports.receive(households=write_workbook(payload, other_payload), actor=SYSTEM, at=TOLD_AT, send=False)
    with pytest.raises(KeyboardInterrupt):
        runner.run(job_id=batch.job_id, worker="first", clock=lambda: TOLD_AT)
    import_job.shutil.rmtree(import_files.folder_of(batch))  # the next worker is on another machine

    job = runner.run(job_id=batch.job_id, worker="second", clock=lambda: TOLD_AT.replace(hour=10))

    assert (job.status, job.attempts) == ("done", 2)
    assert sorted(Submission.objects.values_list("source_key", "status")) == [("H1", "accepted"), ("H2", "accepted")]


def test_the_command_takes_a_workbook_and_refuses_half_a_pair(payload, write_workbook, capsys, settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    path = write_workbook(payload)

    call_command("import_register", path, json=True)

    assert json.loads(capsys.readouterr().out)["counts"]["accepted"] == 1
    assert ImportBatch.objects.get().is_workbook
    with pytest.raises(CommandError, match="or one workbook"):
        call_command("import_register", tmp_path / "register.xlsx", tmp_path / "register.xlsx")


def test_workbook_and_files_of_the_same_facts_enter_the_same(
    payload, other_payload, write_files, write_workbook, bring_in
):
    from django.db import transaction

    with transaction.atomic():
        bring_in(*write_files(payload, other_payload))
        by_files = register()
        transaction.set_rollback(True)

    bring_in(write_workbook(payload, other_payload))

    assert register() == by_files
