"""What drafts of the questionnaire and of the privacy notice are refused for, and how both are held against it."""

from __future__ import annotations

from core.access.actor import Actor
from registry.models.questionnaire import Drafted


class VersionTaken(Exception):
    """There is a version of this code already."""


class NotADraftVersion(Exception):
    """Only a draft can be changed, published or given up."""


class DraftChanged(Exception):
    """Somebody changed this draft since you opened it. Look at it again."""


class SameEditor(Exception):
    """You changed this draft last, so somebody else must publish it."""


def require_seen(digest: str, seen_digest: str) -> None:
    """Raises: DraftChanged: the draft is not the one that was seen."""
    if digest != seen_digest:
        raise DraftChanged(DraftChanged.__doc__)


def require_another(draft: Drafted, actor: Actor) -> None:
    """Raises: SameEditor: the actor changed it last."""
    if draft.edited_by_id == actor.user_id:
        raise SameEditor(SameEditor.__doc__)
