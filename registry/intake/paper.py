"""Serial numbers of paper forms that submissions carry: noted where one does not fit, used up where it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core import statements
from registry.intake.numbers import array

# A submission that never entered, or was sent back, does not use its form up: its correction carries the same one.
_OVER = "('refused', 'returned', 'rejected', 'replaced', 'discarded')"

_MARK = f"""
WITH told AS (
    SELECT s.id, s.paper_form, s.source_line, s.corrects_id,
        row_number() OVER (PARTITION BY s.paper_form ORDER BY s.id) AS nth
    FROM registry_submission s WHERE s.id = ANY(%(ids)s) AND s.paper_form <> ''
), found AS (
    SELECT t.id, t.source_line, CASE
        WHEN p.number IS NULL THEN 'paper_form_unknown'
        WHEN t.nth > 1 OR p.status = 'used' AND u.id IS DISTINCT FROM t.id AND u.id IS DISTINCT FROM t.corrects_id
            AND u.status NOT IN {_OVER} THEN 'paper_form_again'
        WHEN p.status IN ('lost', 'spoilt') THEN 'paper_form_written_off'
        WHEN p.status = 'stock' THEN 'paper_form_not_out' END AS code
    FROM told t LEFT JOIN registry_paperform p ON p.serial = t.paper_form
    LEFT JOIN registry_submission u ON u.id = p.submission_id
)
INSERT INTO registry_submissionissue (submission_id, code, severity, path, message, location)
SELECT f.id, f.code, 'warning', 'household/paper_form', CASE f.code
        WHEN 'paper_form_unknown' THEN 'No paper form with this serial number was ever issued.'
        WHEN 'paper_form_again' THEN 'Another registration carries this serial number: entered twice, or read wrong.'
        WHEN 'paper_form_written_off' THEN 'This paper form was reported lost or spoilt.'
        ELSE 'This paper form was never handed out.' END,
    CASE WHEN f.source_line IS NULL OR %(households)s = '' THEN ''
        ELSE %(households)s || ', row ' || f.source_line || ', column paper_form' END
FROM found f WHERE f.code IS NOT NULL ORDER BY f.id
"""

# Rows are locked in the order of their numbers. The first to carry a serial keeps it.
_USE = f"""
WITH told AS (
    SELECT DISTINCT ON (s.paper_form) s.id, s.paper_form FROM registry_submission s
    WHERE s.id = ANY(%(ids)s) AND s.paper_form <> '' AND s.status IN ('accepted', 'in_review', 'received')
    ORDER BY s.paper_form, s.id
), free AS MATERIALIZED (
    SELECT p.number, t.id FROM told t JOIN registry_paperform p ON p.serial = t.paper_form
    LEFT JOIN registry_submission u ON u.id = p.submission_id
    WHERE p.submission_id IS NULL OR u.status IN {_OVER} AND u.id <> t.id
    ORDER BY p.number FOR NO KEY UPDATE OF p
)
UPDATE registry_paperform p SET status = 'used', submission_id = f.id FROM free f WHERE p.number = f.number
"""


def mark(*, ids: Sequence[int], households: str) -> None:
    """Note serial numbers that were never issued, are used already, or were reported lost: a person looks.

    In the caller's act, after ``pipeline.lock``.
    """
    values: dict[str, Any] = {"ids": array(ids), "households": households}
    with statements.cursor() as cursor:
        cursor.execute(_MARK, values)


def use(*, ids: Sequence[int]) -> None:
    """Use up the forms of submissions that were not refused. In the caller's act; a repeat changes nothing."""
    with statements.cursor() as cursor:
        cursor.execute(_USE, {"ids": array(ids)})
