"""What is asked: questionnaire versions and privacy notices, as data."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.triggers import acting_required, moves, stays


def _content_fixed() -> pgtrigger.Trigger:
    """Refuse another content for a version that was published, and its removal: answers stand on it."""
    return pgtrigger.Trigger(
        name="content_fixed",
        level=pgtrigger.Row,
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=pgtrigger.Func(
            "IF OLD.status <> 'draft' AND (TG_OP = 'DELETE' OR NEW.content IS DISTINCT FROM OLD.content"
            " OR NEW.code <> OLD.code OR NEW.digest <> OLD.digest) THEN"
            " RAISE EXCEPTION 'The questionnaire version % was published and never changes', OLD.code"
            " USING ERRCODE = 'insufficient_privilege'; END IF;"
            " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
        ),
    )


class QuestionnaireVersion(models.Model):
    """One version of the questions and checks.

        DRAFT -> PUBLISHED -> RETIRED

    ``content`` is the whole version as data (``registry.questionnaire`` reads it); a published one never changes.
    Who changed a draft last (``edited_by``) is not who publishes it; a version of the country pack has neither.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        RETIRED = "retired", "Retired"

    code = models.TextField(unique=True)
    status = models.TextField(choices=Status.choices, default=Status.DRAFT)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    edited_at = models.DateTimeField(null=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="registry_questionnaire_four_eyes",
                condition=Q(edited_by__isnull=True)
                | Q(published_by__isnull=False) & ~Q(published_by=F("edited_by"))
                | Q(status="draft"),
            ),
            models.UniqueConstraint(
                fields=["status"], condition=Q(status="published"), name="registry_questionnaire_one_published"
            ),
        ]
        triggers = [
            acting_required(),
            moves("status", [("draft", "published"), ("published", "retired")]),
            _content_fixed(),
        ]

    def __str__(self) -> str:
        return self.code


class PrivacyNotice(models.Model):
    """The versioned text that people are told before they answer, in each language (``texts``)."""

    version = models.TextField(unique=True)
    texts = models.JSONField()
    legal_bases = models.JSONField(default=list)
    in_force_from = models.DateField()

    class Meta:
        triggers = [acting_required(), stays()]

    def __str__(self) -> str:
        return self.version
