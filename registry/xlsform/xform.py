"""An XLSForm's sheets as an XForm, by pyxform. Pure: no Django."""

from __future__ import annotations

from typing import Any

from pyxform.errors import PyXFormError
from pyxform.validators.odk_validate import ODKValidateError
from pyxform.xls2xform import convert

from registry.xlsform.writing import Sheets


class XFormError(Exception):
    """The form cannot be made for devices."""


def to_xform(sheets: Sheets, *, validate: bool = False) -> str:
    """The form that ODK Collect and KoboCollect load. ``validate`` asks ODK Validate too, which needs Java.

    Raises:
        XFormError: pyxform or ODK Validate refuses it, in their words.
        OSError: there is no Java.
    """
    try:
        return str(convert(_plain(sheets), form_name="data", validate=validate).xform)
    except (PyXFormError, ODKValidateError) as error:
        raise XFormError(f"The form cannot be made for devices: {error}") from error


def _plain(sheets: Sheets) -> dict[str, Any]:
    """Without what only the register reads. The headers are named too: pyxform else takes those of the first row."""
    plain: dict[str, Any] = {}
    for name, rows in sheets.by_name().items():
        if name == "checks":
            continue
        plain[name] = [{key: value for key, value in row.items() if not key.startswith("registry_")} for row in rows]
        plain[f"{name}_header"] = [dict.fromkeys(key for row in plain[name] for key in row)]
    return plain
