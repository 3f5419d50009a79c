"""How a household wishes to be paid, and who else may collect."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from core.history import tracked
from core.triggers import acting_required, append_only, identity_stays, refers


@tracked()
class PaymentAccount(models.Model):
    """Where a household's money goes: cash at a pay point, a bank account, a mobile wallet. One is current."""

    class Kind(models.TextChoices):
        CASH = "cash", "Cash at a pay point"
        BANK = "bank", "Bank account"
        MOBILE = "mobile", "Mobile money"

    household = models.ForeignKey(
        "registry.Household", on_delete=models.PROTECT, related_name="accounts", db_constraint=False
    )
    district = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_constraint=False)
    holder = models.ForeignKey(
        "registry.Person", null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    kind = models.TextField(choices=Kind.choices)
    provider = models.TextField(blank=True, default="", db_default="")
    number = models.TextField(blank=True, default="", db_default="")
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    recorded_at = models.DateTimeField(null=True, db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=Q(until_on__isnull=True), name="registry_account_one_current"
            ),
            models.CheckConstraint(
                name="registry_account_number_unless_cash", condition=Q(kind="cash") | ~Q(number="")
            ),
            models.CheckConstraint(
                name="registry_account_days_in_order",
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["number"], condition=Q(until_on__isnull=True) & ~Q(number=""), name="registry_account_number"
            )
        ]
        triggers = [
            acting_required(),
            *refers(
                district_id="core_area",
                large={"household_id": "registry_household", "holder_id": "registry_person"},
            ),
            # Another account is another row: money never goes elsewhere by an account that changes.
            identity_stays("household_id", "kind", "provider", "number", "holder_id", "from_on"),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


@tracked()
class Nominee(models.Model):
    """Somebody outside the household who may collect for it. One is current."""

    household = models.ForeignKey("registry.Household", on_delete=models.PROTECT, related_name="nominees")
    district = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+")
    given_names = models.TextField()
    surname = models.TextField()
    national_id = models.TextField(blank=True, default="", db_default="")
    phone = models.TextField(blank=True, default="", db_default="")
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=Q(until_on__isnull=True), name="registry_nominee_one_current"
            )
        ]
        indexes = [
            models.Index(
                fields=["phone"], condition=Q(until_on__isnull=True) & ~Q(phone=""), name="registry_nominee_phone"
            )
        ]
        triggers = [acting_required()]

    def __str__(self) -> str:
        return f"{self.given_names} {self.surname}"


class DeclaredInterest(models.Model):
    """A user's own or a relative's household: they never decide about it. Declared once and for good."""

    class Kind(models.TextChoices):
        OWN = "own", "Own household"
        RELATIVE = "relative", "A relative's household"

    user_id = models.BigIntegerField()
    household = models.ForeignKey("registry.Household", on_delete=models.PROTECT, related_name="+")
    kind = models.TextField(choices=Kind.choices)
    declared_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "household"], name="registry_interest_once")]
        triggers = [acting_required(), append_only()]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.household_id}"


class DeclaredNumber(models.Model):
    """The national ID of a user or of a relative: households told of with it are decided by somebody else.

    Declared once and for good, by the user; it is there before the household is.
    """

    class Kind(models.TextChoices):
        OWN = "own", "My own"
        RELATIVE = "relative", "A relative's"

    user_id = models.BigIntegerField()
    national_id = models.TextField()
    kind = models.TextField(choices=Kind.choices)
    declared_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "national_id"], name="registry_declared_number_once")]
        triggers = [acting_required(), append_only()]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.kind}"
