"""Who of a set of submissions is known already: links by number, and possible duplicates by names and exact date."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

# A linked person whose national ID somebody holds is that somebody.
_LINK_BY_NUMBER = """
UPDATE registry_submissionmember m SET person_id = p.id
FROM registry_person p
WHERE m.submission_id = ANY(%(ids)s) AND m.membership = 'linked' AND m.linked_to = '' AND m.person_id IS NULL
    AND p.national_id = m.national_id
"""

_LINK_UNKNOWN = """
INSERT INTO registry_submissionissue (submission_id, code, severity, path, message, location)
SELECT m.submission_id, 'link_open', 'error', 'persons/' || m.position || '/birth_date',
    'Nobody in the register has this national ID: name the row that describes this person, or give the birth date.',
    CASE WHEN m.source_line IS NULL THEN '' ELSE %(persons)s || ', row ' || m.source_line || ', column birth_date' END
FROM registry_submissionmember m
WHERE m.submission_id = ANY(%(ids)s) AND m.membership = 'linked' AND m.linked_to = '' AND m.person_id IS NULL
    AND m.birth_date IS NULL
    AND NOT EXISTS (SELECT 1 FROM registry_submissionissue i WHERE i.submission_id = m.submission_id
        AND i.path = 'persons/' || m.position || '/birth_date')
ORDER BY m.submission_id, m.position
"""

# The search is national. Of two households of one part the earlier stands as if it had come before the later.
_CANDIDATES = """
WITH asked AS MATERIALIZED (
    SELECT m.id, m.submission_id, m.position, m.name_date, m.national_id, m.sex
    FROM registry_submissionmember m
    WHERE m.submission_id = ANY(%(ids)s) AND m.name_date IS NOT NULL AND m.linked_to = '' AND m.person_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM registry_submissionissue i
            WHERE i.submission_id = m.submission_id AND i.severity = 'error')
)
INSERT INTO registry_duplicatecandidate (submission_id, member_id, person_id, other_member_id, rule, evidence)
SELECT a.submission_id, a.id, found.person_id, found.other_member_id, 'name_date',
    jsonb_build_object('agree', to_jsonb(array_remove(ARRAY['names', 'birth_date',
        CASE WHEN found.sex = a.sex THEN 'sex' END,
        CASE WHEN found.national_id = a.national_id THEN 'national_id' END], NULL)),
        'district_id', found.district_id)
FROM asked a CROSS JOIN LATERAL (
    SELECT p.id AS person_id, NULL::bigint AS other_member_id, p.sex, p.national_id, p.district_id
    FROM registry_searchkey k JOIN registry_person p ON p.id = k.person_id
    WHERE k.kind = 'name_date' AND k.key = a.name_date
    UNION ALL
    SELECT NULL, o.id, o.sex, o.national_id, s.district_id
    FROM registry_submissionmember o JOIN registry_submission s ON s.id = o.submission_id
    WHERE o.name_date = a.name_date AND o.submission_id <> a.submission_id AND o.linked_to = '' AND o.person_id IS NULL
        AND (s.status = 'in_review' OR s.status = 'received' AND s.id < a.submission_id AND s.id = ANY(%(ids)s)
            AND NOT EXISTS (SELECT 1 FROM registry_submissionissue i
                WHERE i.submission_id = s.id AND i.severity = 'error'))
) found
ORDER BY a.submission_id, a.position, found.person_id, found.other_member_id
"""

_CANDIDATE_ISSUES = """
INSERT INTO registry_submissionissue (submission_id, code, severity, path, message, location)
SELECT m.submission_id, 'possible_duplicate', 'duplicate', 'persons/' || m.position || '/given_names',
    CASE WHEN bool_or(c.person_id IS NOT NULL)
        THEN 'Somebody of these names and this birth date is registered already.'
        ELSE 'Somebody of these names and this birth date stands in another submission that waits.' END,
    CASE WHEN m.source_line IS NULL THEN '' ELSE %(persons)s || ', row ' || m.source_line || ', column given_names' END
FROM registry_duplicatecandidate c JOIN registry_submissionmember m ON m.id = c.member_id
WHERE c.submission_id = ANY(%(ids)s)
GROUP BY m.submission_id, m.position, m.source_line
ORDER BY m.submission_id, m.position
"""


def match(*, ids: Sequence[int], persons: str) -> None:
    """Link whom a number identifies, and note who has the names and the exact birth date of somebody known.

    Estimated and coarser dates have no key, so they never match. The evidence names fields, never values. The caller
    holds the lock of ``pipeline.decide``: nobody enters the register meanwhile.
    """
    values = {"ids": list(ids), "persons": persons}
    with connection.cursor() as cursor:
        for statement in (_LINK_BY_NUMBER, _LINK_UNKNOWN, _CANDIDATES, _CANDIDATE_ISSUES):
            cursor.execute(statement, values)
