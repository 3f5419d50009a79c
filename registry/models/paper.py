"""Paper forms with serial numbers: printed for a place, handed out, and accounted for one by one."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.triggers import acting_required, append_only, begins, identity_stays, moves, signs
from registry.models.household import NewUuid7


class PaperIssue(models.Model):
    """Forms that are printed for a place: the numbers from ``first`` to ``last``. It never changes."""

    uuid = models.UUIDField(unique=True, db_default=NewUuid7(), editable=False)
    area = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    district = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+")
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="registry_paperissue_numbers_in_order", condition=Q(first__gte=1, first__lte=F("last"))
            ),
            models.UniqueConstraint(fields=["first"], name="registry_paperissue_first_once"),
        ]
        triggers = [acting_required(), append_only(), signs("issued_by_id")]

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


class PaperForm(models.Model):
    """One printed form. Its number is issued once, for good.

        STOCK <-> OUT                          (handed to ``holder`` until ``due_on``; brought back unused)
        STOCK | OUT -> SPOILT | LOST           (with a reason)
        STOCK | OUT | SPOILT | LOST -> USED    (the submission that carries its serial arrived)

    ``holder`` stays with a form that is used, spoilt or lost: who had it. Another submission takes the place of the
    first only where that one was refused, returned, rejected or replaced.
    """

    class Status(models.TextChoices):
        STOCK = "stock", "In stock"
        OUT = "out", "Out"
        USED = "used", "Used"
        SPOILT = "spoilt", "Spoilt"
        LOST = "lost", "Lost"

    number = models.BigIntegerField(primary_key=True)
    serial = models.TextField(unique=True)
    issue = models.ForeignKey(PaperIssue, on_delete=models.PROTECT, related_name="forms")
    area = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    district = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    status = models.TextField(choices=Status.choices, default=Status.STOCK, db_default="stock")
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    due_on = models.DateField(null=True)
    reason = models.TextField(blank=True, default="", db_default="")
    submission = models.ForeignKey(
        "registry.Submission", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="registry_paperform_out_has_a_holder",
                condition=Q(status="out", holder__isnull=False, due_on__isnull=False)
                | Q(status="stock", holder__isnull=True, due_on__isnull=True)
                | Q(status__in=["used", "spoilt", "lost"]),
            ),
            models.CheckConstraint(
                name="registry_paperform_used_has_a_submission",
                condition=Q(status="used", submission__isnull=False) | ~Q(status="used") & Q(submission__isnull=True),
            ),
            models.CheckConstraint(
                name="registry_paperform_loss_has_a_reason",
                condition=~Q(status__in=["spoilt", "lost"]) | Q(reason__regex=r"\S"),
            ),
            models.UniqueConstraint(
                fields=["submission"], condition=Q(submission__isnull=False), name="registry_paperform_one_a_submission"
            ),
        ]
        indexes = [
            models.Index(fields=["district", "area", "status", "due_on"], name="registry_paperform_by_place"),
            models.Index(
                fields=["holder", "status", "due_on"], condition=Q(holder__isnull=False), name="registry_paperform_held"
            ),
        ]
        triggers = [
            acting_required(),
            begins("status", "stock"),
            moves(
                "status",
                [
                    ("stock", "out"),
                    ("out", "stock"),
                    ("stock", "spoilt"),
                    ("stock", "lost"),
                    ("out", "spoilt"),
                    ("out", "lost"),
                    ("stock", "used"),
                    ("out", "used"),
                    ("spoilt", "used"),
                    ("lost", "used"),
                ],
            ),
            identity_stays("number", "serial", "issue_id", "area_id", "district_id"),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="used_once",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("submission_id"),
                condition=pgtrigger.Condition("OLD.submission_id IS DISTINCT FROM NEW.submission_id"),
                func=pgtrigger.Func(
                    "IF EXISTS (SELECT FROM registry_submission s WHERE s.id = OLD.submission_id "
                    "AND s.status NOT IN ('refused', 'returned', 'rejected', 'replaced')) THEN "
                    "RAISE EXCEPTION 'A paper form is used once' "
                    "USING ERRCODE = 'check_violation', CONSTRAINT = 'registry_paperform_used_once'; "
                    "END IF; RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.serial
