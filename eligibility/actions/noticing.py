"""What a change of a household means for its place on beneficiary lists: noted for people, never carried out."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.access.actor import Actor
from core.acting import acting
from core.hooks import HouseholdChange, VisitOutcome
from eligibility.actions import following
from eligibility.models import Enrolment, EnrolmentNotice
from registry.queries import recertification

Proposes = EnrolmentNotice.Proposes
# Who they are, how they live and what they need stay as assessed.
_SAY_NOTHING = ("protect_address", "unprotect_address", "give_consent", "withdraw_consent", "change_account")


def note_and_follow(change: HouseholdChange) -> None:
    """Note the change on the enrolments that it concerns, then take them where their household and persons are now."""
    note(change)
    following.follow(change)


def note(change: HouseholdChange) -> None:
    """Leave a notice on each live enrolment that the change concerns, in the caller's act. A repeat writes nothing."""
    found = [
        EnrolmentNotice(
            enrolment=enrolment,
            kind=change.kind,
            change_reference=change.reference,
            proposes=_proposal(enrolment, change),
            at=change.at,
        )
        for enrolment in ([] if change.kind in _SAY_NOTHING else _concerned(change))
    ]
    if not found:
        return
    EnrolmentNotice.objects.bulk_create(found, ignore_conflicts=True)
    audit.record(
        "enrolment.notice",
        subject_type="household",
        subject_id=change.household_id,
        reference=change.reference,
        details={"kind": change.kind, "enrolments": [one.enrolment.reference for one in found]},
    )


def note_visit(outcome: VisitOutcome) -> None:
    """Leave a notice on each live enrolment of a household that a visit did not find as recorded, in the caller's act.

    Nobody is suspended or exited by it. A repeat writes nothing.
    """
    found = list(Enrolment.objects.filter(household_id=outcome.household_id, status__in=Enrolment.LIVE).order_by("id"))
    if not found:
        return
    notices = [
        EnrolmentNotice(
            enrolment=enrolment,
            kind=f"visit_{outcome.outcome}",
            change_reference=outcome.reference,
            proposes=Proposes.FIND_OUT,
            at=outcome.at,
        )
        for enrolment in found
    ]
    EnrolmentNotice.objects.bulk_create(notices, ignore_conflicts=True)
    audit.record(
        "enrolment.notice",
        subject_type="household",
        subject_id=outcome.household_id,
        reference=outcome.reference,
        details={"kind": f"visit_{outcome.outcome}", "enrolments": [one.reference for one in found]},
    )


# A month added to a day ends as ``registry.periods.after`` has it: on the last day of a month that is too short.
_OVERDUE = """
INSERT INTO eligibility_enrolmentnotice (enrolment_id, kind, change_reference, proposes, at)
SELECT e.id, 'recertification_overdue', to_char(due.day, 'YYYY-MM-DD'), 'see_again', %(at)s
FROM eligibility_enrolment e
JOIN eligibility_programme p ON p.id = e.programme_id
JOIN registry_household h ON h.id = e.household_id AND h.status = 'active'
CROSS JOIN LATERAL (
    SELECT h.interviewed_on + make_interval(months => least(nullif(p.recertify_months, 0), %(months)s)) AS day
) due
WHERE e.status = ANY(%(live)s) AND due.day < %(on)s
ORDER BY e.id
ON CONFLICT (enrolment_id, change_reference) DO NOTHING
"""


def note_overdue(*, actor: Actor, at: datetime) -> int:
    """Leave a notice on each live enrolment whose household was to be seen again before today; one statement.

    Returns how many are new: a notice is left once for each day since which a household is overdue.
    """
    on = timezone.localdate(at)
    values: dict[str, Any] = {
        "at": at,
        "on": on,
        "months": recertification.policy(on=on).months,
        "live": list(Enrolment.LIVE),
    }
    with acting(actor=actor, at=at):
        with connection.cursor() as cursor:
            cursor.execute(_OVERDUE, values)
            made = cursor.rowcount
        if made:
            details = {"kind": "recertification_overdue", "notices": made}
            audit.record("enrolment.notice", subject_type="household", details=details)
    return made


def preview(change: HouseholdChange) -> list[str]:
    """What the change would mean for enrolments, in sentences. References only: no names, no amounts."""
    sentences = {
        Proposes.SUSPEND: _("Enrolment %(reference)s: its beneficiary died. Suspending it will be proposed."),
        Proposes.RECIPIENT: _("Enrolment %(reference)s names this person as recipient. Another will be asked for."),
        Proposes.REASSESS: _("Enrolment %(reference)s rests on an assessment that is then out of date."),
    }
    if change.kind in _SAY_NOTHING:
        return []
    return [
        sentences[_proposal(enrolment, change)] % {"reference": enrolment.reference} for enrolment in _concerned(change)
    ]


def _concerned(change: HouseholdChange) -> list[Enrolment]:
    """Live enrolments of the households, and those of the persons wherever they are."""
    households = [change.household_id, *([change.other_household_id] if change.other_household_id else [])]
    concerned = (
        Q(household_id__in=households)
        | Q(person_id__in=change.person_ids)
        | Q(recipient_person_id__in=change.person_ids)
    )
    return list(Enrolment.objects.filter(concerned, status__in=Enrolment.LIVE).order_by("id"))


def _proposal(enrolment: Enrolment, change: HouseholdChange) -> EnrolmentNotice.Proposes:
    if change.kind == "died" and enrolment.person_id in change.person_ids:
        return Proposes.SUSPEND
    gone = change.kind in ("died", "left", "transfer", "split")
    if gone and enrolment.recipient_person_id in change.person_ids:
        return Proposes.RECIPIENT
    return Proposes.REASSESS
