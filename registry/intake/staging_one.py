"""One household into the submissions' tables, without COPY: its statements are planned once a connection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
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
RETURNING id"""

_RESTAGE = f"""
UPDATE registry_submission s SET status = 'received', {", ".join(f"{name} = r.{name}" for name in _CHANGED)}
FROM json_populate_record(NULL::registry_submission, %(row)s) r WHERE s.id = %(id)s::bigint
RETURNING s.id"""

# Who will be a new person has that person's number at once, as in a part of a file.
_MEMBERS = f"""
INSERT INTO registry_submissionmember ({", ".join(MEMBER)})
SELECT told.id, CASE WHEN m.person_id IS NOT NULL THEN nextval('registry_person_id_seq') END,
    {", ".join(f"m.{name}" for name in MEMBER[2:])}
FROM told CROSS JOIN json_populate_recordset(NULL::registry_submissionmember, %(members)s) m"""

_ISSUES = f"""
INSERT INTO registry_submissionissue ({", ".join(ISSUE)}) SELECT told.id, {", ".join(f"i.{name}" for name in ISSUE[1:])}
FROM told CROSS JOIN json_populate_recordset(NULL::registry_submissionissue, %(issues)s) i"""


def stage(one: Arrived, arrival: Arrival) -> int:
    """Write a submission, its members and issues; returns its number."""
    ((number,),) = _write(_STAGE, one, arrival)
    return int(number)


def restage(submission_id: int, one: Arrived, arrival: Arrival) -> None:
    """Write a draft's own row anew as received, with its members and issues."""
    _write(_RESTAGE, one, arrival, id=str(submission_id))


def _write(submission: str, one: Arrived, arrival: Arrival, **values: str) -> list[tuple[Any, ...]]:
    """All of it in one statement, which costs less to send and to begin than three; returns its number."""
    members = [
        _object(MEMBER[1:-1], (1 if is_new else None, *row[:-1]), f'"name_keys":[{row[-1][1:-1]}]')
        for is_new, row in zip(fresh(one), member_rows(one), strict=True)
    ]
    issues = [_object(ISSUE[1:], issue_row(issue)) for issue in one.told.issues]
    parts = [submission]
    for name, statement, rows in (("members", _MEMBERS, members), ("issues", _ISSUES, issues)):
        if rows:
            parts.append(statement)
            values[name] = f"[{','.join(rows)}]"
    values["row"] = _object(_READ, (arrival.at, *submission_row(one, arrival)))
    return statements.look_up(_together(*parts), values)


@cache
def _together(submission: str, *more: str) -> str:
    parts = "".join(f", part_{n} AS ({one})" for n, one in enumerate(more))
    return f"WITH told AS ({submission}){parts} SELECT id FROM told"


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
