"""Files prefilled for seeing households again: what is recorded, in the columns of the import. Pure: no Django.

They go back through the import door as a survey made anew (docs/import-format.md): references say whom a row tells of,
``based_on_version`` which state of the household it was written from.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence

from core.spreadsheets import guarded
from registry.intake.vocabulary import Level
from registry.questionnaire import Questionnaire
from registry.questionnaire.dictionary import entries
from registry.xlsform.template import import_template

Row = Mapping[str, str]
Rows = Mapping[Level, Sequence[Row]]
NAMES = {Level.HOUSEHOLD: "households.csv", Level.PERSON: "persons.csv"}
ABOUT = {Level.HOUSEHOLD: ("household_reference", "based_on_version"), Level.PERSON: ("person_reference",)}


def xlsx(version: Questionnaire, rows: Rows) -> bytes:
    """The import template of the version, with these rows and the columns that say whom they tell of."""
    return import_template(version, about=ABOUT, rows=rows)


def csv_pair(version: Questionnaire, rows: Rows) -> bytes:
    """A ZIP of ``households.csv`` and ``persons.csv``. What a spreadsheet would take for a formula is made text."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for level, name in NAMES.items():
            columns = [*ABOUT[level], *(one.code for one in entries(version) if one.level is level)]
            text = io.StringIO()
            writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows({key: guarded(value) for key, value in row.items()} for row in rows[level])
            bundle.writestr(name, text.getvalue().encode("utf-8-sig"))
    return out.getvalue()
