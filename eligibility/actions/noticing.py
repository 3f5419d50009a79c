"""What a change of a household means for its place on beneficiary lists: noted for people, never carried out."""

from django.db.models import Q
from django.utils.translation import gettext as _

from core import audit
from core.hooks import HouseholdChange
from eligibility.models import Enrolment, EnrolmentNotice

Proposes = EnrolmentNotice.Proposes


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
        for enrolment in _concerned(change)
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


def preview(change: HouseholdChange) -> list[str]:
    """What the change would mean for enrolments, in sentences. References only: no names, no amounts."""
    sentences = {
        Proposes.SUSPEND: _("Enrolment %(reference)s: its beneficiary died. Suspending it will be proposed."),
        Proposes.RECIPIENT: _("Enrolment %(reference)s names this person as recipient. Another will be asked for."),
        Proposes.REASSESS: _("Enrolment %(reference)s rests on an assessment that is then out of date."),
    }
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
