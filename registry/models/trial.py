"""What a trial of a survey made anew found: what the file tells of registered households that it would change."""

import pgtrigger
from django.db import models

from core.triggers import acting_required
from registry.models.household import NewUuid7


class TrialUpdate(models.Model):
    """A registered household that the files of a trial would change, and what they tell of it.

    ``told`` and ``members`` are the rows of the submission and its members, recognised, as the trial had them before it
    took everything back; what came is not among them. They are shown beside the register as it is when somebody looks,
    for as many days as the copy of rows to correct is kept. ``waits``: a person would have to decide, ``why`` says what
    about. ``area`` and ``district`` are the place that was told. Rows never change; they are removed when their time is
    over, or when the household is hidden.
    """

    uuid = models.UUIDField(unique=True, db_default=NewUuid7(), editable=False)
    batch = models.ForeignKey(
        "registry.ImportBatch", on_delete=models.PROTECT, related_name="trial_updates", db_index=False
    )
    source_key = models.TextField()
    household = models.ForeignKey("registry.Household", on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("core.Area", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    district = models.ForeignKey("core.Area", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    waits = models.BooleanField()
    why = models.TextField(blank=True)
    told = models.JSONField()
    members = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["batch", "id"], name="registry_trialupdate_in_order")]
        triggers = [acting_required(), pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.source_key}"
