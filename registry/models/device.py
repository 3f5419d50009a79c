"""Forms as phones of the field team sent them, before and behind their submissions; photographs that answers name."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from core.triggers import acting_required, append_only, begins, identity_stays, moves, signs
from registry.models.household import NewUuid7

_AS_IT_CAME = (
    "uuid", "instance_id", "digest", "deprecated_id", "xml", "questionnaire_id", "sign_in_id", "user_id", "device_id",
    "area_id", "district_id", "wanted", "received_at",
)  # fmt: skip


class DeviceForm(models.Model):
    """One filled-in form as a phone sent it: its bytes, by whose sign-in, and the photographs that it names.

        INCOMPLETE -> READY -> TAKEN_IN
                      READY <-> SET_ASIDE    (a second interview that can never enter; a supervisor has it tried again)

    It is READY when every photograph of ``wanted`` is there, or when a supervisor gave the missing ones up
    (``released_by``). Taken in it became a ``submission``, or a second interview (``reinterview``). ``digest`` is the
    SHA-256 of ``xml``: the same instance number may come with other bytes, and then both are kept. What came never
    changes. A form that could not be taken in has an ``error`` and is tried again; one that is SET_ASIDE is not, its
    ``error`` says why, and ``reinterview`` is the one that it names, if there is one.
    """

    class Status(models.TextChoices):
        INCOMPLETE = "incomplete", "Photographs missing"
        READY = "ready", "On its way"
        TAKEN_IN = "taken_in", "Taken in"
        SET_ASIDE = "set_aside", "Set aside"

    uuid = models.UUIDField(unique=True, db_default=NewUuid7(), editable=False)
    instance_id = models.TextField()
    digest = models.BinaryField(max_length=32)
    deprecated_id = models.TextField(blank=True, default="", db_default="")
    xml = models.BinaryField()
    questionnaire = models.ForeignKey(
        "registry.QuestionnaireVersion", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    sign_in = models.ForeignKey("core.DeviceSignIn", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    device_id = models.TextField(blank=True, default="", db_default="")
    area = models.ForeignKey("core.Area", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    district = models.ForeignKey("core.Area", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    wanted = ArrayField(models.TextField(), default=list, db_default=[])
    status = models.TextField(choices=Status.choices, default=Status.INCOMPLETE, db_default="incomplete")
    received_at = models.DateTimeField()
    taken_in_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    submission = models.OneToOneField(
        "registry.Submission", null=True, on_delete=models.PROTECT, related_name="device_form"
    )
    reinterview = models.ForeignKey(
        "registry.Reinterview", null=True, on_delete=models.PROTECT, related_name="device_forms", db_index=False
    )
    attempts = models.IntegerField(default=0, db_default=0)
    error = models.TextField(blank=True, default="", db_default="")
    try_after = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instance_id", "digest"], name="registry_deviceform_once"),
            models.CheckConstraint(
                name="registry_deviceform_taken_in_has_submission",
                condition=Q(status="taken_in", taken_in_at__isnull=False)
                & (
                    Q(submission__isnull=False, reinterview__isnull=True)
                    | Q(submission__isnull=True, reinterview__isnull=False)
                )
                | Q(status="set_aside", submission__isnull=True, taken_in_at__isnull=True)
                | ~Q(status__in=["taken_in", "set_aside"])
                & Q(submission__isnull=True, reinterview__isnull=True, taken_in_at__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["reinterview"],
                condition=Q(status="taken_in", reinterview__isnull=False),
                name="registry_deviceform_one_reinterview",
            ),
            models.CheckConstraint(
                name="registry_deviceform_set_aside_says_why",
                condition=~Q(status="set_aside") | Q(error__regex=r"\S", try_after__isnull=True),
            ),
            models.CheckConstraint(
                name="registry_deviceform_released_by_another",
                condition=Q(released_by__isnull=True) | ~Q(released_by=F("user")),
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(status="ready"), name="registry_deviceform_ready"),
            models.Index(fields=["district", "id"], condition=~Q(status="taken_in"), name="registry_deviceform_open"),
            models.Index(fields=["district", "-id"], name="registry_deviceform_by_place"),
            models.Index(
                fields=["reinterview", "id"],
                condition=Q(reinterview__isnull=False),
                name="registry_deviceform_of_second",
            ),
            models.Index(fields=["deprecated_id"], condition=~Q(deprecated_id=""), name="registry_deviceform_edits"),
        ]
        triggers = [
            acting_required(),
            begins("status", "incomplete", "ready"),
            moves(
                "status",
                [("incomplete", "ready"), ("ready", "taken_in"), ("ready", "set_aside"), ("set_aside", "ready")],
            ),
            signs("released_by_id"),
            identity_stays(*_AS_IT_CAME),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.instance_id


class DeviceAttachment(models.Model):
    """A file that came with a form, under the name that the form gives it. Another file of that name is kept too."""

    form = models.ForeignKey(DeviceForm, on_delete=models.PROTECT, related_name="attachments", db_index=False)
    name = models.TextField()
    sha256 = models.CharField(max_length=64)
    file = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, related_name="+", db_index=False)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "name", "sha256"], name="registry_deviceattachment_once")
        ]
        triggers = [acting_required(), append_only()]

    def __str__(self) -> str:
        return self.name
