"""Photographs that answers name, and the submissions that they came along with."""

from django.conf import settings
from django.db import models

from core.triggers import acting_required, append_only


class Photo(models.Model):
    """A photograph that an answer names by ``uuid``.

    ``original`` is the file as a phone sent it and is shown to nobody; ``shown`` is the copy that was decoded and
    written anew, missing where it could not be decoded. Of one uploaded at the desk the copy alone is kept, as both.
    """

    uuid = models.UUIDField(unique=True)
    original = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, related_name="+", db_index=False)
    shown = models.ForeignKey("core.StoredFile", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        triggers = [acting_required(), append_only()]

    def __str__(self) -> str:
        return str(self.uuid)


class SubmissionPhoto(models.Model):
    """A photograph came along with a submission or was uploaded into a draft: its answers may name it, no others."""

    submission = models.ForeignKey(
        "registry.Submission", on_delete=models.PROTECT, related_name="photos", db_index=False
    )
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "photo"], name="registry_submissionphoto_once"),
        ]
        triggers = [acting_required(), append_only()]

    def __str__(self) -> str:
        return str(self.photo_id)
