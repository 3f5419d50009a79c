"""Messages that leave, committed with the change that they tell of."""

from django.db import models
from django.db.models import Q

from core.fields import XidField


class OutboxMessage(models.Model):
    """A message to be delivered outside at least once; ``key`` lets the receiver see a repeat."""

    topic = models.TextField()
    key = models.TextField(unique=True)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    last_error = models.TextField(blank=True, default="")
    xid = XidField()

    class Meta:
        db_table = "core_outbox"
        indexes = [models.Index(fields=["id"], condition=Q(delivered_at__isnull=True), name="core_outbox_waiting")]

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"
