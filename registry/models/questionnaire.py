"""What is asked: questionnaire versions and privacy notices, as data."""

from django.db import models
from django.db.models import Q

from core.triggers import acting_required, moves


class QuestionnaireVersion(models.Model):
    """One version of the questions and checks.

        DRAFT -> PUBLISHED -> RETIRED

    ``content`` is the whole version as data (``registry.questionnaire`` reads it); a published one never changes.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        RETIRED = "retired", "Retired"

    code = models.TextField(unique=True)
    status = models.TextField(choices=Status.choices, default=Status.DRAFT)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["status"], condition=Q(status="published"), name="registry_questionnaire_one_published"
            )
        ]
        triggers = [acting_required(), moves("status", [("draft", "published"), ("published", "retired")])]

    def __str__(self) -> str:
        return self.code


class PrivacyNotice(models.Model):
    """The versioned text that people are told before they answer, in each language (``texts``)."""

    version = models.TextField(unique=True)
    texts = models.JSONField()
    legal_bases = models.JSONField(default=list)
    in_force_from = models.DateField()

    class Meta:
        triggers = [acting_required()]

    def __str__(self) -> str:
        return self.version
