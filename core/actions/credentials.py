"""What giving and ending the sign-in of a phone and the token of a partner system have in common."""

from __future__ import annotations

from datetime import datetime

from core import audit
from core.access.actor import Actor
from core.models.credential import Credential


class NotToOneself(Exception):
    """Nobody gives themselves a sign-in: somebody else has to."""


class ExpiresTooEarly(Exception):
    """A sign-in has to end later than now."""


class GivenAlready(Exception):
    """This sign-in was given already, and its secret is shown once. Give a new one."""


def require_later(expires_at: datetime, at: datetime) -> None:
    """Raises: ExpiresTooEarly: it would have ended already."""
    if expires_at <= at:
        raise ExpiresTooEarly(ExpiresTooEarly.__doc__)


def require_another(user_id: int, actor: Actor) -> None:
    """Raises: NotToOneself: it would be the actor's own."""
    if user_id == actor.user_id:
        raise NotToOneself(NotToOneself.__doc__)


def end(credential: Credential, *, action: str, kind: str, actor: Actor, at: datetime) -> None:
    """End a locked sign-in at once, in the caller's act; a repeat writes nothing."""
    if credential.revoked_at is None:
        credential.revoked_at, credential.revoked_by_id = at, actor.user_id
        credential.save(update_fields=["revoked_at", "revoked_by"])
        audit.record(action, subject_type=kind, subject_id=credential.pk)
