"""Messages of checks in the reader's language.

An issue keeps its message in English, as it was found. The questionnaire versions know it in the other languages; what
the register itself says (a date that cannot be read, a number that stands twice) is in the country pack's words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from core import own_words, reader
from registry.models import QuestionnaireVersion
from registry.queries.questionnaires import content


def translator() -> Callable[[str], str]:
    """From a message as it is kept to the reader's words. English readers ask the database nothing; others, once."""
    if reader.language() == "en":
        return str
    in_force = QuestionnaireVersion.objects.exclude(status=QuestionnaireVersion.Status.DRAFT)
    known = _messages(tuple(in_force.order_by("id").values_list("id", "digest")))
    own = own_words.words(reader.language())

    def said(message: str) -> str:
        if message in known:
            return reader.in_language(known[message])
        return own.message(message) if own else message

    return said


@lru_cache(maxsize=2)
def _messages(versions: tuple[tuple[int, str], ...]) -> dict[str, Mapping[str, str]]:
    """Texts by the English message; of two versions that translate one message, the newer one counts."""
    read = QuestionnaireVersion.objects.filter(pk__in=[pk for pk, _digest in versions]).order_by("id")
    return {one.message["en"]: one.message for version in read for one in content(version).checks}
