"""Files that came in or went out."""

import pgtrigger
from django.conf import settings
from django.db import models

from core.triggers import acting_required


class StoredFile(models.Model):
    """A file kept outside the web root under its own digest; the row says what it is and how long it is kept.

    ``key_id`` names the key that the bytes are encrypted with; empty means not encrypted.
    """

    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField()
    media_type = models.TextField()
    name = models.TextField()
    kind = models.TextField()
    key_id = models.TextField(blank=True, default="")
    district = models.ForeignKey("core.Area", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    retain_until = models.DateField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        triggers = [
            acting_required(),
            pgtrigger.ReadOnly(name="bytes_stay", fields=["sha256", "size", "media_type", "kind"]),
        ]

    def __str__(self) -> str:
        return self.name
