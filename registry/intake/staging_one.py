"""One household into the submissions' tables, without COPY: its statements are planned once a connection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from core import statements
from registry.intake.staging import (
    ISSUE,
    MEMBER,
    SUBMISSION,
    Arrival,
    Arrived,
    dumps,
    fresh,
    issue_row,
    member_rows,
    submission_row,
)

_READ = [name for name in SUBMISSION if name != "id"]
_CHANGED = [name for name in _READ if name not in ("uuid", "door", "batch_id")]
_JSON = frozenset({"payload", "nominee", "answers"})

_STAGE = f"""
INSERT INTO registry_submission (id, {", ".join(_READ)})
SELECT nextval('registry_submission_id_seq'), {", ".join(_READ)}
FROM json_populate_record(NULL::registry_submission, %(row)s)
RETURNING id
"""

_RESTAGE = f"""
UPDATE registry_submission s SET status = 'received', {", ".join(f"{name} = r.{name}" for name in _CHANGED)}
FROM json_populate_record(NULL::registry_submission, %(row)s) r WHERE s.id = %(id)s::bigint
"""

# Who will be a new person has that person's number at once, as in a part of a file.
_MEMBERS = f"""
INSERT INTO registry_submissionmember ({", ".join(MEMBER)})
SELECT %(id)s::bigint, CASE WHEN person_id IS NOT NULL THEN nextval('registry_person_id_seq') END,
    {", ".join(MEMBER[2:])}
FROM json_populate_recordset(NULL::registry_submissionmember, %(rows)s)
"""

_ISSUES = f"""
INSERT INTO registry_submissionissue ({", ".join(ISSUE)}) SELECT %(id)s::bigint, {", ".join(ISSUE[1:])}
FROM json_populate_recordset(NULL::registry_submissionissue, %(rows)s)
"""


def stage(one: Arrived, arrival: Arrival) -> int:
    """Write a submission, its members and issues; returns its number."""
    with statements.cursor() as cursor:
        cursor.execute(_STAGE, {"row": _row(one, arrival)})
        number = int(cursor.fetchone()[0])
    _findings(number, one)
    return number


def restage(submission_id: int, one: Arrived, arrival: Arrival) -> None:
    """Write a draft's own row anew as received, with its members and issues."""
    with statements.cursor() as cursor:
        cursor.execute(_RESTAGE, {"id": str(submission_id), "row": _row(one, arrival)})
    _findings(submission_id, one)


def _row(one: Arrived, arrival: Arrival) -> str:
    return _object(_READ, (arrival.at, *submission_row(one, arrival)))


def _findings(number: int, one: Arrived) -> None:
    members = [
        _object(MEMBER[1:-1], (1 if is_new else None, *row[:-1]), f'"name_keys":[{row[-1][1:-1]}]')
        for is_new, row in zip(fresh(one), member_rows(one), strict=True)
    ]
    issues = [_object(ISSUE[1:], issue_row(issue)) for issue in one.told.issues]
    with statements.cursor() as cursor:
        for statement, rows in ((_MEMBERS, members), (_ISSUES, issues)):
            if rows:
                cursor.execute(statement, {"id": str(number), "rows": f"[{','.join(rows)}]"})


def _object(names: Sequence[str], values: Iterable[Any], *more: str) -> str:
    """A row as JSON, whose values PostgreSQL reads as those of the columns; JSON within it stands as it is."""
    plain: dict[str, Any] = {}
    told = list(more)
    for name, value in zip(names, values, strict=True):
        if name in _JSON and value is not None:
            told.append(f'"{name}":{value}')
        else:
            plain[name] = value if value is None or isinstance(value, bool | int | str) else str(value)
    return ",".join([dumps(plain)[:-1], *told]) + "}"
