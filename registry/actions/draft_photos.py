"""Photographs uploaded into a draft at the desk: kept with it, for good once it is sent, and forgotten with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from core import audit, files
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting
from core.models import StoredFile
from registry.actions.drafts import NotADraft, one_at_a_time, own, require_draft
from registry.models import Photo, Submission, SubmissionPhoto
from registry.photographs import NotAPhotograph, require_photograph, rewritten
from registry.queries import photos, reviews

MOST = 60
LARGEST = 15 * 1024 * 1024


class TooManyPhotos(Exception):
    """There are more photographs in this draft than any registration asks for."""


def keep(*, draft_uuid: UUID, number: UUID, name: str, content: bytes, actor: Actor, at: datetime) -> UUID:
    """Keep a photograph for an answer of the actor's own draft; returns the number that the answer then gives.

    It is decoded and written anew: nothing else that the file held (place, time, camera, whatever hides behind the
    picture) is kept. ``number`` is the new photograph's; the same picture again keeps the number that it has. It is
    erased with the draft, unless it is sent (``keep_for_good``).

    Raises:
        NotPermitted: the actor may not register households, or it is somebody else's draft.
        NotADraft: it was sent or discarded, or there is none.
        NotAPhotograph: it is too large, no JPEG or PNG by its bytes, or cannot be decoded.
        TooManyPhotos: the draft holds ``MOST`` already.
    """
    actor.require(Permission.REGISTRY_REGISTER)
    if len(content) > LARGEST:
        raise NotAPhotograph(f"This photograph is larger than {LARGEST >> 20} MB, so it was not taken.")
    require_photograph(name, content)
    copy = rewritten(content)
    if copy is None:
        raise NotAPhotograph("This photograph is damaged or far too large, so it was not taken. Take it again.")
    with acting(actor=actor, at=at):
        one_at_a_time(draft_uuid)
        draft = own(draft_uuid, actor)
        if draft is None:
            raise NotADraft("There is no draft to put a photograph into.")
        require_draft(draft)
        known = _live(draft).filter(photo__shown__sha256=files.digest_of(copy)).first()
        if known is not None:
            return known.photo.uuid
        if draft.photos.count() >= MOST:
            raise TooManyPhotos(f"A registration holds at most {MOST} photographs.")
        file = files.store(copy, name="photo.jpg", kind="photo", at=at, retain_until=_last_day(at))
        photo = Photo.objects.create(uuid=number, original=file, shown=file, created_at=at, created_by_id=actor.user_id)
        SubmissionPhoto.objects.create(submission=draft, photo=photo)
        audit.record(
            "submission.photo", subject_type="submission", subject_id=draft.pk, digest=bytes.fromhex(file.sha256)
        )
    return number


def carry(corrects: UUID, draft: Submission, actor: Actor) -> None:
    """What came along with the actor's own earlier submission comes along with the draft that corrects it."""
    earlier = own(corrects, actor)
    if earlier is not None:
        SubmissionPhoto.objects.bulk_create(
            SubmissionPhoto(submission=draft, photo=one.photo) for one in _live(earlier)
        )


def keep_longer(draft: Submission, *, at: datetime) -> None:
    """The draft is kept from now on anew, and so are its photographs."""
    _of(draft).filter(retain_until__lt=_last_day(at)).update(retain_until=_last_day(at))


def keep_for_good(draft: Submission, payload: Mapping[str, Any]) -> None:
    """The draft is sent: the photographs that it names stay with it; those that were replaced are erased in time."""
    texts = [payload.get("household") or {}, *(payload.get("members") or [])]
    named = {text for row in texts for text in row.values() if isinstance(text, str)}
    wanted = [one.photo.shown_id for one in _live(draft) if str(one.photo.uuid) in named]
    if wanted:
        StoredFile.objects.filter(pk__in=wanted).update(retain_until=None)


def let_go(draft: Submission, *, at: datetime) -> None:
    """The draft is given up: what was kept for it alone is erased by the next sweep."""
    _of(draft).update(retain_until=timezone.localdate(at) - timedelta(days=1))


def _of(draft: Submission) -> Any:
    """Files that are kept for this draft alone: what came along with a submission has no last day."""
    wanted = SubmissionPhoto.objects.filter(submission=draft).values("photo__shown")
    return StoredFile.objects.filter(pk__in=wanted, retain_until__isnull=False)


def _live(submission: Submission) -> Any:
    return photos.came_with(submission=submission).select_related("photo").order_by("pk")


def _last_day(at: datetime) -> Any:
    return timezone.localdate(at) + timedelta(days=reviews.standard().draft_days + 1)


__all__ = [
    "LARGEST",
    "NotADraft",
    "NotAPhotograph",
    "TooManyPhotos",
    "carry",
    "keep",
    "keep_for_good",
    "keep_longer",
    "let_go",
]
