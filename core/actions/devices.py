"""Phones' sign-ins: giving them, and ending them."""

import secrets
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from core import audit
from core.access import http_digest
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.acting import acting
from core.actions.credentials import ExpiresTooEarly, GivenAlready, NotToOneself, end, require_another, require_later
from core.models import DeviceSignIn, User
from core.queries.access import actor_of

__all__ = ["ExpiresTooEarly", "GivenAlready", "NotToOneself"]

# Without letters and digits that are taken for one another.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class CollectsNowhere(Exception):
    """A phone's sign-in is for an active person with an appointment to register households in your places."""


def give(
    *, uuid: UUID, name: str, user_id: int, expires_at: datetime, actor: Actor, at: datetime
) -> tuple[DeviceSignIn, str]:
    """Give a person a sign-in for a phone; returns it with its password, which is shown this once and kept nowhere.

    ``uuid`` is the form's one-time key. Locks the person.

    Raises:
        NotPermitted: the actor does not keep phones, or not in every place where this person registers.
        NotToOneself: the person is the actor.
        CollectsNowhere: the person is deactivated or registers nowhere.
        ExpiresTooEarly: it would have ended already.
        GivenAlready: the same form came before.
    """
    actor.require(Permission.REGISTRY_DEVICES)
    with acting(actor=actor, at=at):
        user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
        _require_collector(user, actor, at)
        require_later(expires_at, at)
        if DeviceSignIn.objects.filter(uuid=uuid).exists():
            raise GivenAlready(GivenAlready.__doc__)
        username, password = _letters(8), "-".join(_letters(5) for _ in range(5))
        md5, sha256 = (
            bytes.fromhex(http_digest.ha1(algorithm, username=username, password=password))
            for algorithm in ("MD5", "SHA-256")
        )
        device = DeviceSignIn.objects.create(
            uuid=uuid,
            name=name,
            username=username,
            ha1_md5=md5,
            ha1_sha256=sha256,
            user=user,
            created_at=at,
            created_by_id=actor.user_id,
            expires_at=expires_at,
        )
        audit.record(
            "device.give",
            subject_type="device",
            subject_id=device.pk,
            details={"user": user.pk, "expires_at": expires_at},
        )
    return device, password


def revoke(*, device_id: int, reason: str, actor: Actor, at: datetime) -> DeviceSignIn:
    """End a phone's sign-in at once. Locks it; a repeat writes nothing.

    What the phone sent before stays; what it still holds has to be sent under a new sign-in.

    Raises:
        NotPermitted: the actor does not keep phones in any place of this person.
        DeviceSignIn.DoesNotExist: there is no such sign-in.
    """
    actor.require(Permission.REGISTRY_DEVICES)
    with acting(actor=actor, at=at, reason=reason):
        device = DeviceSignIn.objects.select_for_update(of=("self",)).get(pk=device_id)
        places = _places_of(device.user_id, at)
        if places and not any(actor.may_in(Permission.REGISTRY_DEVICES, area_path=path) for path in places):
            raise NotPermitted(Permission.REGISTRY_DEVICES)
        end(device, action="device.revoke", kind="device", actor=actor, at=at)
    return device


def _require_collector(user: User, actor: Actor, at: datetime) -> None:
    require_another(user.pk, actor)
    places = _places_of(user.pk, at)
    if not user.is_active or not places:
        raise CollectsNowhere(CollectsNowhere.__doc__)
    for path in places:
        actor.require_in(Permission.REGISTRY_DEVICES, area_path=path)


def _places_of(user_id: int, at: datetime) -> list[str]:
    """Where this person may register today."""
    person = actor_of(user_id=user_id, on=timezone.localdate(at))
    return [grant.area_path for grant in person.grants.get(Permission.REGISTRY_REGISTER, ())]


def _letters(count: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(count))
