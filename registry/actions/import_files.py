"""The stored files of an import, and the folder in which their parts lie while it is under way."""

import shutil
from pathlib import Path

from django.conf import settings

from core import files
from registry.intake import surroundings, workbook
from registry.intake.files import FilesRefused, SourceFile, Spooled, spool
from registry.intake.parts import read_records
from registry.models import ImportBatch, QuestionnaireVersion

__all__ = ["folder_of", "read_records", "source_names", "spool_into"]


def folder_of(batch: ImportBatch, ending: str = "") -> Path:
    """Where the parts lie; with an ending, for another work than the import itself."""
    return settings.FILES_DIR / "imports" / f"{batch.uuid}{ending}"


def source_names(batch: ImportBatch) -> tuple[str, str]:
    """What messages call the two files, or the two sheets."""
    names = batch.households_file.name, batch.persons_file.name
    return workbook.sheet_names(names[0]) if batch.is_workbook else names


def spool_into(folder: Path, batch: ImportBatch, version: QuestionnaireVersion) -> Spooled:
    """Write the parts anew into a folder of their own.

    Raises:
        FilesRefused: the files cannot be read; the folder is gone then.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        households, persons = _sources(batch, folder)
        return spool(
            households=households,
            persons=persons,
            questionnaire=surroundings.questionnaire_of(version),
            folder=folder,
        )
    except FilesRefused:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _sources(batch: ImportBatch, folder: Path) -> tuple[SourceFile, SourceFile]:
    """The two files; a workbook's sheets are written as such first."""
    first = SourceFile(files.stored_path(batch.households_file), batch.households_file.name)
    if batch.is_workbook:
        return workbook.convert(first, folder)
    return first, SourceFile(files.stored_path(batch.persons_file), batch.persons_file.name)
