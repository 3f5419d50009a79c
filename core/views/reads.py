"""The log of who saw whom, as pages write it."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils import timezone

from core import audit
from core.access.web import actor_of_request


def saw_households(request: HttpRequest, page: str, household_ids: Sequence[int]) -> None:
    """Log that whoever asks sees these households; called before the answer leaves, which is refused if this fails."""
    audit.read(
        actor=actor_of_request(request),
        at=timezone.now(),
        page=page,
        subject_type="household",
        subject_ids=household_ids,
    )
