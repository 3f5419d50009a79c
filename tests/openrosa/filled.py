"""Filled-in forms as a phone writes and sends them."""

from typing import Any
from uuid import uuid4

from lxml import etree

from registry.models import QuestionnaireVersion
from registry.questionnaire import QuestionType, read

BOUNDARY = "----phone-boundary-71"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
ORX = "http://openrosa.org/xforms"


def xml_of(
    payload: dict[str, Any],
    *,
    version: QuestionnaireVersion | None = None,
    instance_id: str = "",
    deprecated_id: str = "",
) -> bytes:
    """The household of a payload as the form of a version tells it: questions in the groups of their sections."""
    version = version or QuestionnaireVersion.objects.get(status="published")
    questions = read(version.content).by_code
    root = etree.Element("data", {"id": "household_registration", "version": version.code})
    etree.SubElement(root, "started_at").text = "2026-08-03T09:12:00.000+02:00"
    etree.SubElement(root, "device").text = "collect:abc123"
    _group(etree.SubElement(root, "household"), payload["household"], questions)
    for member in payload["members"]:
        _group(etree.SubElement(root, "members"), member | {"age": "30", "counts": "yes"}, questions)
    meta = etree.SubElement(root, f"{{{ORX}}}meta", nsmap={"orx": ORX})
    etree.SubElement(meta, f"{{{ORX}}}instanceID").text = instance_id or f"uuid:{uuid4()}"
    if deprecated_id:
        etree.SubElement(meta, f"{{{ORX}}}deprecatedID").text = deprecated_id
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


def body_of(
    xml: bytes | None, *files: tuple[str, bytes], name: str = "xml_submission_file", whole: bool = True
) -> bytes:
    """A post as Collect makes it: the form, and files under their own names."""
    parts = [(name, "submission.xml", "text/xml", xml)] if xml is not None else []
    parts += [(file, file, "image/jpeg", content) for file, content in files]
    said = b"".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{part}"; filename="{file}"\r\n'.encode()
        + f"Content-Type: {kind}\r\n\r\n".encode()
        + content
        + b"\r\n"
        for part, file, kind, content in parts
    )
    return said + (f"--{BOUNDARY}--\r\n".encode() if whole else b"")
