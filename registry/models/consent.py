"""What a household agreed to, who said so, and how it is known."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from core.triggers import acting_required, identity_stays


class Consent(models.Model):
    """One agreement to one text: for which purposes, who gave it, how. It ends by withdrawal or by a newer one.

    ``purposes`` are codes of the country pack; ``how`` it was given has a ``witness`` where somebody could not sign.
    One is current; a household without any has been told the notice and was asked for nothing.
    """

    class How(models.TextChoices):
        SIGNATURE = "signature", "Signed"
        THUMBPRINT = "thumbprint", "Thumbprint, with a witness"
        WITNESS = "witness", "Said before a witness"

    household = models.ForeignKey("registry.Household", on_delete=models.PROTECT, related_name="consents")
    district = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    notice = models.ForeignKey("registry.PrivacyNotice", on_delete=models.PROTECT, related_name="+", db_index=False)
    purposes = ArrayField(models.TextField())
    given_by = models.ForeignKey("registry.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    how = models.TextField(choices=How.choices)
    witness = models.TextField(blank=True, default="", db_default="")
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    end_reason = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=Q(until_on__isnull=True), name="registry_consent_one_current"
            ),
            models.CheckConstraint(
                name="registry_consent_witnessed_unless_signed", condition=Q(how="signature") | ~Q(witness="")
            ),
            models.CheckConstraint(name="registry_consent_is_for_something", condition=Q(purposes__len__gt=0)),
        ]
        triggers = [
            acting_required(),
            identity_stays("household_id", "notice_id", "purposes", "given_by_id", "how", "witness", "from_on"),
        ]

    def __str__(self) -> str:
        return f"Consent of {self.household_id} since {self.from_on}"
