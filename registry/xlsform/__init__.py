"""Questionnaire versions as XLSForm and back, as XForm, and as import template. Pure: no Django."""

from registry.xlsform.reading import Read, XLSFormError, read_xlsform
from registry.xlsform.writing import FORM_ID, Sheets, sheets_of, to_xlsx
from registry.xlsform.xform import XFormError, to_xform

__all__ = [
    "FORM_ID",
    "Read",
    "Sheets",
    "XFormError",
    "XLSFormError",
    "read_xlsform",
    "sheets_of",
    "to_xform",
    "to_xlsx",
]
