"""How a program signs in: a bearer token of its own, or the session of a page."""

import hashlib
import hmac
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from core import statements
from core.access.actor import Actor, public
from core.access.roles import GUARDED
from core.api import usage
from core.models import ApiClient, User
from core.queries.access import ACTOR_OF_CLIENT, actor_from

_GUARDED = frozenset(role.value for role in GUARDED)
_NOT_VALID = "This token is not valid, has expired or was revoked."


# The client and its user, with what the user may do today: read anew for each call, by one statement.
_CLIENT = f"""
SELECT u.id, u.full_name, u.is_active, client.id, client.user_id, client.created_by_id, client.expires_at,
    client.revoked_at, client.secret_sha256, held.*
FROM core_apiclient client JOIN core_user u ON u.id = client.user_id CROSS JOIN LATERAL ({ACTOR_OF_CLIENT}) held
WHERE client.public_id = %(public)s
"""


# In the order of the models' fields.
_OF_USER = ("id", "full_name", "is_active")
_OF_CLIENT = ("id", "user_id", "created_by_id", "expires_at", "revoked_at", "secret_sha256")


def _client(public_id: str, request_id: str) -> tuple[ApiClient, Actor] | None:
    """The client with this public number and its user, as far as is asked here, and the actor that the user is."""
    if "\0" in public_id:
        return None  # PostgreSQL knows no such character
    rows = statements.look_up(_CLIENT, {"public": public_id, "on": timezone.localdate()})
    if not rows:
        return None
    client = ApiClient.from_db(DEFAULT_DB_ALIAS, _OF_CLIENT, rows[0][3:9])
    client.user = User.from_db(DEFAULT_DB_ALIAS, _OF_USER, rows[0][:3])
    return client, actor_from([row[9:] for row in rows], user_id=client.user_id, request_id=request_id)


class TokenSignIn(BaseAuthentication):
    """``Authorization: Bearer <public id>.<secret>``: the client acts as its user, with that user's appointments."""

    def authenticate(self, request: Request) -> tuple[User, ApiClient] | None:
        scheme, _, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        public_id, _, secret = token.strip().partition(".")
        page = request._request
        found = _client(public_id, getattr(page, "request_id", ""))
        digest = hashlib.sha256(secret.encode()).digest()
        if found is None:
            raise AuthenticationFailed(_NOT_VALID)
        client, actor = found
        if (
            not hmac.compare_digest(bytes(client.secret_sha256), digest)
            or client.revoked_at is not None
            or client.expires_at <= timezone.now()
            or not client.user.is_active
        ):
            usage.refused(client.pk)
            raise AuthenticationFailed(_NOT_VALID)
        # A person gave the token, and the account has come by a sensitive role since: nobody may act in it alone.
        if client.created_by_id is not None and actor.roles & _GUARDED:
            page.actor = public(actor.request_id)  # type: ignore[attr-defined]
            usage.refused(client.pk)
            raise AuthenticationFailed("No token acts in a sensitive role. Ask the administrator for another account.")
        # The pages' middleware knows only sessions: from here on the client is who asks.
        page.actor = actor  # type: ignore[attr-defined]
        usage.used(client.pk, timezone.now())
        return client.user, client

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class SessionSignIn(SessionAuthentication):
    """Who is signed in on the pages; what changes something needs the pages' protection against forged requests."""


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = TokenSignIn
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A client's token, shown once when it was made."}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = SessionSignIn
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
