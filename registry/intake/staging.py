"""Rows in by COPY: what was told, as it was read, straight into the submissions' tables."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from registry.intake.columns import Membership
from registry.intake.issues import Severity
from registry.intake.reading import Told

_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_SPECIAL = re.compile(r"[\\\t\n\r]").search
# What jsonb cannot hold: half characters, and the character with the number 0.
_NOT_JSONB = re.compile(r"[\ud800-\udfff]|\\u0000").search
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
_dumps: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Arrived:
    """One household told by somebody, with what the doorkeeper knows of it."""

    told: Told
    uuid: UUID
    source_key: str = ""
    source_line: int | None = None
    member_lines: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """What all submissions of one part have in common."""

    door: str
    batch_id: int | None
    questionnaire_id: int
    submitted_by_id: int | None
    at: datetime
    households_name: str = ""
    persons_name: str = ""


_SUBMISSION = (
    "id", "uuid", "door", "batch_id", "source_key", "source_line", "payload", "questionnaire_id", "area_id",
    "district_id", "address", "phone", "latitude", "longitude", "legacy_number", "interviewed_on", "interviewer",
    "privacy_notice_id", "legal_basis", "consent", "consent_given_by_position", "account_kind", "account_provider",
    "account_number", "account_holder_position", "nominee", "answers", "received_at", "submitted_by_id",
)  # fmt: skip
_TEXTS = (
    "person_no", "membership", "linked_to", "relationship", "given_names", "surname", "birth_surname", "known_as",
    "sex", "birth_date_precision", "birth_evidence", "other_id_kind", "other_id_country", "other_id_number",
    "nationality", "residence_status", "residence", "marital_status", "mother_status", "father_status",
)  # fmt: skip
_NULLABLE = ("caregiver_position", "birth_date", "national_id", "other_id_expires_on", "name_date")
_MEMBER = (
    "submission_id", "position", "source_line", "person_id", "counts", *_TEXTS, *_NULLABLE, "answers", "name_tokens",
)  # fmt: skip
_ISSUE = ("submission_id", "code", "severity", "path", "message", "location")


def stage(arrived: Sequence[Arrived], arrival: Arrival) -> list[int]:
    """Write submissions, members and issues; returns the submissions' numbers in the order of ``arrived``."""
    ids = _numbers("registry_submission_id_seq", len(arrived))
    pairs = list(zip(ids, arrived, strict=True))
    _copy("registry_submission", _SUBMISSION, (_submission(i, one, arrival) for i, one in pairs))
    _copy_findings(pairs)
    return ids


def _copy_findings(pairs: Sequence[tuple[int, Arrived]]) -> None:
    """Members and what could not be read of them.

    Who will be a new person unless a check objects has that person's number at once, so that the row need not be
    written again; ``pipeline`` takes the number back from those who are held. Foreign keys are checked at commit.
    """
    fresh = iter(_numbers("registry_person_id_seq", sum(_becomes_new(m) for _, one in pairs for m in _clean(one))))
    _copy("registry_submissionmember", _MEMBER, (row for i, one in pairs for row in _members(i, one, fresh)))
    _copy(
        "registry_submissionissue",
        _ISSUE,
        (
            (i, issue.code, str(issue.severity), issue.path, issue.message, issue.location)
            for i, one in pairs
            for issue in one.told.issues
        ),
    )


def _numbers(sequence: str, count: int) -> list[int]:
    """That many numbers of a sequence, rising."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nextval('{sequence}') FROM generate_series(1, %s)", [count])
        return sorted(row[0] for row in cursor.fetchall())


def _clean(one: Arrived) -> Sequence[Mapping[str, Any]]:
    """The members of a household in which nothing was unreadable; an error keeps all of them out."""
    return [] if any(issue.severity is Severity.ERROR for issue in one.told.issues) else one.told.members


def _becomes_new(member: Mapping[str, Any]) -> bool:
    """Whether this row describes a person, and does not point to one described elsewhere."""
    return member.get("membership") == Membership.MEMBER


def restage(submission_id: int, one: Arrived, arrival: Arrival) -> None:
    """Write a draft's own row anew as received, with its members and issues."""
    row = dict(zip(_SUBMISSION, _submission(submission_id, one, arrival), strict=True))
    changed = [name for name in _SUBMISSION if name not in ("id", "uuid", "door", "batch_id")]
    sets = ", ".join(f"{name} = %({name})s" for name in changed)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE registry_submission SET status = 'received', {sets} WHERE id = %(id)s", row)
    _copy_findings([(submission_id, one)])


def dumps(value: Any) -> str:
    """JSON that jsonb can hold; a character that it cannot becomes the replacement character."""
    text = _dumps(value)
    return _dumps(_cleaned(value)) if _NOT_JSONB(text) else text


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _NOT_TEXT.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_cleaned(str(key)): _cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value]
    return value


def _submission(number: int, one: Arrived, arrival: Arrival) -> Iterable[Any]:
    told = one.told.household
    get = told.get
    nominee = get("nominee")
    return (
        number, one.uuid, arrival.door, arrival.batch_id, one.source_key, one.source_line, dumps(one.told.payload),
        arrival.questionnaire_id, get("area_id"), get("district_id"), get("address", ""), get("phone", ""),
        get("latitude"), get("longitude"), get("legacy_number", ""), get("interview_date"), get("interviewer", ""),
        get("privacy_notice_id"), get("legal_basis", ""), get("consent"), get("consent_given_by_position"),
        get("account_kind", ""), get("account_provider", ""), get("account_number", ""),
        get("account_holder_position"), dumps(nominee) if nominee else None, dumps(told["answers"]), arrival.at,
        arrival.submitted_by_id,
    )  # fmt: skip


def _members(number: int, one: Arrived, fresh: Iterator[int]) -> Iterable[Iterable[Any]]:
    lines, clean = one.member_lines, bool(_clean(one))
    for position, member in enumerate(one.told.members, start=1):
        get = member.get
        yield (
            number,
            position,
            lines[position - 1] if lines else None,
            next(fresh) if clean and _becomes_new(member) else None,
            member["counts"],
            *[get(name, "") for name in _TEXTS],
            *[get(name) for name in _NULLABLE],
            dumps(member["answers"]),
            "{" + ",".join(member["name_tokens"]) + "}",
        )


def _copy(table: str, columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    text = "".join(["\t".join([_cell(value) for value in row]) + "\n" for row in rows])
    if not text:
        return
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        copy.write(text)


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPED) if _SPECIAL(value) else value
    if value is True:
        return "t"
    if value is False:
        return "f"
    return str(value)
