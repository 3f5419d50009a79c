"""The audit log: what was done, in the transaction that does it; and the log of reads of personal data."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connections, transaction

from core import statements
from core.access.actor import Actor
from core.acting import current


def record(
    action: str,
    *,
    subject_type: str,
    subject_id: int | None = None,
    reference: str = "",
    district_id: int | None = None,
    details: Mapping[str, Any] | None = None,
    digest: bytes | None = None,
) -> None:
    """Write one row of the audit log for the act under way, in its transaction.

    ``details`` holds references, codes and counts, never personal values; what a value was is proved by ``digest``
    (see ``digest_of``). A set-based action writes one row with its counts.

    Raises:
        NobodyActs: called outside ``core.acting``.
    """
    act = current()
    with statements.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_audit (at, actor_id, actor_kind, action, subject_type, subject_id, subject_reference, "
            "district_id, reason, request_id, job_id, details, digest) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                act.at,
                act.actor.user_id,
                act.actor.kind.value,
                action,
                subject_type,
                subject_id,
                reference,
                district_id,
                act.reason,
                act.actor.request_id,
                act.job_id,
                json.dumps(dict(details or {}), sort_keys=True, default=str),
                digest,
            ),
        )


def digest_of(*, subject_type: str, subject_id: int, values: Mapping[str, Any]) -> bytes:
    """A digest of ``values`` under the subject's own salt, so that evidence stays when the values and the salt go.

    Makes the salt at the first use. 32 bytes (HMAC-SHA-256).
    """
    with statements.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_subject_salt (subject_type, subject_id, salt) VALUES (%s, %s, %s) "
            "ON CONFLICT (subject_type, subject_id) DO NOTHING",
            (subject_type, subject_id, secrets.token_bytes(16)),
        )
        cursor.execute(
            "SELECT salt FROM core_subject_salt WHERE subject_type = %s AND subject_id = %s", (subject_type, subject_id)
        )
        salt = bytes(cursor.fetchone()[0])
    text = json.dumps(dict(values), sort_keys=True, default=str, ensure_ascii=False)
    return hmac.new(salt, text.encode(), hashlib.sha256).digest()


def read(
    *,
    actor: Actor,
    at: datetime,
    page: str,
    subject_type: str,
    subject_ids: Sequence[int],
    reason: str = "",
) -> None:
    """Log that ``actor`` saw these records, on a connection of its own, before the answer leaves.

    If this fails the page must be refused: let the error pass.
    """
    with transaction.atomic(using="reads"), connections["reads"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_read_log (at, actor_id, actor_kind, page, subject_type, subject_ids, count, reason, "
            "request_id) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                at,
                actor.user_id,
                actor.kind.value,
                page,
                subject_type,
                json.dumps(list(subject_ids)[:200]),
                len(subject_ids),
                reason,
                actor.request_id,
            ),
        )
