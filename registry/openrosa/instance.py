"""A filled-in form: safe reading of its XML, and the household that it tells of. Pure: no Django.

Source: OpenRosa metadata (``instanceID``, ``deprecatedID``, ``deviceID``); ODK XForms (repeats, select values).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from registry.intake.columns import SEVERAL_SEPARATOR
from registry.intake.vocabulary import Level
from registry.questionnaire import Questionnaire, QuestionType
from registry.xlsform.core_rows import CALCULATED, HOUSEHOLD, MEMBERS
from registry.xlsform.devices import (
    DUE_CHOICE,
    DUE_NOTE,
    DUE_REFERENCE,
    DUE_TOLD,
    DUE_VERSION,
    NOTICE_TEXT,
    POINT,
    SECOND_CHOICE,
    SECOND_NOTE,
    SECOND_TOLD,
)
from registry.xlsform.writing import SECTION

LARGEST = 1024 * 1024
LONGEST_ID = 249
_NOT_TOLD = frozenset(CALCULATED) - {"person_no"} | {NOTICE_TEXT, f"{NOTICE_TEXT}_found"}
_NOT_TOLD |= {DUE_CHOICE, DUE_TOLD, DUE_NOTE, SECOND_TOLD, SECOND_NOTE}


class UnreadableForm(Exception):
    """This is not a filled-in form: a sentence for the person with the phone."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A filled-in form; ``root`` holds the answers."""

    form_id: str
    version: str
    instance_id: str
    deprecated_id: str
    device_id: str
    root: etree._Element


def parse(xml: bytes) -> Instance:
    """Read the XML without ever expanding, loading or following anything.

    Raises:
        UnreadableForm: it is too large, not UTF-8, declares entities, is not XML, or has no instance number.
    """
    if len(xml) > LARGEST:
        raise UnreadableForm(f"A form is at most {LARGEST // 1024} KiB of XML.")
    try:
        text = xml.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableForm("The form is not written in UTF-8.") from None
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnreadableForm("The form declares entities, which no form does.")
    # Depth and size are limited by the library where huge_tree is off.
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(re.sub(r"\A\s*<\?xml[^>]*\?>", "", text).encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise UnreadableForm("The form is not XML that can be read.") from None
    meta = next((child for child in root if _name(child) == "meta"), None)
    told = {_name(child): _text(child) for child in meta} if meta is not None else {}
    found = Instance(
        form_id=(root.get("id") or etree.QName(root).namespace or "").strip(),
        version=(root.get("version") or "").strip(),
        instance_id=told.get("instanceID", ""),
        deprecated_id=told.get("deprecatedID", ""),
        device_id=(told.get("deviceID") or next((_text(one) for one in root if _name(one) == "device"), ""))[
            :LONGEST_ID
        ],
        root=root,
    )
    if not found.instance_id:
        raise UnreadableForm("The form has no instance number (instanceID).")
    if max(len(found.instance_id), len(found.deprecated_id)) > LONGEST_ID:
        raise UnreadableForm(f"The form's instance number is longer than {LONGEST_ID} characters.")
    return found


def payload_of(instance: Instance, version: Questionnaire) -> dict[str, Any]:
    """The household as every door tells it: texts by column. ``file`` holds, as in a file of a survey made anew, which
    registered household was chosen from the phone's list, and the version that the list knew. ``second`` names the
    second interview that this is, and then it is nothing else."""
    several = {one.code for one in version.questions if one.type is QuestionType.CHOICES}
    household: dict[str, str] = {}
    members: list[dict[str, str]] = []
    for child in instance.root:
        if _name(child) == HOUSEHOLD:
            household |= _columns(child, several)
        elif _name(child) == MEMBERS:
            members.append(_columns(child, several))
    point = household.pop(POINT, "").split()
    if len(point) >= 2:
        household |= {"latitude": point[0][:20], "longitude": point[1][:20]}
    reference, version_seen = household.pop(DUE_REFERENCE, ""), household.pop(DUE_VERSION, "")
    told: dict[str, Any] = {"household": household, "members": members}
    if second := household.pop(SECOND_CHOICE, ""):
        return told | {"second": second}
    if not reference:
        return told
    return told | {"file": {"household": {"household_reference": reference, "based_on_version": version_seen}}}


def photos_of(payload: Mapping[str, Any], version: Questionnaire) -> Iterator[tuple[dict[str, str], str, str]]:
    """Each photograph that was taken: the row that holds it, the question, the file's name."""
    for level, rows in ((Level.HOUSEHOLD, [payload["household"]]), (Level.PERSON, payload["members"])):
        codes = [one.code for one in version.of(level) if one.type is QuestionType.PHOTO]
        for row in rows:
            for code in codes:
                if name := file_name(row.get(code, "")):
                    yield row, code, name


def file_name(told: str) -> str:
    """A file's own name, without folders, as both ends may write it."""
    return told.replace("\\", "/").rpartition("/")[2].strip()[:200]


def _columns(group: etree._Element, several: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for leaf in _leaves(group):
        name, text = _name(leaf), _text(leaf)
        if name in _NOT_TOLD or (name.startswith(SECTION) and not text):  # a heading over nothing
            continue
        found[name] = SEVERAL_SEPARATOR.join(text.split()) if name in several else text
    return found


def _leaves(group: etree._Element) -> Iterator[etree._Element]:
    """What holds a text: groups are only headings."""
    for child in group:
        if len(child):
            yield from _leaves(child)
        else:
            yield child


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()
