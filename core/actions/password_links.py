"""A new link for somebody who holds a guarded role: one administrator asks for it, another one gives it.

The second one alone sees the link, once, and hands it to the person: whoever asked never holds it, and whoever holds it
could not have begun.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from core import audit
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.acting import acting
from core.actions.users import NotActive, forget_password, locked
from core.models import PasswordLink, User
from core.queries.access import guarded


class NotGuarded(Exception):
    """This person holds no sensitive role: one administrator gives the link."""


class NotWaiting(Exception):
    """This link does not wait for anybody: it was given or refused."""


class SameAdministrator(Exception):
    """You asked for this link, so another administrator has to give it."""


def ask(*, user_id: int, reason: str, actor: Actor, at: datetime) -> PasswordLink:
    """Ask for a new link; nothing ends before it is given. Locks the person; a repeat returns the one that waits.

    Raises:
        NotPermitted: the actor may not keep this person's appointments.
        NotOneself: it is the actor's own account.
        NotActive: the account is deactivated.
        NotGuarded: no second administrator is needed.
    """
    if actor.user_id is None:
        raise NotPermitted(sentence="A person has to ask for this, not the system.")
    with acting(actor=actor, at=at, reason=reason):
        user = locked(user_id=user_id, actor=actor)
        if not user.is_active:
            raise NotActive("This account is deactivated. Activate it first.")
        if not guarded(user_id=user.pk, on=timezone.localdate(at)):
            raise NotGuarded(NotGuarded.__doc__)
        if known := PasswordLink.objects.filter(user=user, status=PasswordLink.Status.ASKED).first():
            return known
        link = PasswordLink.objects.create(user=user, reason=reason, asked_by_id=actor.user_id, asked_at=at)
        _record("password_link.ask", link)
    return link


def give(*, link_id: int, actor: Actor, at: datetime) -> User:
    """Give the link as the second administrator: password, sessions and earlier links end at once.

    Returns the account, from which the link is reckoned. Locks the person, then the link.

    Raises:
        NotPermitted: the actor does not confirm appointments in every place where this person has a role.
        NotOneself: it is the actor's own account.
        SameAdministrator: the actor asked for it.
        NotWaiting: it was given or refused.
        NotActive: the account is deactivated.
    """
    with acting(actor=actor, at=at):
        link, user = _locked(link_id, actor)
        if link.asked_by_id == actor.user_id:
            raise SameAdministrator(SameAdministrator.__doc__)
        _decide(link, PasswordLink.Status.GIVEN, actor, at)
        forget_password(user)
        _record("password_link.give", link)
    return user


def refuse(*, link_id: int, reason: str, actor: Actor, at: datetime) -> PasswordLink:
    """Refuse a link, or take back one's own request. Locks the person, then the link; a repeat writes nothing.

    Raises:
        NotPermitted: the actor does not confirm appointments in every place where this person has a role.
        NotOneself: it is the actor's own account.
        NotWaiting: it was given.
    """
    with acting(actor=actor, at=at, reason=reason):
        link, _user = _locked(link_id, actor)
        if link.status == PasswordLink.Status.REFUSED:
            return link
        _decide(link, PasswordLink.Status.REFUSED, actor, at)
        _record("password_link.refuse", link)
    return link


def _locked(link_id: int, actor: Actor) -> tuple[PasswordLink, User]:
    of = PasswordLink.objects.get(pk=link_id)
    user = locked(user_id=of.user_id, actor=actor, permission=Permission.ACCESS_CONFIRM)
    return PasswordLink.objects.select_for_update(of=("self",)).get(pk=link_id), user


def _decide(link: PasswordLink, status: PasswordLink.Status, actor: Actor, at: datetime) -> None:
    if link.status != PasswordLink.Status.ASKED:
        raise NotWaiting(NotWaiting.__doc__)
    link.status, link.decided_by_id, link.decided_at = status, actor.user_id, at
    link.save(update_fields=["status", "decided_by", "decided_at"])


def _record(action: str, link: PasswordLink) -> None:
    audit.record(action, subject_type="user", subject_id=link.user_id, details={"link": link.pk})
