"""Showing a photograph: only the copy that was written anew, only through the record that names it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.http import FileResponse, Http404

from core import files
from registry.queries import photos
from registry.queries.questionnaires import Section

Answers = Mapping[str, Any]


def addresses(told: Iterable[tuple[tuple[Section, ...], Answers]], address: Callable[[str], str]) -> dict[str, str]:
    """The address of each photograph of these answers that can be shown."""
    named = {number for sections, answers in told for number in photos.named(sections, answers)}
    return {number: address(number) for number in photos.showable(named)}


def shown(number: str, told: Iterable[tuple[tuple[Section, ...], Answers]]) -> FileResponse:
    """The picture, if one of these answers names it."""
    if not any(number in photos.named(*one) for one in told):
        raise Http404
    return picture(number)


def picture(number: str) -> FileResponse:
    """The picture of this number, which the caller may show. Nothing else in it can run, and no browser keeps it."""
    found = photos.photo(number)
    if found is None or found.shown is None:
        raise Http404
    try:
        path = files.stored_path(found.shown)
    except files.FileGone:
        raise Http404 from None
    response = FileResponse(path.open("rb"), content_type=found.shown.media_type)
    response["Content-Disposition"] = 'inline; filename="photo.jpg"'
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
