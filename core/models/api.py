"""Machine clients of the API, and the answers that they were given."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.triggers import acting_required


class ApiClient(models.Model):
    """A system that signs in with a token and acts as ``user``, with that user's appointments and no others.

    The token is ``public_id.secret``; of the secret only the SHA-256 is kept: it is random and long, so that is enough.
    """

    name = models.TextField()
    public_id = models.TextField(unique=True)
    secret_sha256 = models.BinaryField(max_length=32)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="core_apiclient_expires_later", condition=Q(expires_at__gt=F("created_at"))),
        ]
        triggers = [acting_required()]

    def __str__(self) -> str:
        return self.name


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
