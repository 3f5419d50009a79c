"""Photographs uploaded at the desk: kept with the draft before its page is read, so that no error loses them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils import timezone

from registry.actions import draft_photos
from registry.forms.texts import Asked, TextsForm
from registry.queries import photos
from registry.views.access import actor_of
from registry.views.steps import Draft


@dataclass(slots=True)
class Posted:
    """What a page sent, photographs by their numbers; ``faults`` says by field why one was not taken."""

    data: Any = None
    faults: dict[str, str] = field(default_factory=dict)

    def note(self, form: TextsForm) -> None:
        """Say at their fields which photographs were not taken."""
        for name, sentence in self.faults.items():
            form.errors.pop(name, None)  # that it is missing follows from this
            form.add_error(name, sentence)


def address_of(draft: Draft) -> Callable[[str], str]:
    """Where a photograph of this draft is shown."""
    return lambda number: draft.url("draft_photo", number) if _is_number(number) else ""


def posted(request: HttpRequest, draft: Draft, asked: Iterable[Asked]) -> Posted:
    """What was sent, if something was: each photograph kept, a number that is not this draft's taken out."""
    if request.method != "POST":
        return Posted()
    wanted = [one.name for one in asked if one.kind == "photo"]
    found = Posted(request.POST)
    if not wanted:
        return found
    found.data = request.POST.copy()
    for name in wanted:
        if file := request.FILES.get(f"{name}_file"):
            try:
                found.data[name] = str(_kept(request, draft, file))
                found.data.pop(f"{name}_remove", None)
            except (draft_photos.NotAPhotograph, draft_photos.TooManyPhotos) as error:
                found.faults[name] = str(error)
    known = photos.of_draft(submission=draft.submission)
    for name in wanted:
        if found.data.get(name, "") not in known:
            found.data[name] = ""
    return found


def _kept(request: HttpRequest, draft: Draft, file: UploadedFile) -> UUID:
    # One byte more than is taken: what is too large is refused, and never read whole.
    content = file.read(draft_photos.LARGEST + 1)
    return draft_photos.keep(
        draft_uuid=draft.uuid,
        number=uuid4(),
        name=file.name or "",
        content=content,
        actor=actor_of(request),
        at=timezone.now(),
    )


def _is_number(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
