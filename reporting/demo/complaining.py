"""The demonstration's cases: lodged by citizens without an account, answered by the grievance officer."""

from datetime import datetime
from uuid import UUID, uuid5

from django.db.models import Count

from core.access.actor import public
from eligibility.models import Assessment, AssessmentRun, Enrolment
from grievances.actions import deciding, handling, lodging
from grievances.models import Case
from payments.models import Instruction
from reporting.demo.people import People
from reporting.demo.screen import Screen

_KEYS = UUID("6f0f4a3e-27d2-4b8e-9d3a-0d2f6b1c9a11")
APPEALS = 6
ANSWERED = 9


def complain(*, people: People, at: datetime, screen: Screen) -> None:
    """Appeals of households that were not found eligible, payments that did not arrive, and a complaint of conduct."""
    if not Case.objects.exists():
        for number, complaint in enumerate(_complaints()):
            lodging.lodge(complaint=complaint, uuid=uuid5(_KEYS, str(number)), actor=public("demo"), at=at)
    officer = people["grievances"]
    answered = Case.objects.exclude(status__in=Case.OPEN).count()
    waiting = Case.objects.filter(status="received", sensitive=False).select_related("category").order_by("id")
    for case in waiting[: max(0, ANSWERED - answered)]:
        handling.acknowledge(case_id=case.pk, actor=officer, at=at)
        handling.take(case_id=case.pk, actor=officer, at=at)
        upheld = case.category.code == "payment_complaint"
        deciding.decide(
            case_id=case.pk,
            outcome=Case.Outcome.UPHELD if upheld else Case.Outcome.NOT_UPHELD,
            reasons=(
                "The provider returned the payment. It is carried into the next payroll."
                if upheld
                else "The answers and the points were looked at with the village: they are right."
            ),
            remedy=Case.Remedy.PAY if upheld else Case.Remedy.NONE,
            actor=officer,
            at=at,
        )
    screen.finished(cases())


def _complaints() -> list[lodging.Complaint]:
    run = AssessmentRun.objects.filter(status="published", programme__unit="household").order_by("id").first()
    found: list[lodging.Complaint] = []
    if run is not None:
        refused = Assessment.objects.filter(run=run, outcome=Assessment.Outcome.NOT_ELIGIBLE).select_related(
            "household"
        )
        found += [
            lodging.Complaint(
                category="appeal",
                description="We were told that we are not poor enough, but my husband lost his work this year.",
                reference=assessment.household.reference,
                programme_code=run.programme.code,
                name="A complainant",
            )
            for assessment in refused.order_by("household_id")[:APPEALS]
        ]
    returned = (
        Instruction.objects.filter(status="returned").order_by("cycle_id", "id").values_list("entitlement__enrolment")
    )
    found += [
        lodging.Complaint(
            category="payment_complaint",
            description="The money of this period did not come.",
            reference=reference,
        )
        for reference in Enrolment.objects.filter(pk__in=returned[:5])
        .order_by("id")
        .values_list("reference", flat=True)
    ]
    found.append(
        lodging.Complaint(
            category="misconduct", description="Somebody asked me for money to be put on the list.", anonymous=True
        )
    )
    found.append(lodging.Complaint(category="service_quality", description="The pay point opened three hours late."))
    return found


def cases() -> dict[str, int]:
    """Cases by state: lodged = decided + open."""
    by_status = dict(Case.objects.order_by("status").values_list("status").annotate(Count("id")))
    still_open = sum(count for status, count in by_status.items() if status in Case.OPEN)
    return {"lodged": sum(by_status.values()), "answered": sum(by_status.values()) - still_open, "open": still_open}
