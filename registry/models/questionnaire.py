"""What is asked: questionnaire versions and privacy notices, as data."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.triggers import acting_required, moves, signs, stays


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


class Drafted(models.Model):
    """What one person drafts and another publishes: who changed it last, and who put it in force."""

    edited_at = models.DateTimeField(null=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        abstract = True


def _four_eyes(name: str, *drafts: str) -> models.CheckConstraint:
    """Whoever changed it last has not published it; ``drafts`` are the states in which nobody has to."""
    condition = Q(edited_by__isnull=True) | Q(published_by__isnull=False) & ~Q(published_by=F("edited_by"))
    for one in drafts:
        condition |= Q(status=one)
    return models.CheckConstraint(name=name, condition=condition)


class QuestionnaireVersion(Drafted):
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

    class Meta:
        constraints = [
            _four_eyes("registry_questionnaire_four_eyes", "draft"),
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


def _published_as_drafted() -> pgtrigger.Trigger:
    """Refuse what would put a text in force that nobody drafted first, another one than was drafted, or one of
    yesterday; and any change of what people were read. The country pack's own texts come published.

    Days are counted in UTC: a country's own day is the action's to count.
    """
    told = ("version", "texts", "legal_bases", "purposes", "in_force_from", "edited_by_id")
    new, old = (", ".join(f"{row}.{column}" for column in told) for row in ("NEW", "OLD"))

    def refuse(name: str, sentence: str) -> str:
        return (
            f"RAISE EXCEPTION '{sentence}' USING ERRCODE = 'check_violation', "
            f"CONSTRAINT = 'registry_privacynotice_{name}'; END IF; "
        )

    return pgtrigger.Trigger(
        name="published_as_drafted",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        declare=[
            ("other", "boolean := false"),
            ("system", "boolean := coalesce(current_setting('core.actor_kind', true), '') = 'system'"),
        ],
        func=pgtrigger.Func(
            "IF TG_OP = 'INSERT' THEN "
            "IF NEW.status <> 'draft' AND NOT system THEN "
            + refuse("drafted_first", "A privacy notice begins as a draft")
            + f"ELSE other := ({new}) IS DISTINCT FROM ({old}); "
            "IF other AND (OLD.status <> 'draft' OR NEW.status <> OLD.status) THEN "
            + refuse("content_fixed", "What people are read is what was drafted, and never changes")
            + "END IF; "
            "IF (TG_OP = 'INSERT' OR other) AND NOT system AND NEW.edited_by_id IS DISTINCT FROM "
            "nullif(current_setting('core.actor_id', true), '')::bigint THEN "
            + refuse("edited_by_signs", "Nobody drafts a privacy notice for another")
            + "IF NEW.status = 'published' AND (TG_OP = 'INSERT' OR OLD.status <> 'published') AND NOT system "
            "AND NEW.in_force_from < (nullif(current_setting('core.at', true), '')::timestamptz "
            "AT TIME ZONE 'UTC')::date THEN "
            + refuse("never_in_the_past", "A privacy notice is never put in force for a day that is over")
            + "RETURN NEW;"
        ),
    )


class PrivacyNotice(Drafted):
    """The versioned text that people are told before they answer, in each language (``texts``).

        DRAFT -> PUBLISHED
        DRAFT -> GIVEN_UP

    Of those published, the one that began last counts on a day (``in_force_from``). ``legal_bases`` and ``purposes``
    are frozen as the country pack has them: code and words in each language. Who changed a draft last (``edited_by``)
    is not who publishes it; a notice of the country pack has neither.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        GIVEN_UP = "given_up", "Given up"

    version = models.TextField(unique=True)
    status = models.TextField(choices=Status.choices, default=Status.DRAFT)
    texts = models.JSONField()
    legal_bases = models.JSONField(default=list)
    purposes = models.JSONField(default=list)
    in_force_from = models.DateField()

    class Meta:
        constraints = [
            _four_eyes("registry_privacynotice_four_eyes", "draft", "given_up"),
            models.UniqueConstraint(
                fields=["in_force_from"], condition=Q(status="published"), name="registry_privacynotice_one_a_day"
            ),
        ]
        triggers = [
            acting_required(),
            stays(),
            moves("status", [("draft", "published"), ("draft", "given_up")]),
            signs("published_by_id"),
            _published_as_drafted(),
        ]

    def __str__(self) -> str:
        return self.version
