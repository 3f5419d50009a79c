"""The form as phones of the field team load it: lists beside the form instead of codes to type. Pure: no Django."""

from __future__ import annotations

from dataclasses import replace

from registry.xlsform.core_rows import Row
from registry.xlsform.writing import Sheets

#: Lists that travel beside the form: a CSV file with ``name`` and ``label`` for each.
VILLAGES, NOTICES = "villages", "privacy_notices"
#: Asked or shown on phones alone; a question of a version cannot be called so.
POINT, NOTICE_TEXT = "registry_point", "registry_notice_text"


def for_devices(sheets: Sheets) -> Sheets:
    """The village and the privacy notice are chosen from lists, the notice is shown to be read out, the day of the
    interview is filled in, and the dwelling is placed by the phone instead of by typed degrees."""
    label = next(key for key in sheets.survey[2] if key.startswith("label"))
    survey: list[Row] = []
    for row in sheets.survey:
        match row.get("name"):
            case "area_code":
                survey.append(row | {"type": f"select_one_from_file {VILLAGES}.csv", "appearance": "autocomplete"})
            case "privacy_notice":
                survey.append(row | {"type": f"select_one_from_file {NOTICES}.csv"})
                text = f"instance('{NOTICES}')/root/item[name=${{privacy_notice}}]/text"
                survey.append({"type": "calculate", "name": f"{NOTICE_TEXT}_found", "calculation": text})
                survey.append({"type": "note", "name": NOTICE_TEXT, label: f"${{{NOTICE_TEXT}_found}}"})
            case "interview_date":
                survey.append(row | {"default": "today()"})
            case "latitude":
                survey.append(
                    {"type": "geopoint", "name": POINT, label: "Where the dwelling is, stood before its door"}
                )
            case "longitude":
                pass
            case _:
                survey.append(row)
    return replace(sheets, survey=survey)
