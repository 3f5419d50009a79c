"""Corrected submissions take the place of those that they correct: once, and never of what has entered.

Which submission a row corrects stands in its file (``corrects``); it counts only if the sender may speak for that one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from registry.intake.staging import Arrived

_UNCHANGED = """
SELECT uuid::text, payload FROM registry_submission WHERE uuid = ANY(%(uuids)s) AND status = 'in_review'
    AND (%(everybodys)s OR submitted_by_id IS NOT DISTINCT FROM %(sender)s)
"""

_ORIGINALS = """
SELECT uuid::text, id, status FROM registry_submission
WHERE uuid = ANY(%(uuids)s) AND (%(everybodys)s OR submitted_by_id IS NOT DISTINCT FROM %(sender)s)
ORDER BY id FOR UPDATE
"""

_REPLACE = (
    "UPDATE registry_submission SET status = 'replaced', decided_at = %(at)s WHERE id = ANY(%(old)s)",
    """
    UPDATE registry_submission s SET corrects_id = pair.old
    FROM unnest(%(new)s::bigint[], %(old)s::bigint[]) AS pair(new, old) WHERE s.id = pair.new
    """,
)

_ISSUES = """
INSERT INTO registry_submissionissue (submission_id, code, severity, path, message, location)
SELECT s.id, told.code, 'error', 'household/corrects', told.message,
    %(households)s || ', row ' || s.source_line || ', column corrects'
FROM unnest(%(wrong)s::bigint[], %(codes)s::text[], %(messages)s::text[]) AS told(id, code, message)
JOIN registry_submission s ON s.id = told.id ORDER BY s.id
"""

_UNKNOWN = ("corrects_unknown", "This is no submission of yours: leave the column as the file to correct had it.")
_REPEATED = ("corrects_repeated", "Another row corrects the same submission.")
_OVER = {
    "accepted": ("corrects_accepted", "This household has entered in the meantime: what differs is a change of it."),
    "replaced": ("corrects_again", "This row was corrected before: correct the newer file."),
    "rejected": ("corrects_rejected", "This was rejected after review, so it cannot be sent again as a correction."),
}


def corrects(one: Arrived) -> str:
    """The submission that a household's row says it corrects, as it was written."""
    return str(((one.told.payload.get("file") or {}).get("household") or {}).get("corrects") or "").strip()


def changed(arrived: Sequence[Arrived], *, sender: int | None, everybodys: bool) -> list[Arrived]:
    """Without those that say again what already waits for review: these go on waiting."""
    by_uuid = {uuid: one for one in arrived if (uuid := _uuid(corrects(one)))}
    if not by_uuid:
        return list(arrived)
    waiting = _asked(_UNCHANGED, by_uuid, sender, everybodys)
    same = {uuid for uuid, payload in waiting if _facts(_payload(payload)) == _facts(by_uuid[uuid].told.payload)}
    return [one for one in arrived if _uuid(corrects(one)) not in same]


def replace(
    pairs: Sequence[tuple[int, Arrived]],
    *,
    sender: int | None,
    everybodys: bool,
    households: str,
    at: datetime,
) -> None:
    """Replace what staged submissions correct; one that cannot be replaced makes its correction wrong.

    Locks the replaced rows in the order of their numbers until the caller's transaction ends.
    """
    told = [(number, text) for number, one in pairs if (text := corrects(one))]
    if not told:
        return
    originals = {row[0]: row[1:] for row in _asked(_ORIGINALS, {_uuid(text) for _, text in told}, sender, everybodys)}
    old, new = list[int](), list[int]()
    wrong: list[tuple[int, str, str]] = []
    for number, text in told:
        original, status = originals.get(_uuid(text) or "", (None, ""))
        if original is None:
            wrong.append((number, *_UNKNOWN))
        elif original in old:
            wrong.append((number, *_REPEATED))
        elif status in ("refused", "in_review", "returned"):
            old.append(original)
            new.append(number)
        else:
            wrong.append((number, *_OVER.get(status, _UNKNOWN)))
    values: dict[str, Any] = {"old": old, "new": new, "at": at, "households": households}
    values |= dict(zip(("wrong", "codes", "messages"), map(list, zip(*wrong, strict=True)), strict=False))
    with connection.cursor() as cursor:
        for statement in (*(_REPLACE if old else ()), *((_ISSUES,) if wrong else ())):
            cursor.execute(statement, values)


def _asked(statement: str, uuids: Any, sender: int | None, everybodys: bool) -> list[tuple[Any, ...]]:
    wanted = [UUID(text) for text in uuids if text]
    with connection.cursor() as cursor:
        cursor.execute(statement, {"uuids": wanted, "sender": sender, "everybodys": everybodys})
        return cursor.fetchall()


def _uuid(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None


def _payload(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _facts(payload: Any) -> Any:
    """What a payload tells, the columns about the file apart."""
    return payload["household"], payload["members"]
