"""Machine clients: making their tokens, and ending them."""

import hashlib
import secrets
from datetime import datetime

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting
from core.models import ApiClient, User


class NotAMachine(Exception):
    """A token acts only as an account of its own, with which no person signs in."""


class ExpiresTooEarly(Exception):
    """A token has to end later than now."""


def create(*, name: str, user_id: int, expires_at: datetime, actor: Actor, at: datetime) -> tuple[ApiClient, str]:
    """Make a client that acts as this user; returns it with its token, which is shown this once and kept nowhere.

    Raises:
        NotPermitted: the actor may not propose appointments.
        NotAMachine: the account has a password or is deactivated.
        ExpiresTooEarly: the token would have ended already.
    """
    actor.require(Permission.ACCESS_PROPOSE)
    with acting(actor=actor, at=at):
        user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
        if user.has_usable_password() or not user.is_active:
            raise NotAMachine("A token acts only as an active account of its own, with which no person signs in.")
        if expires_at <= at:
            raise ExpiresTooEarly("A token has to end later than now.")
        public_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        client = ApiClient.objects.create(
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
        NotPermitted: the actor may not propose appointments.
        ApiClient.DoesNotExist: there is no such client.
    """
    actor.require(Permission.ACCESS_PROPOSE)
    with acting(actor=actor, at=at, reason=reason):
        client = ApiClient.objects.select_for_update(of=("self",)).get(public_id=public_id)
        if client.revoked_at is None:
            client.revoked_at, client.revoked_by_id = at, actor.user_id
            client.save(update_fields=["revoked_at", "revoked_by"])
            audit.record("api_client.revoke", subject_type="api_client", subject_id=client.pk)
    return client
