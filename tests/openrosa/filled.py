"""Filled-in forms as a phone writes and sends them."""

from typing import Any
from uuid import uuid4

from registry.models import QuestionnaireVersion
from registry.questionnaire import read
from registry.sample.phone import filled_in

BOUNDARY = "----phone-boundary-71"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def xml_of(
    payload: dict[str, Any],
    *,
    version: QuestionnaireVersion | None = None,
    instance_id: str = "",
    deprecated_id: str = "",
) -> bytes:
    """The household of a payload as the form of a version tells it; the published version unless another is given."""
    version = version or QuestionnaireVersion.objects.get(status="published")
    return filled_in(
        payload,
        questionnaire=read(version.content),
        version=version.code,
        instance_id=instance_id or f"uuid:{uuid4()}",
        deprecated_id=deprecated_id,
    )


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
