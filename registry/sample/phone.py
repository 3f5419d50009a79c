"""A household as a phone of the field team tells it: the filled-in form of ODK Collect. Pure."""

from typing import Any

from lxml import etree

from registry.questionnaire import Questionnaire, QuestionType

_ORX = "http://openrosa.org/xforms"


def filled_in(
    payload: dict[str, Any], *, questionnaire: Questionnaire, version: str, instance_id: str, deprecated_id: str = ""
) -> bytes:
    """The form of a version as XML, with the questions in the groups of their sections.

    ``instance_id`` is the form's own, such as ``uuid:…``; ``deprecated_id`` that of the form which it corrects.
    """
    questions = questionnaire.by_code
    root = etree.Element("data", {"id": "household_registration", "version": version})
    etree.SubElement(root, "started_at").text = "2026-08-03T09:12:00.000+02:00"
    etree.SubElement(root, "device").text = "collect:abc123"
    _group(etree.SubElement(root, "household"), payload["household"], questions)
    for member in payload["members"]:
        _group(etree.SubElement(root, "members"), member | {"age": "30", "counts": "yes"}, questions)
    meta = etree.SubElement(root, f"{{{_ORX}}}meta", nsmap={"orx": _ORX})
    etree.SubElement(meta, f"{{{_ORX}}}instanceID").text = instance_id
    if deprecated_id:
        etree.SubElement(meta, f"{{{_ORX}}}deprecatedID").text = deprecated_id
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _group(group: etree._Element, row: dict[str, str], questions: dict[str, Any]) -> None:
    sections: dict[str, etree._Element] = {}
    for name, text in row.items():
        question = questions.get(name)
        place = group
        if question is not None:
            section = f"section_{question.section}"
            if section not in sections:
                sections[section] = etree.SubElement(group, section)
            place = sections[section]
            if question.type is QuestionType.CHOICES:
                text = text.replace(";", " ")
        # XML knows no control characters: an app cannot send one.
        etree.SubElement(place, name).text = "".join(c for c in text if c.isprintable())
