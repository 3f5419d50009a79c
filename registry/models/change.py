"""Later news about a registered household: change requests."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q

from core.triggers import acting_required, begins, identity_stays, moves, signs
from registry.changes import ALWAYS_SECOND, KINDS


class NewChangeReference(Func):
    template = "core_reference('CR')"
    arity = 0


_ASKED = (
    "uuid", "reference", "kind", "household_id", "other_household_id", "person_id", "details", "seen", "touches",
    "findings", "needs_second", "requested_by_id", "requested_at", "reason", "evidence_id", "due_on",
)  # fmt: skip


def _no_interest() -> pgtrigger.Trigger:
    """Nobody asks for, or decides, a change of a household in which they declared an interest."""
    return pgtrigger.Trigger(
        name="no_declared_interest",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=pgtrigger.Func(
            "IF NEW.status <> 'withdrawn' AND EXISTS (SELECT 1 FROM registry_declaredinterest i "
            "WHERE i.household_id IN (NEW.household_id, NEW.other_household_id) AND i.user_id = "
            "CASE WHEN TG_OP = 'INSERT' THEN NEW.requested_by_id ELSE NEW.decided_by_id END) THEN "
            "RAISE EXCEPTION 'Nobody acts on a household in which they declared an interest' "
            "USING ERRCODE = 'check_violation'; END IF; RETURN NEW;"
        ),
    )


class ChangeRequest(models.Model):
    """Something happened to a registered household, and the register is to say so.

        REQUESTED -> APPLIED | REFUSED | WITHDRAWN

    ``details`` are texts by field, as the kind (``registry.changes``) reads them. ``seen`` holds a digest of each
    value that the effect replaces; ``touches`` names what two open requests may not both change. ``needs_second``: the
    requester may not decide; some kinds always need it. ``findings`` is what the questionnaire's checks and the search
    for known persons said about the household as it would be.
    """

    class Status(models.TextChoices):
        REQUESTED = "requested", "Waits for a decision"
        APPLIED = "applied", "Carried out"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    uuid = models.UUIDField(unique=True)
    reference = models.TextField(db_default=NewChangeReference(), editable=False)
    kind = models.TextField(choices=[(code, kind.label) for code, kind in KINDS.items()])
    household = models.ForeignKey("registry.Household", on_delete=models.PROTECT, related_name="changes")
    other_household = models.ForeignKey(
        "registry.Household", null=True, on_delete=models.PROTECT, related_name="changes_as_other"
    )
    person = models.ForeignKey("registry.Person", null=True, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    district = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    details = models.JSONField(default=dict)
    seen = models.JSONField(default=dict)
    touches = ArrayField(models.TextField(), default=list)
    findings = models.JSONField(default=list)
    needs_second = models.BooleanField()
    status = models.TextField(choices=Status.choices, default=Status.REQUESTED, db_default="requested")
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reason = models.TextField()
    evidence = models.ForeignKey("core.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decision_reason = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="registry_change_reference_once"),
            models.UniqueConstraint(
                fields=["household", "kind", "person"],
                condition=Q(status="requested"),
                nulls_distinct=False,
                name="registry_change_one_open",
            ),
            models.CheckConstraint(
                name="registry_change_four_eyes",
                condition=Q(needs_second=False)
                | Q(decided_by__isnull=True)
                | Q(status="withdrawn")
                | ~Q(decided_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="registry_change_kinds_with_a_second",
                condition=Q(needs_second=True) | ~Q(kind__in=ALWAYS_SECOND),
            ),
            models.CheckConstraint(
                name="registry_change_decision_is_whole",
                condition=Q(status="requested", decided_by__isnull=True, decided_at__isnull=True, decision_reason="")
                | ~Q(status="requested") & Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(name="registry_change_has_reason", condition=Q(reason__regex=r"\S")),
        ]
        indexes = [
            models.Index(
                fields=["district", "due_on", "id"], condition=Q(status="requested"), name="registry_change_queue"
            ),
            models.Index(fields=["requested_by", "status", "id"], name="registry_change_mine"),
            GinIndex(fields=["touches"], name="registry_change_touches"),
        ]
        triggers = [
            acting_required(),
            begins("status", "requested"),
            identity_stays(*_ASKED),
            signs("requested_by_id"),
            signs("decided_by_id"),
            _no_interest(),
            moves(
                "status",
                [("requested", "applied"), ("requested", "refused"), ("requested", "withdrawn")],
            ),
        ]

    def __str__(self) -> str:
        return self.reference
