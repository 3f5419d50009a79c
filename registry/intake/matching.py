"""Who of a set of submissions is known already: links by number, and possible duplicates by names and exact date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core import statements
from registry.intake.numbers import array

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
# A member has the number of the new person that it will be, so only linked rows can be somebody already. Fresh rows
# have no statistics, so the statement leaves the planner no choice: OFFSET 0 keeps each look-up a look-up
# by key, and only names that repeat within the part are compared with one another.
_CANDIDATES = """
WITH asked AS MATERIALIZED (
    SELECT m.id, m.submission_id, m.position, m.name_date_key, m.national_id, m.sex, s.district_id,
        count(*) OVER (PARTITION BY m.name_date_key) AS bearers
    FROM registry_submissionmember m CROSS JOIN LATERAL (
        SELECT district_id FROM registry_submission o WHERE o.id = m.submission_id AND NOT EXISTS (
            SELECT 1 FROM registry_submissionissue i
            WHERE i.submission_id = o.id AND i.severity = 'error' OFFSET 0
        ) OFFSET 0
    ) s
    WHERE m.submission_id = ANY(%(ids)s) AND m.name_date_key IS NOT NULL AND m.linked_to = ''
        AND (m.membership <> 'linked' OR m.person_id IS NULL)
), repeated AS MATERIALIZED (
    SELECT * FROM asked WHERE bearers > 1
), found AS (
    SELECT a.*, p.id AS other_person_id, NULL::bigint AS other_member_id, p.sex AS other_sex,
        p.national_id AS other_national_id, p.district_id AS other_district_id
    FROM asked a CROSS JOIN LATERAL (
        SELECT k.person_id FROM registry_namekey k WHERE k.key = a.name_date_key OFFSET 0
    ) k CROSS JOIN LATERAL (
        SELECT id, sex, national_id, district_id FROM registry_person WHERE id = k.person_id OFFSET 0
    ) p
    UNION ALL
    SELECT a.*, NULL, o.id, o.sex, o.national_id, s.district_id
    FROM asked a CROSS JOIN LATERAL (
        SELECT m.id, m.submission_id, m.sex, m.national_id FROM registry_submissionmember m
        WHERE m.name_date_key = a.name_date_key AND m.submission_id <> a.submission_id AND m.linked_to = ''
            AND m.person_id IS NULL OFFSET 0
    ) o CROSS JOIN LATERAL (
        SELECT district_id FROM registry_submission WHERE id = o.submission_id AND status = 'in_review' OFFSET 0
    ) s
    UNION ALL
    SELECT a.*, NULL, o.id, o.sex, o.national_id, o.district_id
    FROM repeated a JOIN repeated o ON o.name_date_key = a.name_date_key AND o.submission_id < a.submission_id
)
, made AS (
    INSERT INTO registry_duplicatecandidate (submission_id, member_id, person_id, other_member_id, rule, evidence)
    SELECT submission_id, id, other_person_id, other_member_id, 'name_date',
        jsonb_build_object('agree', to_jsonb(array_remove(ARRAY['names', 'birth_date',
            CASE WHEN other_sex = sex THEN 'sex' END,
            CASE WHEN other_national_id = national_id THEN 'national_id' END], NULL)),
            'district_id', other_district_id)
    FROM found
    ORDER BY submission_id, position, other_person_id, other_member_id
    RETURNING member_id, person_id
)
INSERT INTO registry_submissionissue (submission_id, code, severity, path, message, location)
SELECT m.submission_id, 'possible_duplicate', 'duplicate', 'persons/' || m.position || '/given_names',
    CASE WHEN bool_or(c.person_id IS NOT NULL)
        THEN 'Somebody of these names and this birth date is registered already.'
        ELSE 'Somebody of these names and this birth date stands in another submission that waits.' END,
    CASE WHEN m.source_line IS NULL THEN '' ELSE %(persons)s || ', row ' || m.source_line || ', column given_names' END
FROM made c CROSS JOIN LATERAL (
    SELECT submission_id, position, source_line FROM registry_submissionmember WHERE id = c.member_id OFFSET 0
) m
GROUP BY m.submission_id, m.position, m.source_line
ORDER BY m.submission_id, m.position
"""


def match(*, ids: Sequence[int], persons: str, links: bool = True) -> None:
    """Link whom a number identifies, and note who has the names and the exact birth date of somebody known.

    ``links`` false: nobody is only linked.

    Estimated and coarser dates have no key, so they never match. The evidence names fields, never values. The caller
    holds the lock of ``pipeline.decide``: nobody enters the register meanwhile.
    """
    values: dict[str, Any] = {"ids": array(ids), "persons": persons}
    with statements.cursor() as cursor:
        if links:
            cursor.execute(_LINK_BY_NUMBER, values)
            cursor.execute(_LINK_UNKNOWN, values)
        cursor.execute(_CANDIDATES, values)
