"""The form as phones of the field team load it: lists beside the form instead of codes to type. Pure: no Django."""

from __future__ import annotations

from dataclasses import replace

from registry.xlsform.core_rows import Row
from registry.xlsform.writing import Sheets

#: Lists that travel beside the form: a CSV file with ``name`` and ``label`` for each.
VILLAGES, NOTICES, DUE, SECOND = "villages", "privacy_notices", "due_households", "second_interviews"
#: Asked or shown on phones alone; a question of a version cannot be called so.
POINT, NOTICE_TEXT = "registry_point", "registry_notice_text"
#: Which household of the list is told of anew: the choice, its reference and the version that the list had.
DUE_CHOICE, DUE_REFERENCE, DUE_VERSION = "registry_due", "registry_due_reference", "registry_due_version"
DUE_TOLD, DUE_NOTE = "registry_due_told", "registry_due_note"
#: Which household of another's interviews is interviewed once more: the choice, and how its dwelling is found.
SECOND_CHOICE, SECOND_TOLD, SECOND_NOTE = "registry_second", "registry_second_told", "registry_second_note"


def for_devices(sheets: Sheets) -> Sheets:
    """A household to be interviewed once more or that is due, the village and the privacy notice are chosen from lists,
    the notice is shown to be read out, the day of the interview is filled in, and the dwelling is placed by the phone
    instead of by typed degrees."""
    label = next(key for key in sheets.survey[2] if key.startswith("label"))
    survey: list[Row] = []
    for row in sheets.survey:
        match row.get("name"):
            case "area_code":
                survey += _second(label)
                survey += _due(label)
                survey.append(
                    row
                    | {"type": f"select_one_from_file {VILLAGES}.csv", "appearance": "autocomplete"}
                    # Whoever chooses a household has chosen its village.
                    | {"trigger": f"${{{DUE_CHOICE}}}, ${{{SECOND_CHOICE}}}", "calculation": _VILLAGE}
                )
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


def _of(list_name: str, choice: str, column: str) -> str:
    return f"instance('{list_name}')/root/item[name=${{{choice}}}]/{column}"


def _of_due(column: str) -> str:
    return _of(DUE, DUE_CHOICE, column)


_VILLAGE = f"if(${{{SECOND_CHOICE}}} != '', {_of(SECOND, SECOND_CHOICE, 'village_code')}, {_of_due('village_code')})"


def _second(label: str) -> list[Row]:
    """The household that somebody else interviewed, without a word of what it answered."""
    chosen = f"${{{SECOND_CHOICE}}} != ''"
    address = _of(SECOND, SECOND_CHOICE, "address")
    return [
        {
            "type": f"select_one_from_file {SECOND}.csv",
            "name": SECOND_CHOICE,
            label: "Is this a second interview? Choose its household. Leave empty for every other interview",
            "appearance": "autocomplete",
        },
        {"type": "calculate", "name": SECOND_TOLD, "calculation": f"if({chosen}, {address}, '')"},
        {
            "type": "note",
            "name": SECOND_NOTE,
            label: f"${{{SECOND_TOLD}}} Ask everything as if nobody had been there.",
            "relevant": chosen,
        },
    ]


def _due(label: str) -> list[Row]:
    """The household that is seen again, with the version that the phone's list knew of it."""
    parts = ("reference", "', '", "members", "' members, last seen '", "last_seen", "'. '", "address")
    told = ", ".join(part if part.startswith("'") else _of_due(part) for part in parts)
    chosen = f"${{{DUE_CHOICE}}} != ''"
    return [
        {
            "type": f"select_one_from_file {DUE}.csv",
            "name": DUE_CHOICE,
            label: "Which household that is due to be seen again? Leave empty for a new one",
            "appearance": "autocomplete",
            "relevant": f"${{{SECOND_CHOICE}}} = ''",
        },
        {"type": "calculate", "name": DUE_REFERENCE, "calculation": _of_due("reference")},
        {"type": "calculate", "name": DUE_VERSION, "calculation": _of_due("__version")},
        {"type": "calculate", "name": DUE_TOLD, "calculation": f"if({chosen}, concat({told}), '')"},
        {"type": "note", "name": DUE_NOTE, label: f"${{{DUE_TOLD}}}", "relevant": chosen},
    ]
