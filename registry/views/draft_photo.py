"""A photograph of one's own draft, while it is still a draft."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from registry.queries import photos
from registry.views.access import needs
from registry.views.photos import picture
from registry.views.register import REGISTER, the_draft


@require_safe
@needs(REGISTER)
def draft_photo(request: HttpRequest, uuid: UUID, number: UUID) -> HttpResponseBase:
    """Shown to who uploaded it, through the draft that it came along with."""
    draft = the_draft(request, uuid)
    if str(number) not in photos.of_draft(submission=draft.submission):
        raise Http404
    return picture(str(number))
