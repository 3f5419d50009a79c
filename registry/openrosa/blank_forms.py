"""Blank forms: the versions that were published, as phones load them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from core.reader import languages
from registry.models import QuestionnaireVersion
from registry.openrosa.documents import md5_of
from registry.xlsform import FORM_ID, sheets_of
from registry.xlsform.devices import for_devices
from registry.xlsform.xform import to_xform

__all__ = ["FORM_ID", "BlankForm", "blank_form", "published"]


@dataclass(frozen=True, slots=True)
class BlankForm:
    """A version as an XForm."""

    version: str
    name: str
    xml: bytes
    md5: str


@dataclass(frozen=True, slots=True)
class _Content:
    """A version's data under its digest: equal digests give equal forms, so the form is made once a process."""

    digest: str
    code: str
    data: dict[str, Any] = field(compare=False)


def published(*, retired: bool = False) -> list[QuestionnaireVersion]:
    """The version in force; with ``retired`` also those that were, newest first."""
    wanted = [QuestionnaireVersion.Status.PUBLISHED, *([QuestionnaireVersion.Status.RETIRED] if retired else [])]
    return list(QuestionnaireVersion.objects.filter(status__in=wanted).order_by("-id"))


def by_code(code: str) -> QuestionnaireVersion | None:
    """A version that is or was in force."""
    return next((one for one in published(retired=True) if one.code == code), None)


def blank_form(version: QuestionnaireVersion) -> BlankForm:
    """The form of a version.

    Raises:
        XFormError: it cannot be made.
    """
    return _made(_Content(version.digest, version.code, version.content))


@lru_cache(maxsize=16)
def _made(content: _Content) -> BlankForm:
    sheets = for_devices(sheets_of(content.data, languages=languages()))
    xml = to_xform(sheets).encode()
    return BlankForm(content.code, str(sheets.settings[0]["form_title"]), xml, md5_of(xml))
