"""What the sign-ins of phones and the tokens of partner systems have in common."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.triggers import acting_required, identity_stays, signs


class Credential(models.Model):
    """Something that signs in as ``user``, given by somebody else until a day, ended for good before it if need be."""

    name = models.TextField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


def constraints(table: str) -> list[models.BaseConstraint]:
    """It ends after it began, and nobody gives one to themselves."""
    return [
        models.CheckConstraint(name=f"{table}_expires_later", condition=Q(expires_at__gt=F("created_at"))),
        models.CheckConstraint(
            name=f"{table}_not_to_oneself", condition=Q(created_by__isnull=True) | ~Q(created_by=F("user"))
        ),
    ]


def triggers(table: str, *secrets: str) -> list[pgtrigger.Trigger]:
    """Whose it is, who gave it, until when and its ``secrets`` stay; once ended it stays ended."""
    return [
        acting_required(),
        signs("created_by_id"),
        signs("revoked_by_id"),
        identity_stays(*secrets, "user_id", "created_at", "created_by_id", "expires_at"),
        pgtrigger.Trigger(
            name="ends_for_good",
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            func=pgtrigger.Func(
                "IF OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at THEN "
                "RAISE EXCEPTION 'A sign-in that was ended stays so' USING ERRCODE = 'check_violation', "
                f"CONSTRAINT = '{table}_ends_for_good'; END IF; RETURN NEW;"
            ),
        ),
    ]
