"""Who pays out, where, and from which account."""

from django.db import models
from django.db.models import Q

from core.triggers import acting_required


class Provider(models.Model):
    """Somebody who pays out for the ministry: a bank, a mobile money company, the pay points' paymaster."""

    class Kind(models.TextChoices):
        CASH = "cash", "Cash at a pay point"
        BANK = "bank", "Bank account"
        MOBILE = "mobile", "Mobile money"

    code = models.TextField(unique=True)
    name = models.TextField()
    kind = models.TextField(choices=Kind.choices)
    account_mask = models.TextField(blank=True, default="")
    member_id = models.TextField(blank=True, default="")
    bic = models.TextField(blank=True, default="")
    source = models.TextField(blank=True, default="")

    class Meta:
        triggers = [acting_required()]

    def __str__(self) -> str:
        return self.name


class PayPoint(models.Model):
    """A place where cash is paid out to the people of one council."""

    code = models.TextField(unique=True)
    name = models.TextField()
    council = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+")
    source = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["council"], name="payments_paypoint_one_a_council")]
        triggers = [acting_required()]

    def __str__(self) -> str:
        return self.name


class PayingAccount(models.Model):
    """The ministry's own account that payrolls are paid from. One a currency."""

    code = models.TextField(unique=True)
    name = models.TextField()
    number = models.TextField()
    bank_member_id = models.TextField()
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=2)
    source = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["currency"], name="payments_payingaccount_one_a_currency"),
            models.CheckConstraint(name="payments_payingaccount_number_given", condition=~Q(number="")),
        ]
        triggers = [acting_required()]

    def __str__(self) -> str:
        return self.name
