"""The queue of what waits for a person's decision."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from core.triggers import acting_required, signs


class Review(models.Model):
    """A submission's wait for review: there is a row exactly as long as the submission is IN_REVIEW.

    A trigger of the submission makes and removes it, whatever door it came by, so that lists of a hundred thousand
    read narrow rows. ``kinds`` are the codes of what was found. Who looks at one holds it from others until
    ``held_until``; afterwards anybody may take it.
    """

    submission = models.OneToOneField(
        "registry.Submission", primary_key=True, on_delete=models.CASCADE, related_name="review"
    )
    area = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    door = models.TextField()
    received_at = models.DateTimeField()
    submitted_by_id = models.BigIntegerField(null=True)
    kinds = ArrayField(models.TextField(), default=list)
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    held_since = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="registry_review_hold_is_whole",
                condition=Q(held_by__isnull=True, held_since__isnull=True, held_until__isnull=True)
                | Q(held_by__isnull=False, held_since__isnull=False, held_until__gt=F("held_since")),
            )
        ]
        indexes = [
            models.Index(fields=["district", "received_at", "submission"], name="registry_review_in_district"),
            models.Index(fields=["received_at", "submission"], name="registry_review_oldest"),
        ]
        triggers = [acting_required(), signs("held_by_id", once=False)]

    def __str__(self) -> str:
        return f"Review of {self.submission_id}"


def waits() -> pgtrigger.Trigger:
    """Keeps the queue: a submission that comes to review gets its row, one that leaves it loses it."""
    return pgtrigger.Trigger(
        name="waits",
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf("status"),
        condition=pgtrigger.Condition(
            "OLD.status IS DISTINCT FROM NEW.status AND 'in_review' IN (OLD.status, NEW.status)"
        ),
        func=pgtrigger.Func(
            "IF NEW.status = 'in_review' THEN "
            "INSERT INTO registry_review "
            "(submission_id, area_id, district_id, door, received_at, submitted_by_id, kinds) "
            "SELECT NEW.id, NEW.area_id, NEW.district_id, NEW.door, NEW.received_at, NEW.submitted_by_id, "
            "coalesce(array_agg(DISTINCT i.code ORDER BY i.code), ARRAY[]::text[]) "
            "FROM registry_submissionissue i WHERE i.submission_id = NEW.id; "
            "ELSE DELETE FROM registry_review WHERE submission_id = NEW.id; END IF; RETURN NULL;"
        ),
    )


def not_while_another_holds_it() -> pgtrigger.Trigger:
    """Refuse a decision while somebody else looks at the submission."""
    return pgtrigger.Trigger(
        name="held_by_another",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition("OLD.status = 'in_review' AND NEW.decided_by_id IS NOT NULL"),
        func=pgtrigger.Func(
            "IF EXISTS (SELECT FROM registry_review r WHERE r.submission_id = NEW.id "
            "AND r.held_by_id <> NEW.decided_by_id "
            "AND r.held_until > nullif(current_setting('core.at', true), '')::timestamptz) THEN "
            "RAISE EXCEPTION 'Somebody else is looking at this submission' "
            "USING ERRCODE = 'check_violation', CONSTRAINT = 'registry_submission_held_by_another'; "
            "END IF; RETURN NEW;"
        ),
    )
