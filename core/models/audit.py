"""What was done and what was read, sealed."""

import pgtrigger
from django.db import models

from core.fields import XidField
from core.triggers import append_only


def _own_transaction() -> pgtrigger.Trigger:
    """A row carries the transaction that writes it, whatever it says: none is put among those that are sealed."""
    return pgtrigger.Trigger(
        name="own_transaction",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=pgtrigger.Func("NEW.xid := pg_current_xact_id(); RETURN NEW;"),
    )


class AuditEntry(models.Model):
    """One act: who did what to which object, in the same transaction as the act itself.

    Holds references, counts and salted digests, never personal values. Partitioned by month; append-only.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_kind = models.TextField()
    action = models.TextField()
    subject_type = models.TextField()
    subject_id = models.BigIntegerField(null=True)
    subject_reference = models.TextField(blank=True, default="")
    district_id = models.BigIntegerField(null=True)
    reason = models.TextField(blank=True, default="")
    request_id = models.TextField(blank=True, default="")
    job_id = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)
    digest = models.BinaryField(null=True)
    xid = XidField()

    class Meta:
        db_table = "core_audit"
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="core_audit_subject"),
            models.Index(fields=["actor_id", "id"], name="core_audit_actor"),
            models.Index(fields=["xid", "id"], name="core_audit_xid"),
        ]
        triggers = [append_only(), _own_transaction()]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject_id}"


class ReadEntry(models.Model):
    """One look at personal data: who saw which records, by which page, and for unmasking, why.

    Written on a connection of its own before the answer leaves. Partitioned by month; append-only.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_kind = models.TextField()
    page = models.TextField()
    subject_type = models.TextField()
    subject_ids = models.JSONField(default=list)
    count = models.BigIntegerField()
    reason = models.TextField(blank=True, default="")
    request_id = models.TextField(blank=True, default="")
    xid = XidField()

    class Meta:
        db_table = "core_read_log"
        indexes = [models.Index(fields=["actor_id", "id"], name="core_read_actor")]
        triggers = [append_only(), _own_transaction()]

    def __str__(self) -> str:
        return f"{self.page} {self.subject_type} x{self.count}"


class AuditSeal(models.Model):
    """A link of the chain over the audit log: the digest of all rows of transactions before ``horizon``.

    ``previous`` is the seal before; ``manage.py verify_audit`` recomputes every link.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    log = models.TextField()
    since = models.BigIntegerField()
    horizon = models.BigIntegerField()
    rows = models.BigIntegerField()
    previous = models.BinaryField()
    digest = models.BinaryField()

    class Meta:
        db_table = "core_audit_seal"
        constraints = [models.UniqueConstraint(fields=["log", "since"], name="core_audit_seal_one_chain")]
        triggers = [
            append_only(),
            pgtrigger.Trigger(
                name="follows",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("last", "core_audit_seal")],
                func=pgtrigger.Func(
                    "SELECT * INTO last FROM core_audit_seal WHERE log = NEW.log ORDER BY id DESC LIMIT 1; "
                    "IF NEW.since <> coalesce(last.horizon, 0) OR NEW.horizon <= NEW.since "
                    "OR NEW.previous <> coalesce(last.digest, decode(repeat('00', 32), 'hex')) "
                    "OR NEW.horizon > pg_snapshot_xmin(pg_current_snapshot())::text::bigint THEN "
                    "RAISE EXCEPTION 'A seal follows the one before it, and ends before what is still open' "
                    "USING ERRCODE = 'check_violation', CONSTRAINT = 'core_audit_seal_follows'; END IF; RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.log} up to {self.horizon}"


class SubjectSalt(models.Model):
    """The salt of one subject's digests. Removing it makes the digests say nothing, and leaves the log whole."""

    subject_type = models.TextField()
    subject_id = models.BigIntegerField()
    salt = models.BinaryField()

    class Meta:
        db_table = "core_subject_salt"
        constraints = [models.UniqueConstraint(fields=["subject_type", "subject_id"], name="core_subject_salt_once")]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id}"
