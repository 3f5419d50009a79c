"""Whether phones can load a draft, asked once for each of its states."""

from __future__ import annotations

from django.conf import settings

from core.reader import languages
from registry.models import QuestionnaireVersion
from registry.questionnaire.problems import problems
from registry.xlsform.validate import Verdict, find_java, judge

_MOST = 50
_KNOWN: dict[tuple[str, str, str], Verdict] = {}


def verdict(version: QuestionnaireVersion) -> Verdict | None:
    """What pyxform, and ODK Validate where there is a Java, say of the form; nothing for a draft with troubles.

    The first time for a state of a draft takes as long as a Java takes to start: some seconds.
    """
    if problems(version.content):
        return None
    java = _java()
    key = (version.code, version.digest, java)
    if key in _KNOWN:
        return _KNOWN[key]
    found = judge(version.content, languages=languages(), java=java)
    if found.validated or not java:  # else it did not end: the next time it is asked again
        if len(_KNOWN) >= _MOST:
            _KNOWN.clear()
        _KNOWN[key] = found
    return found


def _java() -> str:
    told: str = settings.ODK_VALIDATE_JAVA
    return find_java() if told == "auto" else told
