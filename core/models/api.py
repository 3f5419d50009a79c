"""Machine clients of the API, and the answers that they were given."""

import pgtrigger
from django.conf import settings
from django.db import models

from core.access.roles import GUARDED
from core.models.credential import Credential, constraints, triggers
from core.triggers import acting_required


def _no_guarded_account() -> pgtrigger.Trigger:
    """Refuse a token for an account with a guarded role: whoever holds the token could act in that role."""
    roles = ", ".join(f"'{role.value}'" for role in sorted(GUARDED, key=lambda role: role.value))
    return pgtrigger.Trigger(
        name="no_guarded_account",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("today", "date := NEW.created_at::date - 1")],
        func=pgtrigger.Func(
            "IF coalesce(current_setting('core.actor_kind', true), '') <> 'system' AND EXISTS ("
            "SELECT FROM core_appointment a WHERE a.user_id = NEW.user_id AND a.status IN ('proposed', 'in_force') "
            f"AND a.role IN ({roles}) AND coalesce(a.ends_on, today) >= today) THEN "
            "RAISE EXCEPTION 'No token acts in a sensitive role' USING ERRCODE = 'check_violation', "
            "CONSTRAINT = 'core_apiclient_no_guarded_account'; END IF; RETURN NEW;"
        ),
    )


class ApiClient(Credential):
    """A system that signs in with a token and acts as ``user``, with that user's appointments and no others.

    The token is ``public_id.secret``; of the secret only the SHA-256 is kept: it is random and long, so that is enough.
    ``uuid`` is the one-time key of the form that made it. ``last_used_at`` and ``refused`` (calls) are brought up to
    date every few minutes.
    """

    uuid = models.UUIDField(unique=True, null=True)
    public_id = models.TextField(unique=True)
    secret_sha256 = models.BinaryField(max_length=32)
    last_used_at = models.DateTimeField(null=True)
    refused = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = constraints("core_apiclient")
        triggers = [*triggers("core_apiclient", "uuid", "public_id", "secret_sha256"), _no_guarded_account()]


class KeptAnswer(models.Model):
    """What a request with an idempotency key was answered, so that its repeat is answered the same.

    ``digest`` tells whether the repeat is the same request (HMAC-SHA-256 of its body).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.UUIDField()
    digest = models.BinaryField(max_length=32)
    answer = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="core_keptanswer_once")]
        indexes = [models.Index(fields=["created_at", "id"], name="core_keptanswer_age")]
        triggers = [acting_required()]

    def __str__(self) -> str:
        return str(self.key)
