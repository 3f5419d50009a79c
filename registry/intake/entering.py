"""Accepted submissions become households and persons: set-based, in the caller's act.

Order matters: persons before the household that names who consented, so that nothing is written twice and field
history stays empty. Members name their submissions, and look-ups that must stay look-ups are kept apart with
``OFFSET 0``: fresh rows have no statistics, and a plan that reads the register for each part takes time by the square.
A member's submission is looked up by its number alone: a list of a thousand beside it is sorted anew for each member.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from core import references, statements, uuids
from registry.intake.carried import ANYTHING, Carried
from registry.intake.numbers import array

# How many members there are, and who of them is somebody in the register already: linked by a number, or recognised by
# a reviewer.
_KNOWN = """
SELECT count(*), coalesce(array_agg(id) FILTER (WHERE known), '{}') FROM (
    SELECT m.id, EXISTS (SELECT 1 FROM registry_person p WHERE p.id = m.person_id OFFSET 0) AS known
    FROM registry_submissionmember m WHERE m.submission_id = ANY(%(ids)s)
) members
"""

# References and UUIDs are drawn together (``core.references.draw``, ``core.uuids.draw``): one by one they were a tenth
# of a statement's work, each.
_REFERENCE = """'{prefix}-' || convert_from(substr(%(drawn_{name})s::bytea, 11 * drawn::int - 10, 10), 'UTF8')
        || '-' || convert_from(substr(%(drawn_{name})s::bytea, 11 * drawn::int, 1), 'UTF8')"""

_UUID = "encode(substr(%(uuids_{name})s::bytea, 16 * drawn::int - 15, 16), 'hex')::uuid"

# Numbers first: foreign keys are checked at commit, so members may name persons that the next statement makes.
# Most have theirs since they were staged.
_NUMBER_PERSONS = """
UPDATE registry_submissionmember m SET person_id = fresh.person_id
FROM (
    SELECT id, nextval('registry_person_id_seq') AS person_id FROM (
        SELECT id FROM registry_submissionmember
        WHERE submission_id = ANY(%(ids)s) AND person_id IS NULL AND linked_to = ''
        ORDER BY submission_id, position
    ) ordered
) fresh WHERE m.id = fresh.id
"""

# One person holds a national ID: the first to claim it here, unless somebody in the register does. Returns who told a
# number that is somebody else's. The look for a holder is kept a look-up: without ``OFFSET 0`` it may become a list of
# all numbers in force, made anew for each part.
_PERSONS = f"""
WITH told AS MATERIALIZED (
    SELECT m.person_id, s.district_id, m.given_names, m.surname, m.sex, m.birth_date, m.birth_date_precision,
        m.birth_evidence, m.national_id, m.nationality, m.residence_status, m.marital_status, m.mother_status,
        m.father_status, s.questionnaire_id, m.answers, row_number() OVER () AS drawn,
        m.national_id IS NOT NULL
        AND row_number() OVER (PARTITION BY m.national_id ORDER BY m.submission_id, m.position) = 1
        AND NOT EXISTS (SELECT 1 FROM registry_person p WHERE p.national_id = m.national_id OFFSET 0) AS granted
    FROM registry_submissionmember m CROSS JOIN LATERAL (
        SELECT district_id, questionnaire_id FROM registry_submission WHERE id = m.submission_id OFFSET 0
    ) s
    WHERE m.submission_id = ANY(%(ids)s) AND m.linked_to = '' AND m.id <> ALL(%(known)s)
), entered AS (
    INSERT INTO registry_person (id, uuid, reference, district_id, given_names, surname, sex, birth_date,
        birth_date_precision, birth_evidence, national_id, interim_number, nationality, residence_status,
        marital_status, mother_status, father_status, questionnaire_id, answers, registered_at)
    SELECT person_id, {_UUID.format(name="persons")}, {_REFERENCE.format(prefix="PN", name="persons")},
        district_id, given_names, surname, sex, birth_date, birth_date_precision, birth_evidence,
        CASE WHEN granted THEN national_id END, CASE WHEN NOT granted THEN registry_interim(%(prefix)s) END,
        nationality, coalesce(nullif(residence_status, ''), 'unknown'), marital_status,
        coalesce(nullif(mother_status, ''), 'unknown'), coalesce(nullif(father_status, ''), 'unknown'),
        questionnaire_id, answers, %(at)s
    FROM told ORDER BY person_id
)
SELECT count(*), coalesce(array_agg(person_id) FILTER (WHERE national_id IS NOT NULL AND NOT granted), '{{}}') FROM told
"""

_HOUSEHOLDS = f"""
WITH chosen AS MATERIALIZED (
    SELECT s.*, row_number() OVER () AS drawn, nextval('registry_household_id_seq') AS new_id FROM (
        SELECT * FROM registry_submission WHERE id = ANY(%(ids)s) ORDER BY id
    ) s
), made AS (
    INSERT INTO registry_household (id, uuid, reference, area_id, district_id, address, phone, latitude, longitude,
        legacy_number, questionnaire_id, answers, interviewed_on, registered_at, registered_by_id, privacy_notice_id,
        legal_basis, consent, consent_given_by_id)
    SELECT c.new_id, {_UUID.format(name="households")}, {_REFERENCE.format(prefix="HH", name="households")},
        c.area_id, c.district_id, c.address, c.phone, c.latitude, c.longitude, c.legacy_number,
        c.questionnaire_id, c.answers, c.interviewed_on, %(at)s, c.submitted_by_id, c.privacy_notice_id,
        c.legal_basis, c.consent, giver.person_id
    FROM chosen c LEFT JOIN LATERAL (
        SELECT person_id FROM registry_submissionmember
        WHERE submission_id = c.id AND position = c.consent_given_by_position OFFSET 0
    ) giver ON true
    ORDER BY c.new_id
)
UPDATE registry_submission s SET household_id = c.new_id, status = 'accepted', decided_at = %(at)s,
    decided_by_id = %(decided_by)s, decision_reason = %(reason)s
FROM chosen c WHERE s.id = c.id
"""

_MEMBERSHIPS = """
INSERT INTO registry_membership (person_id, household_id, district_id, counts, relationship, is_reference, residence,
    caregiver_id, position, from_on)
SELECT m.person_id, s.household_id, s.district_id, m.counts, m.relationship, m.relationship = 'reference',
    coalesce(nullif(m.residence, ''), 'usual'), carer.person_id, m.position, s.interviewed_on
FROM registry_submissionmember m CROSS JOIN LATERAL (
    SELECT household_id, district_id, interviewed_on FROM registry_submission WHERE id = m.submission_id OFFSET 0
) s LEFT JOIN LATERAL (
    SELECT person_id FROM registry_submissionmember
    WHERE submission_id = m.submission_id AND position = m.caregiver_position OFFSET 0
) carer ON true
WHERE m.submission_id = ANY(%(ids)s) AND m.person_id IS NOT NULL
ORDER BY m.submission_id, m.position
"""

_NAMES = """
INSERT INTO registry_personname (person_id, kind, given_names, surname)
SELECT m.person_id, told.kind, told.given_names, told.surname
FROM registry_submissionmember m CROSS JOIN LATERAL (VALUES
    ('birth', '', m.birth_surname), ('known_as', m.known_as, '')) AS told(kind, given_names, surname)
WHERE m.submission_id = ANY(%(ids)s) AND m.linked_to = '' AND m.id <> ALL(%(known)s)
    AND told.given_names || told.surname <> ''
ORDER BY m.person_id
"""

_IDENTIFIERS = """
INSERT INTO registry_personidentifier (person_id, kind, country, number, expires_on)
SELECT person_id, other_id_kind, other_id_country, other_id_number, other_id_expires_on
FROM registry_submissionmember
WHERE submission_id = ANY(%(ids)s) AND linked_to = '' AND id <> ALL(%(known)s) AND other_id_number <> ''
ORDER BY person_id
"""

_NAME_KEYS = """
INSERT INTO registry_namekey (key, district_id, born, person_id)
SELECT told.key, s.district_id, extract(year FROM m.birth_date), m.person_id
FROM registry_submissionmember m CROSS JOIN LATERAL (
    SELECT district_id FROM registry_submission WHERE id = m.submission_id OFFSET 0
) s CROSS JOIN LATERAL unnest(m.name_keys) AS told(key)
WHERE m.submission_id = ANY(%(ids)s) AND m.linked_to = '' AND m.id <> ALL(%(known)s)
ORDER BY told.key, s.district_id, 3, m.person_id
"""

# By village, so that another head of the same names is seen (docs/questionnaire.md, ``namesakes_in_village``).
_HEAD_KEYS = """
INSERT INTO registry_headkey (household_id, key)
SELECT s.household_id, min(registry_head_key_of_member(s.area_id, m.name_keys))
FROM registry_submissionmember m CROSS JOIN LATERAL (
    SELECT household_id, area_id FROM registry_submission WHERE id = m.submission_id OFFSET 0
) s
WHERE m.submission_id = ANY(%(ids)s) AND m.relationship = 'reference' AND m.name_keys <> '{}'
GROUP BY s.household_id HAVING min(registry_head_key_of_member(s.area_id, m.name_keys)) IS NOT NULL
ORDER BY s.household_id
"""

_ACCOUNTS = """
INSERT INTO registry_paymentaccount (household_id, district_id, holder_id, kind, provider, number, from_on)
SELECT s.household_id, s.district_id, holder.person_id, s.account_kind, s.account_provider, s.account_number,
    s.interviewed_on
FROM registry_submission s LEFT JOIN registry_submissionmember holder
    ON holder.submission_id = s.id AND holder.position = s.account_holder_position
WHERE s.id = ANY(%(ids)s) AND s.account_kind <> ''
ORDER BY s.id
"""

_NOMINEES = """
INSERT INTO registry_nominee (household_id, district_id, given_names, surname, national_id, phone, from_on)
SELECT household_id, district_id, nominee ->> 'given_names', nominee ->> 'surname',
    coalesce(nominee ->> 'national_id', ''), coalesce(nominee ->> 'phone', ''), interviewed_on
FROM registry_submission WHERE id = ANY(%(ids)s) AND nominee IS NOT NULL
ORDER BY id
"""

_CLAIMS = """
INSERT INTO registry_identityclaim (claimant_id, holder_id, national_id, district_id, opened_at, opened_by_id)
SELECT m.person_id, holder.id, m.national_id, s.district_id, %(at)s, s.submitted_by_id
FROM registry_submissionmember m JOIN registry_submission s ON s.id = m.submission_id
JOIN registry_person holder ON holder.national_id = m.national_id
WHERE m.submission_id = ANY(%(ids)s) AND m.person_id = ANY(%(claimants)s) AND m.linked_to = ''
ORDER BY m.person_id
RETURNING 1
"""

# Links inside a pair of files, wherever the two households came: tried again whenever more has been accepted. Each
# look-up asks for its key alone. With the batch beside the number of a submission, a plan made by statistics that did
# not know this batch yet read the whole batch for every row that waits.
_LINKS = """
WITH waits AS MATERIALIZED (
    SELECT id, submission_id, position, relationship, residence, caregiver_position,
        split_part(linked_to, '/', 1) AS household_no, split_part(linked_to, '/', 2) AS person_no
    FROM registry_submissionmember WHERE person_id IS NULL AND linked_to <> ''
), found AS MATERIALIZED (
    SELECT w.id, w.submission_id, w.position, w.relationship, w.residence, w.caregiver_position, t.person_id,
        s.household_id, s.district_id, s.interviewed_on
    FROM waits w CROSS JOIN LATERAL (
        SELECT batch_id, status, household_id, district_id, interviewed_on FROM registry_submission
        WHERE id = w.submission_id OFFSET 0
    ) s CROSS JOIN LATERAL (
        SELECT id, status, household_id FROM registry_submission
        WHERE batch_id = %(batch)s AND source_key = w.household_no OFFSET 0
    ) ts CROSS JOIN LATERAL (
        SELECT person_id, person_no, linked_to FROM registry_submissionmember WHERE submission_id = ts.id OFFSET 0
    ) t
    WHERE s.batch_id = %(batch)s AND s.status = 'accepted' AND ts.status = 'accepted'
        AND t.person_no = w.person_no AND t.linked_to = '' AND t.person_id IS NOT NULL
        AND s.household_id <> ts.household_id
), placed AS (
    INSERT INTO registry_membership (person_id, household_id, district_id, counts, relationship, is_reference,
        residence, caregiver_id, position, from_on)
    SELECT f.person_id, f.household_id, f.district_id, false, f.relationship, false,
        coalesce(nullif(f.residence, ''), 'usual'), carer.person_id, f.position, f.interviewed_on
    FROM found f LEFT JOIN registry_submissionmember carer
        ON carer.submission_id = f.submission_id AND carer.position = f.caregiver_position
    ORDER BY f.submission_id, f.position
)
UPDATE registry_submissionmember m SET person_id = f.person_id FROM found f WHERE m.id = f.id
RETURNING m.submission_id
"""

# A caregiver who was linked only now; no more than a handful of rows.
_LATE_CAREGIVERS = """
UPDATE registry_membership ms SET caregiver_id = carer.person_id
FROM registry_submission s
JOIN registry_submissionmember carer ON carer.submission_id = s.id AND carer.linked_to <> ''
    AND carer.person_id IS NOT NULL
JOIN registry_submissionmember m ON m.submission_id = s.id AND m.caregiver_position = carer.position
WHERE s.id = ANY(%(ids)s) AND carer.submission_id = ANY(%(ids)s) AND m.submission_id = ANY(%(ids)s)
    AND ms.household_id = s.household_id AND ms.person_id = m.person_id AND ms.caregiver_id IS NULL
"""


def enter(
    *,
    ids: Sequence[int],
    prefix: str,
    at: datetime,
    decided_by: int | None = None,
    reason: str = "",
    carried: Carried = ANYTHING,
) -> dict[str, int]:
    """Make households and persons of the submissions ``ids``, which become ACCEPTED; returns counts.

    A person whose national ID somebody else holds enters under an interim number, with a claim for a supervisor.
    The caller holds the lock of ``pipeline.decide``.
    """
    if not ids:
        return {}
    values: dict[str, Any] = {"ids": array(ids), "prefix": prefix, "at": at, "decided_by": decided_by, "reason": reason}
    members, known = carried.fresh, "{}"
    if members is None:
        members, known = _number(values)
    values["known"] = known
    values["drawn_persons"] = references.draw("PN", members).encode()
    values["drawn_households"] = references.draw("HH", len(ids)).encode()
    values |= {"uuids_persons": uuids.draw(members, at), "uuids_households": uuids.draw(len(ids), at)}
    with statements.cursor() as of_persons, statements.cursor() as cursor:
        of_persons.execute(_PERSONS, values)
        cursor.execute(_HOUSEHOLDS, values)
        rest = [_MEMBERSHIPS, _NAME_KEYS, _HEAD_KEYS]
        rest += [_NAMES] if carried.other_names else []
        rest += [_IDENTIFIERS] if carried.identifiers else []
        rest += [_ACCOUNTS] if carried.account else []
        rest += [_NOMINEES] if carried.nominee else []
        for statement in [_together(*rest)] if len(ids) == 1 else rest:
            cursor.execute(statement, values)
        persons, claimants = of_persons.fetchone()
        claims = 0
        if claimants:
            cursor.execute(_CLAIMS, values | {"claimants": array(claimants)})
            claims = len(cursor.fetchall())
    return {"persons_registered": persons, "identity_claims": claims}


@lru_cache(maxsize=16)
def _together(*inserts: str) -> str:
    """Inserts that need nothing of one another as one statement: each costs as much to send as to do for few rows."""
    return f"WITH {', '.join(f'part_{n} AS ({one})' for n, one in enumerate(inserts))} SELECT"


def _number(values: Mapping[str, Any]) -> tuple[int, str]:
    """How many members there are, and who is known already; the others get their numbers, if they have none yet."""
    with statements.cursor() as cursor:
        cursor.execute(_KNOWN, values)
        members, known = cursor.fetchone()
        cursor.execute(_NUMBER_PERSONS, values)
    return int(members), array(known)


def link(*, batch_id: int) -> int:
    """Place the linked persons of a pair of files whose own rows are in the register by now; returns how many.

    The caller holds the lock of ``pipeline.decide``.
    """
    with statements.cursor() as cursor:
        cursor.execute(_LINKS, {"batch": batch_id})
        linked = [row[0] for row in cursor.fetchall()]
        if linked:
            cursor.execute(_LATE_CAREGIVERS, {"ids": sorted(set(linked))})
    return len(linked)
