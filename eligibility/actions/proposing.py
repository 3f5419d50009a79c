"""Proposing those found eligible for the beneficiary list, in one statement."""

from datetime import datetime

from django.db import connection
from django.utils import timezone

from eligibility.models import AssessmentRun, Programme

_CURRENT = "m.from_on <= %(today)s AND (m.until_on IS NULL OR m.until_on > %(today)s)"
_PRESENT = f"{_CURRENT} AND m.counts AND m.residence IN ('usual', 'temporarily_absent') AND p.died_on IS NULL"
_REFERENCE = (
    "(SELECT p.id FROM registry_membership m JOIN registry_person p ON p.id = m.person_id "
    f"WHERE m.household_id = a.household_id AND m.is_reference AND {_PRESENT}"
)
_ADULT = "p.birth_date <= (%(today)s::date - make_interval(years => %(adult_from)s))"
_CAREGIVER = f"""coalesce(
    (SELECT m.caregiver_id FROM registry_membership m JOIN registry_person child ON child.id = m.person_id
     JOIN registry_person p ON p.id = m.caregiver_id
     WHERE m.household_id = a.household_id AND {_CURRENT} AND p.died_on IS NULL AND child.died_on IS NULL
         AND child.birth_date > (%(today)s::date - make_interval(years => %(adult_from)s))
     GROUP BY m.caregiver_id ORDER BY count(*) DESC, m.caregiver_id LIMIT 1),
    {_REFERENCE} AND {_ADULT} LIMIT 1),
    (SELECT p.id FROM registry_membership m JOIN registry_person p ON p.id = m.person_id
     WHERE m.household_id = a.household_id AND {_PRESENT} AND {_ADULT} ORDER BY p.birth_date, p.id LIMIT 1),
    {_REFERENCE} LIMIT 1))"""
_RECIPIENTS = {
    Programme.RecipientKind.SELF: "a.person_id",
    Programme.RecipientKind.CAREGIVER: _CAREGIVER,
    Programme.RecipientKind.REFERENCE: f"{_REFERENCE} LIMIT 1)",
}
_PROPOSE = """
    INSERT INTO eligibility_enrolment (programme_id, household_id, person_id, recipient_person_id, area_id,
        district_id, status, status_on, validation_required, run_id, assessment_no, proposed_at, proposed_by_id)
    SELECT %(programme)s, a.household_id, a.person_id, {recipient}, h.area_id, h.district_id, 'proposed', %(today)s,
        %(validation)s, a.run_id, a.id, %(at)s, %(publisher)s
    FROM eligibility_assessment a
    JOIN registry_household h ON h.id = a.household_id AND h.status = 'active'
    LEFT JOIN registry_person beneficiary ON beneficiary.id = a.person_id
    WHERE a.run_id = %(run)s AND a.outcome = 'eligible' AND beneficiary.died_on IS NULL
        AND NOT EXISTS (
            SELECT 1 FROM eligibility_enrolment live
            WHERE live.programme_id = %(programme)s
                AND live.status IN ('proposed', 'validated', 'enrolled', 'suspended')
                AND CASE WHEN a.person_id IS NULL THEN live.person_id IS NULL AND live.household_id = a.household_id
                    ELSE live.person_id = a.person_id END)
    ORDER BY a.id
"""


def recipient_of(programme: Programme) -> str:
    """The SQL that finds who receives for the household ``a.household_id`` or person ``a.person_id``."""
    return _RECIPIENTS[Programme.RecipientKind(programme.recipient_kind)]


def propose(*, run: AssessmentRun, programme: Programme, adult_from: int, at: datetime) -> int:
    """Propose every eligible subject of the run that has no live enrolment in the programme; how many.

    The caller holds the programme's lock. The recipient of a household is the caregiver whom most of its children
    have, else the reference person if adult and present, else the eldest adult present, else the reference person.
    """
    recipient = recipient_of(programme)
    with connection.cursor() as cursor:
        cursor.execute(
            _PROPOSE.format(recipient=recipient),
            {
                "programme": programme.pk,
                "run": run.pk,
                "validation": programme.validation_required,
                "today": timezone.localdate(at),
                "adult_from": adult_from,
                "publisher": run.published_by_id,
                "at": at,
            },
        )
        return int(cursor.rowcount)
