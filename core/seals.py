"""The hash chain over the audit log and the log of reads.

A seal covers the rows of every transaction from ``since`` up to, not including, ``horizon`` (transaction numbers). The
horizon stops at the oldest transaction still open, so a row that commits late is never left out.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from core.locks import Lock, hold

LOGS = ("core_audit", "core_read_log")
_FIRST = b"\x00" * 32
_DIGEST = """
    SELECT count(*), sha256(%s || coalesce(string_agg(sha256(convert_to(row_to_json(r)::text, 'UTF8')), ''::bytea
                                           ORDER BY r.xid, r.id), ''::bytea))
    FROM {log} r WHERE r.xid >= %s::text::xid8 AND r.xid < %s::text::xid8
"""


@dataclass(frozen=True, slots=True)
class Broken:
    """A link whose digest does not match the rows it covers, or that does not follow the one before."""

    log: str
    seal_id: int
    sentence: str


def seal(*, at: datetime) -> int:
    """Add a link for each log that has grown; return how many rows were sealed. Repeats add nothing."""
    sealed = 0
    for log in LOGS:
        with transaction.atomic(), connection.cursor() as cursor:
            hold(Lock.SEALS, log)
            cursor.execute(
                "SELECT horizon, digest FROM core_audit_seal WHERE log = %s ORDER BY id DESC LIMIT 1", (log,)
            )
            since, previous = cursor.fetchone() or (0, _FIRST)
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            horizon = cursor.fetchone()[0]
            cursor.execute(_DIGEST.format(log=log), (bytes(previous), str(since), str(horizon)))
            rows, digest = cursor.fetchone()
            if not rows:
                continue
            cursor.execute(
                "INSERT INTO core_audit_seal (at, log, since, horizon, rows, previous, digest) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s)",
                (at, log, since, horizon, rows, bytes(previous), bytes(digest)),
            )
            sealed += rows
    return sealed


def verify() -> list[Broken]:
    """Recompute every link; an empty list means that no sealed row was changed, removed or slipped in."""
    return [link for log in LOGS for link in verify_links(log=log)]


def verify_links(*, log: str, after: int = 0, upto: int | None = None) -> list[Broken]:
    """Recompute one log's links whose numbers lie above ``after``, as far as ``upto`` (``None``: to the end)."""
    broken: list[Broken] = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT horizon, digest FROM core_audit_seal WHERE log = %s AND id <= %s ORDER BY id DESC LIMIT 1",
            (log, after),
        )
        expected_since, expected_previous = cursor.fetchone() or (0, _FIRST)
        cursor.execute(
            "SELECT id, since, horizon, rows, previous, digest FROM core_audit_seal "
            "WHERE log = %s AND id > %s AND id <= coalesce(%s, id) ORDER BY id",
            (log, after, upto),
        )
        for seal_id, since, horizon, rows, previous, digest in cursor.fetchall():
            if since != expected_since or bytes(previous) != bytes(expected_previous):
                broken.append(Broken(log, seal_id, "The link does not follow the one before it."))
            cursor.execute(_DIGEST.format(log=log), (bytes(previous), str(since), str(horizon)))
            counted, computed = cursor.fetchone()
            if bytes(computed) != bytes(digest):
                broken.append(Broken(log, seal_id, f"Sealed with {rows} rows; {counted} are there, and they differ."))
            expected_since, expected_previous = horizon, digest
    return broken
