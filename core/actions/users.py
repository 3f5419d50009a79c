"""Making people who sign in, and ending what they may do."""

from datetime import datetime

from django.utils import timezone

from core import audit
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.acting import acting
from core.actions import appointments
from core.models import Appointment, User
from core.queries.access import guarded
from core.reader import languages


class NotOneself(Exception):
    """Somebody else has to do this to an account: nobody does it to their own."""


class NotActive(Exception):
    """The account is deactivated."""


class SecondAdministratorNeeded(Exception):
    """This person holds a sensitive role: one administrator asks for the link, another one gives it."""


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


def expect_new_password(*, user_id: int, reason: str, actor: Actor, at: datetime) -> User:
    """Forget the password, so that the person chooses one by a one-time link; earlier links and sessions end at once.

    Links and sessions are signed with the stored password, so forgetting it ends them; the person notices. Each call
    ends the links given before. Locks the user.

    Raises:
        NotPermitted: the actor may not keep this person's appointments.
        NotOneself: it is the actor's own account.
        NotActive: the account is deactivated.
        SecondAdministratorNeeded: the person holds a guarded role (``core.actions.password_links``).
    """
    with acting(actor=actor, at=at, reason=reason):
        user = locked(user_id=user_id, actor=actor)
        if guarded(user_id=user.pk, on=timezone.localdate(at)):
            raise SecondAdministratorNeeded(SecondAdministratorNeeded.__doc__)
        forget_password(user)
    return user


def forget_password(user: User) -> None:
    """End password, sessions and earlier links of a locked account, in the caller's act.

    Raises:
        NotActive: the account is deactivated.
    """
    if not user.is_active:
        raise NotActive("This account is deactivated. Activate it first.")
    user.set_unusable_password()
    user.save(update_fields=["password"])
    audit.record("user.expect_new_password", subject_type="user", subject_id=user.pk)


class NotOffered(Exception):
    """The country pack has no texts in this language."""


def choose_language(*, language: str, actor: Actor, at: datetime) -> User:
    """Choose in which language one reads questions and messages; empty: the site's. A repeat writes nothing.

    Raises:
        NotPermitted: nobody is signed in.
        NotOffered: there are no texts in this language.
    """
    if actor.user_id is None:
        raise NotPermitted(sentence="Only who is signed in chooses a language.")
    if language and language not in languages():
        raise NotOffered(NotOffered.__doc__)
    with acting(actor=actor, at=at):
        user = User.objects.select_for_update(of=("self",)).get(pk=actor.user_id)
        if user.language != language:
            user.language = language
            user.save(update_fields=["language"])
            audit.record("user.language", subject_type="user", subject_id=user.pk, details={"language": language})
    return user


def deactivate(*, user_id: int, reason: str, actor: Actor, at: datetime) -> User:
    """Close an account: its sessions, links and appointments end at once. Locks the user; a repeat writes nothing.

    Raises:
        NotPermitted: the actor may not keep this person's appointments.
        NotOneself: it is the actor's own account.
    """
    with acting(actor=actor, at=at, reason=reason):
        user = locked(user_id=user_id, actor=actor)
        if not user.is_active:
            return user
        ended = appointments.end_all(user_id=user.pk, actor=actor, at=at, reason=reason)
        user.is_active = False
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
        audit.record("user.deactivate", subject_type="user", subject_id=user.pk, details={"appointments": ended})
    return user


def reactivate(*, user_id: int, reason: str, actor: Actor, at: datetime) -> User:
    """Open a closed account again: without a role, without a password. Locks the user; a repeat writes nothing.

    Raises:
        NotPermitted: the actor may not keep appointments.
        NotOneself: it is the actor's own account.
    """
    with acting(actor=actor, at=at, reason=reason):
        user = locked(user_id=user_id, actor=actor)
        if user.is_active:
            return user
        user.is_active = True
        user.save(update_fields=["is_active"])
        audit.record("user.reactivate", subject_type="user", subject_id=user.pk)
    return user


def locked(*, user_id: int, actor: Actor, permission: Permission = Permission.ACCESS_PROPOSE) -> User:
    """The user's row, locked, if the actor holds every place where this person has a role or is to receive one.

    Raises:
        NotPermitted: one of them lies outside the places that the actor holds.
        NotOneself: it is the actor's own account.
    """
    actor.require(permission)
    if user_id == actor.user_id:
        raise NotOneself("Another administrator has to do this to your account.")
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    require_over_all(user_id=user_id, actor=actor, permission=permission)
    return user


def require_over_all(*, user_id: int, actor: Actor, permission: Permission = Permission.ACCESS_PROPOSE) -> None:
    """Raises: NotPermitted: somewhere this person has a role, or is to receive one, and the actor holds it not."""
    live = [Appointment.Status.PROPOSED, Appointment.Status.IN_FORCE]
    for appointment in Appointment.objects.filter(user_id=user_id, status__in=live).select_related("scope__area"):
        appointments.require_over(appointment.scope, permission=permission, actor=actor)
