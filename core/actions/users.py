"""Making people who sign in."""

from datetime import datetime

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting
from core.models import User


def create(*, email: str, full_name: str, password: str | None, actor: Actor, at: datetime) -> User:
    """Make a user who may do nothing yet; a user of the same e-mail address is returned as they are.

    Raises:
        NotPermitted: the actor may not propose appointments.
    """
    actor.require(Permission.ACCESS_PROPOSE)
    with acting(actor=actor, at=at):
        if known := User.objects.filter(email__iexact=email).first():
            return known
        user = User(email=email.lower(), full_name=full_name, created_at=at)
        if password is None:
            user.set_unusable_password()
        else:
            user.set_password(password)
        user.save(force_insert=True)
        audit.record("user.create", subject_type="user", subject_id=user.pk)
    return user
