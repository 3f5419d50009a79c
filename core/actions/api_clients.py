"""Machine clients: making their tokens, and ending them."""

import hashlib
import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.roles import GUARDED, Role
from core.acting import acting
from core.actions import appointments, users
from core.actions.credentials import ExpiresTooEarly, GivenAlready, end, require_later
from core.api import usage
from core.models import ApiClient, User
from core.queries.access import guarded

__all__ = ["ExpiresTooEarly", "GivenAlready"]


class NotAMachine(Exception):
    """A token acts only as an account of its own, with which no person signs in."""


class AddressTaken(Exception):
    """Somebody has this e-mail address already: a system has an account of its own."""


class SensitiveRole(Exception):
    """This account holds a sensitive role, or is to receive one, and no token acts in such a role."""


def add_system(
    *,
    uuid: UUID,
    name: str,
    email: str,
    role: Role,
    area_id: int,
    programme_code: str,
    expires_at: datetime,
    reason: str,
    actor: Actor,
    at: datetime,
) -> tuple[ApiClient, str]:
    """Make an account for a partner system, its appointment and its first token, all or nothing.

    ``uuid`` is the form's one-time key.

    Raises:
        NotPermitted: the actor may not propose appointments there.
        GivenAlready: the same form came before.
        AddressTaken, SensitiveRole, ExpiresTooEarly, and what ``appointments.propose`` raises.
    """
    if role in GUARDED:
        raise SensitiveRole("No token acts in a sensitive role: it would act in it without anybody.")
    with acting(actor=actor, at=at, reason=reason):
        if ApiClient.objects.filter(uuid=uuid).exists():
            raise GivenAlready(GivenAlready.__doc__)
        if User.objects.filter(email__iexact=email).exists():
            raise AddressTaken(AddressTaken.__doc__)
        user = users.create(email=email, full_name=name, password=None, actor=actor, at=at)
        appointments.propose(
            user_id=user.pk,
            role=role,
            scope_id=appointments.scope_for(area_id=area_id, programme_code=programme_code).pk,
            starts_on=timezone.localdate(at),
            actor=actor,
            at=at,
            reason=reason,
        )
        return create(uuid=uuid, name=name, user_id=user.pk, expires_at=expires_at, actor=actor, at=at)


def create(
    *, name: str, user_id: int, expires_at: datetime, actor: Actor, at: datetime, uuid: UUID | None = None
) -> tuple[ApiClient, str]:
    """Make a client that acts as this user; returns it with its token, which is shown this once and kept nowhere.

    Raises:
        NotPermitted: the actor may not keep this account's appointments.
        NotOneself: it is the actor's own account.
        NotAMachine: the account has a password or is deactivated.
        SensitiveRole: the account holds a guarded role, or is to receive one, and a person gives the token.
        ExpiresTooEarly: the token would have ended already.
    """
    with acting(actor=actor, at=at):
        user = users.locked(user_id=user_id, actor=actor)
        if user.has_usable_password() or not user.is_active:
            raise NotAMachine(NotAMachine.__doc__)
        if not actor.is_system and guarded(user_id=user.pk, on=timezone.localdate(at), proposed=True):
            raise SensitiveRole(SensitiveRole.__doc__)
        require_later(expires_at, at)
        if uuid is not None and ApiClient.objects.filter(uuid=uuid).exists():
            raise GivenAlready(GivenAlready.__doc__)
        public_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        client = ApiClient.objects.create(
            uuid=uuid,
            name=name,
            public_id=public_id,
            secret_sha256=hashlib.sha256(secret.encode()).digest(),
            user=user,
            created_at=at,
            created_by_id=actor.user_id,
            expires_at=expires_at,
        )
        audit.record(
            "api_client.create",
            subject_type="api_client",
            subject_id=client.pk,
            details={"user": user.pk, "expires_at": expires_at},
        )
    return client, f"{public_id}.{secret}"


def revoke(*, public_id: str, reason: str, actor: Actor, at: datetime) -> ApiClient:
    """End a client's token at once. Locks the client; a repeat writes nothing.

    Raises:
        NotPermitted: the actor may not keep this account's appointments.
        ApiClient.DoesNotExist: there is no such client.
    """
    actor.require(Permission.ACCESS_PROPOSE)
    with acting(actor=actor, at=at, reason=reason):
        client = ApiClient.objects.select_for_update(of=("self",)).get(public_id=public_id)
        users.require_over_all(user_id=client.user_id, actor=actor)
        end(client, action="api_client.revoke", kind="api_client", actor=actor, at=at)
    return client


def note_use(*, actor: Actor, at: datetime) -> int:
    """Bring when tokens were last used and how many calls were refused up to date; returns how many rows changed."""
    changed = 0
    with acting(actor=actor, at=at):
        for client_id, seen in usage.taken(list(ApiClient.objects.order_by("id").values_list("id", flat=True))).items():
            values: dict[str, Any] = {"refused": F("refused") + seen.refused}
            if seen.last_used_at is not None:
                # The database's GREATEST passes over nothing: a first use counts.
                values["last_used_at"] = Greatest("last_used_at", Value(seen.last_used_at))
            changed += ApiClient.objects.filter(pk=client_id).update(**values)
    return changed
