"""What the demonstration leaves undone on purpose: work that waits for whoever signs in to try."""

from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid5

from django.utils import timezone

from core.models import Area
from eligibility.actions import runs
from eligibility.models import AssessmentRun, Programme
from payments.actions.payrolls import checking, preparing
from payments.models import PaymentCycle, Payroll
from registry.actions import reviews, submissions
from registry.models import Submission
from registry.sample import read
from reporting.demo.people import People
from reporting.demo.screen import Screen
from reporting.demo.work import wait

_KEYS = UUID("0b9f6f6e-6f1b-4c49-9a3e-5f2b7b1d3c55")


def leave(*, folder: Path, people: People, at: datetime, screen: Screen) -> None:
    """A returned registration and a draft, an assessment to publish, a payroll to approve: once, at the first run."""
    told = {
        "registrations for the officer": _registrations(folder=folder, people=people, at=at),
        "assessments to publish": _assessment(people=people, at=at, screen=screen),
        "payrolls to approve": _payroll(people=people, at=at, screen=screen),
    }
    screen.finished(told)


def _registrations(*, folder: Path, people: People, at: datetime) -> int:
    """The officer registers a household that is known already, which comes back; and has begun another."""
    returned, begun = uuid5(_KEYS, "returned"), uuid5(_KEYS, "begun")
    if Submission.objects.filter(uuid=begun).exists():
        return 0
    district = Area.objects.filter(level=Area.Level.DISTRICT).order_by("path")[0]
    known = (
        Submission.objects.filter(status=Submission.Status.ACCEPTED, district=district, batch__isnull=False)
        .order_by("id")
        .values_list("source_key", flat=True)
    )
    payloads = list(read.payloads(folder, numbers=set(known[:2])))
    if len(payloads) < 2:
        return 0
    officer = people["officer"]
    again = submissions.receive(uuid=returned, door=Submission.Door.FORM, payload=payloads[0], actor=officer, at=at)
    if again.status == Submission.Status.IN_REVIEW:
        reviews.return_to_sender(
            submission_id=again.pk,
            actor=people["supervisor"],
            at=at,
            reason="These people are registered already. Is it the same household?",
        )
    submissions.save_draft(
        uuid=begun, payload=payloads[1] | {"members": payloads[1]["members"][:1]}, actor=officer, at=at
    )
    return 2


def _assessment(*, people: People, at: datetime, screen: Screen) -> int:
    programme = Programme.objects.filter(status=Programme.Status.OPEN, unit="household").order_by("code").first()
    if programme is None or AssessmentRun.objects.filter(programme=programme).count() != 1:
        return 0
    run = runs.start(
        programme_code=programme.code, as_of=timezone.localdate(at), actor=people["manager"], at=at, reason="To compare"
    )
    wait(run.job, screen=screen)
    return 1


def _payroll(*, people: People, at: datetime, screen: Screen) -> int:
    """What the providers returned is owed again: the next payroll of the first cycle carries it."""
    cycle = PaymentCycle.objects.order_by("id").first()
    if cycle is None or Payroll.objects.filter(cycle=cycle).count() != 1:
        return 0
    payroll, job = preparing.create(cycle_id=cycle.pk, actor=people["preparer"], at=at)
    wait(job, screen=screen)
    if checking.check(payroll_id=payroll.pk, actor=people["preparer"], at=at).status != Payroll.Status.CHECKED:
        return 0
    checking.submit(payroll_id=payroll.pk, actor=people["preparer"], at=at)
    return 1
