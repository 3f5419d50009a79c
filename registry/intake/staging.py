"""Rows in by COPY: what was told, as it was read, straight into the submissions' tables."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from core import statements
from registry.intake.columns import Membership
from registry.intake.issues import Issue, Severity
from registry.intake.reading import Told

NULL = "\\N"
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
_dumps: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


# Tuples: thousands of them travel from one process to another.
class Rows(NamedTuple):
    """A household written for COPY: its submission's row but for number and moment, its members' but for numbers."""

    submission: str
    members: list[str]
    fresh: list[bool]


class Arrived(NamedTuple):
    """One household told by somebody, with what the doorkeeper knows of it."""

    told: Told
    uuid: UUID | str
    source_key: str = ""
    source_line: int | None = None
    member_lines: Sequence[int] = ()
    rows: Rows | None = None


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


SUBMISSION = (
    "id", "received_at", "uuid", "door", "batch_id", "source_key", "source_line", "payload", "questionnaire_id",
    "area_id", "district_id", "address", "phone", "latitude", "longitude", "legacy_number", "interviewed_on",
    "interviewer", "paper_form", "privacy_notice_id", "legal_basis", "consent", "consent_given_by_position",
    "account_kind", "account_provider", "account_number", "account_holder_position", "nominee", "answers",
    "submitted_by_id",
)  # fmt: skip
_TEXTS = (
    "person_no", "membership", "linked_to", "relationship", "given_names", "surname", "birth_surname", "known_as",
    "sex", "birth_date_precision", "birth_evidence", "other_id_kind", "other_id_country", "other_id_number",
    "nationality", "residence_status", "residence", "marital_status", "mother_status", "father_status",
)  # fmt: skip
_NULLABLE = ("caregiver_position", "birth_date", "national_id", "other_id_expires_on", "name_date_key")
MEMBER = (
    "submission_id", "person_id", "position", "source_line", "counts", *_TEXTS, *_NULLABLE, "answers", "name_keys",
)  # fmt: skip
ISSUE = ("submission_id", "code", "severity", "path", "message", "location")


def stage(arrived: Sequence[Arrived], arrival: Arrival) -> list[int]:
    """Write submissions, members and issues; returns the submissions' numbers in the order of ``arrived``."""
    ids = _numbers("registry_submission_id_seq", len(arrived))
    pairs = [(i, one if one.rows else written(one, arrival)) for i, one in zip(ids, arrived, strict=True)]
    _copy(
        "registry_submission",
        SUBMISSION,
        [f"{i}\t{arrival.at}\t{one.rows.submission}" for i, one in pairs if one.rows],
    )
    _copy_findings(pairs)
    return ids


def written(one: Arrived, arrival: Arrival) -> Arrived:
    """The same with its rows written for COPY. Needs no database, so it may be done ahead, in another thread."""
    rows = Rows(
        submission=_line(submission_row(one, arrival)),
        members=[_line(row) for row in member_rows(one)],
        fresh=fresh(one),
    )
    return one._replace(rows=rows)


def fresh(one: Arrived) -> list[bool]:
    """Who is described here and not elsewhere becomes a new person; an error keeps the whole household out."""
    clean = not any(issue.severity is Severity.ERROR for issue in one.told.issues)
    return [clean and member.get("membership") == Membership.MEMBER for member in one.told.members]


def _copy_findings(pairs: Sequence[tuple[int, Arrived]]) -> None:
    """Members and what could not be read of them.

    Who will be a new person unless a check objects has that person's number at once, so that the row need not be
    written again; ``pipeline`` takes the number back from those who are held. Foreign keys are checked at commit.
    """
    numbers = iter(_numbers("registry_person_id_seq", sum(sum(one.rows.fresh) for _, one in pairs if one.rows)))
    _copy(
        "registry_submissionmember",
        MEMBER,
        [
            f"{i}\t{next(numbers) if is_fresh else NULL}\t{row}"
            for i, one in pairs
            if one.rows
            for is_fresh, row in zip(one.rows.fresh, one.rows.members, strict=True)
        ],
    )
    _copy(
        "registry_submissionissue",
        ISSUE,
        [_line((i, *issue_row(issue))) for i, one in pairs for issue in one.told.issues],
    )


def _numbers(sequence: str, count: int) -> list[int]:
    """That many numbers of a sequence, rising."""
    with statements.cursor() as cursor:
        cursor.execute(f"SELECT nextval('{sequence}') FROM generate_series(1, %s)", [count])
        return sorted(row[0] for row in cursor.fetchall())


def dumps(value: Any) -> str:
    """JSON that jsonb can hold; a character that it cannot becomes the replacement character."""
    text = _dumps(value)
    return text if _fits_jsonb(text) else _dumps(_cleaned(value))


def _fits_jsonb(text: str) -> bool:
    """Whether there is neither half a character nor the one with the number 0 in it."""
    if "\\u0000" in text:
        return False
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _NOT_TEXT.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_cleaned(str(key)): _cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value]
    return value


def submission_row(one: Arrived, arrival: Arrival) -> Sequence[Any]:
    """The submission but for number and moment."""
    told = one.told.household
    get = told.get
    nominee = get("nominee")
    return (
        one.uuid, arrival.door, arrival.batch_id, one.source_key, one.source_line, dumps(one.told.payload),
        arrival.questionnaire_id, get("area_id"), get("district_id"), get("address", ""), get("phone", ""),
        get("latitude"), get("longitude"), get("legacy_number", ""), get("interview_date"), get("interviewer", ""),
        get("paper_form", ""), get("privacy_notice_id"), get("legal_basis", ""), get("consent"),
        get("consent_given_by_position"),
        get("account_kind", ""), get("account_provider", ""), get("account_number", ""),
        get("account_holder_position"), dumps(nominee) if nominee else None, dumps(told["answers"]),
        arrival.submitted_by_id,
    )  # fmt: skip


def member_rows(one: Arrived) -> Iterable[Sequence[Any]]:
    """Its members but for numbers."""
    lines = one.member_lines
    for position, member in enumerate(one.told.members, start=1):
        get = member.get
        yield (
            position,
            lines[position - 1] if lines else None,
            member["counts"],
            *[get(name, "") for name in _TEXTS],
            *[get(name) for name in _NULLABLE],
            dumps(member["answers"]),
            "{" + ",".join(map(str, member["name_keys"])) + "}",
        )


def issue_row(issue: Issue) -> Sequence[Any]:
    """A finding but for its submission's number."""
    return (issue.code, str(issue.severity), issue.path, issue.message, issue.location)


def _copy(table: str, columns: Sequence[str], rows: Sequence[str]) -> None:
    if not rows:
        return
    with (
        statements.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        copy.write("".join(rows))


def escaped(text: str) -> str:
    """A text as COPY takes it."""
    if "\\" in text or "\t" in text or "\n" in text or "\r" in text:
        return text.translate(_ESCAPED)
    return text


def _line(row: Sequence[Any]) -> str:
    """A row for COPY."""
    # Four searches of all texts together cost less than one of each.
    texts = "\0".join([value for value in row if value.__class__ is str])
    if "\\" in texts or "\t" in texts or "\n" in texts or "\r" in texts:
        row = [value.translate(_ESCAPED) if value.__class__ is str else value for value in row]
    return "\t".join([value if value.__class__ is str else _cell(value) for value in row]) + "\n"


def _cell(value: Any) -> str:
    """A value that is no text."""
    if value is None:
        return NULL
    if value is True:
        return "t"
    if value is False:
        return "f"
    return str(value)
