"""How phones of the field team sign in."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.triggers import acting_required, identity_stays, signs


class DeviceSignIn(models.Model):
    """A phone's name and password for the device door; it acts as ``user``, with that user's appointments.

    The password is made by the server and kept nowhere: HTTP Digest needs ``HA1 = H(username:realm:password)``, which
    is kept under both algorithms. Whoever reads them can act as the phone, and as nobody else.
    """

    uuid = models.UUIDField(unique=True)
    name = models.TextField()
    username = models.TextField(unique=True)
    ha1_md5 = models.BinaryField(max_length=16)
    ha1_sha256 = models.BinaryField(max_length=32)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="device_sign_ins")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="core_devicesignin_expires_later", condition=Q(expires_at__gt=F("created_at"))),
            models.CheckConstraint(
                name="core_devicesignin_not_to_oneself",
                condition=Q(created_by__isnull=True) | ~Q(created_by=F("user")),
            ),
        ]
        triggers = [
            acting_required(),
            signs("created_by_id"),
            signs("revoked_by_id"),
            identity_stays(
                "uuid", "username", "ha1_md5", "ha1_sha256", "user_id", "created_at", "created_by_id", "expires_at"
            ),
            pgtrigger.Trigger(
                name="ends_for_good",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=pgtrigger.Func(
                    "IF OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at THEN "
                    "RAISE EXCEPTION 'A sign-in that was ended stays so' USING ERRCODE = 'check_violation', "
                    "CONSTRAINT = 'core_devicesignin_ends_for_good'; END IF; RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name
