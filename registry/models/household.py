"""Households: people who live together and share, registered once."""

import pgtrigger
from django.db import models
from django.db.models import F, Func, Q

from core.fields import XidField
from core.history import tracked
from core.triggers import acting_required, begins, moves, refers, stays
from registry.models.guards import QUESTIONNAIRE_IN_FORCE


class NewUuid7(Func):
    function = "core_uuid7"
    arity = 0


class NewHouseholdReference(Func):
    template = "core_reference('HH')"
    arity = 0


@tracked(exclude=["changed_xid"])
class Household(models.Model):
    """A registered household, poor or not.

        ACTIVE -> CLOSED -> ACTIVE
        ACTIVE -> MERGED             (into ``merged_into``; its reference stays an alias)

    ``answers`` holds the household's answers under their question codes, as asked by ``questionnaire``.
    ``changed_xid`` is the transaction that last wrote the row: feeds go by it, since serial numbers and time miss who
    commits late. Whoever changes a member or account of the household raises its ``row_version`` as well.
    ``is_shared``: partners may read it; withdrawn consent stops that. ``is_protected``: where it lives
    stands in a ``SafePlace``, and here the district alone, as ``area`` too.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        CLOSED = "closed", "Closed"
        MERGED = "merged", "Merged"

    class LegalBasis(models.TextChoices):
        PUBLIC_TASK = "public_task", "Task carried out under the law"
        CONSENT = "consent", "Consent"

    uuid = models.UUIDField(unique=True, db_default=NewUuid7(), editable=False)
    reference = models.TextField(db_default=NewHouseholdReference(), editable=False)
    status = models.TextField(choices=Status.choices, default=Status.ACTIVE, db_default="active")
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_constraint=False)
    district = models.ForeignKey(
        "core.Area", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    address = models.TextField(blank=True, default="", db_default="")
    phone = models.TextField(blank=True, default="", db_default="")
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    legacy_number = models.TextField(blank=True, default="", db_default="")
    questionnaire = models.ForeignKey(
        "registry.QuestionnaireVersion",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    answers = models.JSONField(default=dict)
    interviewed_on = models.DateField()
    registered_at = models.DateTimeField()
    registered_by_id = models.BigIntegerField(null=True)
    privacy_notice = models.ForeignKey(
        "registry.PrivacyNotice", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    legal_basis = models.TextField(choices=LegalBasis.choices)
    consent = models.BooleanField(null=True)
    consent_given_by = models.ForeignKey(
        "registry.Person",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    is_shared = models.BooleanField(default=True, db_default=True)
    is_protected = models.BooleanField(default=False, db_default=False)
    row_version = models.IntegerField(default=1, db_default=1)
    changed_xid = XidField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="registry_household_reference_once"),
            models.CheckConstraint(
                name="registry_household_merged_names_other",
                condition=Q(status="merged", merged_into__isnull=False) & ~Q(merged_into=F("id"))
                | ~Q(status="merged") & Q(merged_into__isnull=True),
            ),
            models.CheckConstraint(
                name="registry_household_consent_where_required",
                condition=~Q(legal_basis="consent") | Q(consent=True),
            ),
            models.CheckConstraint(
                name="registry_household_protected_tells_the_district_alone",
                condition=Q(is_protected=False)
                | Q(area=F("district"), address="", latitude__isnull=True, longitude__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["district", "area", "id"], name="registry_household_place"),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="registry_household_phone"),
            models.Index(fields=["legacy_number"], condition=~Q(legacy_number=""), name="registry_household_legacy"),
            models.Index(
                fields=["district", "interviewed_on", "area", "id"],
                condition=Q(status="active"),
                name="registry_household_seen",
            ),
            models.Index(fields=["changed_xid", "id", "district"], name="registry_household_changes"),
        ]
        triggers = [
            acting_required(),
            stays(),
            begins("status", "active"),
            *refers(
                area_id="core_area",
                district_id="core_area",
                questionnaire_id=QUESTIONNAIRE_IN_FORCE,
                privacy_notice_id="registry_privacynotice WHERE status = 'published'",
                large={"consent_given_by_id": "registry_person"},
            ),
            moves("status", [("active", "closed"), ("closed", "active"), ("active", "merged")]),
            pgtrigger.Trigger(
                name="changed_xid",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=pgtrigger.Func("NEW.changed_xid := pg_current_xact_id(); RETURN NEW;"),
            ),
        ]

    def __str__(self) -> str:
        return self.reference
