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
from core.models import DeviceSignIn, User
from core.queries.access import actor_of

# Without letters and digits that are taken for one another.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class NotToOneself(Exception):
    """Somebody else has to give you a phone's sign-in."""


class CollectsNowhere(Exception):
    """A phone's sign-in is for an active person with an appointment to register households in your places."""


class ExpiresTooEarly(Exception):
    """A phone's sign-in has to end later than now."""


class GivenAlready(Exception):
    """This sign-in was given already, and its password is shown once. Give a new one."""


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
        if expires_at <= at:
            raise ExpiresTooEarly(ExpiresTooEarly.__doc__)
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
        if device.revoked_at is None:
            device.revoked_at, device.revoked_by_id = at, actor.user_id
            device.save(update_fields=["revoked_at", "revoked_by"])
            audit.record("device.revoke", subject_type="device", subject_id=device.pk)
    return device


def _require_collector(user: User, actor: Actor, at: datetime) -> None:
    if user.pk == actor.user_id:
        raise NotToOneself(NotToOneself.__doc__)
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
