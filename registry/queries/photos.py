"""Photographs that answers name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from registry.models import Photo, Submission, SubmissionPhoto
from registry.queries.questionnaires import Section


def named(sections: Iterable[Section], answers: Mapping[str, Any]) -> set[str]:
    """The numbers of the photographs among these answers."""
    codes = [one.code for section in sections for one in section.questions if one.type == "photo"]
    return {str(answers[code]) for code in codes if answers.get(code)}


def showable(numbers: Iterable[str]) -> set[str]:
    """Those of them that there is a copy to show of. One statement."""
    wanted = [number for number in map(_uuid, numbers) if number is not None]
    if not wanted:
        return set()
    found = Photo.objects.filter(uuid__in=wanted, shown__isnull=False, shown__erased_at__isnull=True)
    return {str(number) for number in found.values_list("uuid", flat=True)}


def photo(number: str) -> Photo | None:
    """A photograph by its number; the caller has found it among answers that the actor may see."""
    uuid = _uuid(number)
    return Photo.objects.select_related("shown").filter(uuid=uuid).first() if uuid else None


def came_with(*, submission: Submission) -> QuerySet[SubmissionPhoto]:
    """The photographs that came along with a submission and are still kept; the caller checked who may see it."""
    return SubmissionPhoto.objects.filter(submission=submission, photo__shown__erased_at__isnull=True)


def of_draft(*, submission: Submission) -> set[str]:
    """The numbers that answers of a draft may give."""
    return {str(number) for number in came_with(submission=submission).values_list("photo__uuid", flat=True)}


def _uuid(number: str) -> UUID | None:
    try:
        return UUID(number)
    except ValueError:
        return None
