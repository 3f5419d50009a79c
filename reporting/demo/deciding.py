"""The demonstration's assessments: run by one manager, published by another, validated, enrolled."""

from datetime import datetime

from django.db.models import Count
from django.utils import timezone

from eligibility.actions import runs
from eligibility.models import AssessmentRun, Enrolment, Programme
from reporting.demo.people import People
from reporting.demo.screen import Screen
from reporting.demo.work import wait


def assess(*, people: People, at: datetime, screen: Screen) -> None:
    """One assessment of each open programme, unless one is published already."""
    for programme in Programme.objects.filter(status=Programme.Status.OPEN).order_by("code"):
        run = AssessmentRun.objects.filter(
            programme=programme, status__in=["queued", "computed", "published"]
        ).order_by("-id").first()
        if run is None:
            run = runs.start(
                programme_code=programme.code,
                as_of=timezone.localdate(at),
                actor=people["manager"],
                at=at,
                reason="Demonstration",
            )
        if run.status == AssessmentRun.Status.QUEUED:
            wait(run.job, screen=screen)
            run.refresh_from_db()
        if run.status == AssessmentRun.Status.COMPUTED:
            runs.publish(run_id=run.pk, seen_digest=run.digest, actor=people["manager2"], at=at, reason="Looked at")
        run.refresh_from_db()
        screen.finished({f"{programme.code} {name}": count for name, count in _told(run).items()})


def assessed() -> dict[str, int]:
    """The outcomes of each programme's published assessment."""
    told: dict[str, int] = {}
    for run in AssessmentRun.objects.filter(status="published").select_related("programme").order_by("programme__code"):
        told |= {f"{run.programme.code}_{name}": count for name, count in _told(run).items()}
    return told


def enrolled() -> dict[str, int]:
    """How many enrolments of each programme stand in each state."""
    counted = (
        Enrolment.objects.values_list("programme__code", "status")
        .order_by("programme__code", "status")
        .annotate(Count("id"))
    )
    return {f"{code}_{status}": count for code, status, count in counted}


def _told(run: AssessmentRun) -> dict[str, int]:
    return {name: count for name, count in run.counts.items() if isinstance(count, int)}
