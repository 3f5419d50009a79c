"""The demonstration's assessments: run by one manager, published by another, validated, enrolled."""

from datetime import datetime

from django.db.models import Count
from django.utils import timezone

from core.models import Area
from eligibility.actions import enrolling, runs, validating
from eligibility.models import AssessmentRun, Enrolment, Programme
from reporting.demo.people import People
from reporting.demo.screen import Screen
from reporting.demo.work import wait


def assess(*, people: People, at: datetime, screen: Screen) -> None:
    """One assessment of each open programme, unless one is published already."""
    for programme in Programme.objects.filter(status=Programme.Status.OPEN).order_by("code"):
        run = (
            AssessmentRun.objects.filter(programme=programme, status__in=["queued", "computed", "published"])
            .order_by("-id")
            .first()
        )
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


def validate(*, people: People, at: datetime, screen: Screen) -> None:
    """Community meetings, council by council: most proposals are confirmed, every 40th is not."""
    counts = {"confirmed": 0, "not confirmed": 0}
    for programme in Programme.objects.filter(status=Programme.Status.OPEN, validation_required=True).order_by("code"):
        for council in Area.objects.filter(level=Area.Level.COUNCIL).order_by("path"):
            waiting = list(
                Enrolment.objects.filter(
                    programme=programme, status=Enrolment.Status.PROPOSED, area__path__startswith=council.path
                )
                .order_by("id")
                .values_list("id", flat=True)
            )
            if not waiting:
                continue
            turned_down = [key for key in waiting if key % 40 == 0]
            validating.validate_many(
                programme_code=programme.code,
                area_id=council.pk,
                confirmed=[key for key in waiting if key % 40],
                rejected=dict.fromkeys(turned_down, "The meeting said that the household is not poor."),
                actor=people["importer"],
                at=at,
            )
            counts["confirmed"] += len(waiting) - len(turned_down)
            counts["not confirmed"] += len(turned_down)
    screen.finished(counts)


def enrol(*, people: People, at: datetime, screen: Screen) -> None:
    """The manager puts on the list who was proposed (and validated, where the programme wants it)."""
    for programme in Programme.objects.filter(status=Programme.Status.OPEN).order_by("code"):
        outcome = enrolling.enrol_many(programme_code=programme.code, actor=people["manager"], at=at)
        screen.finished({f"{programme.code} enrolled": outcome.enrolled})


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
