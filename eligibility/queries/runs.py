"""Reading runs and their findings. Findings are scoped by the household's place; a run's counts by district."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import district_ids, within
from core.models import Area
from eligibility.models import Assessment, AssessmentRun, Programme
from registry.queries.whereabouts import not_hidden_from

OUTCOMES = ("eligible", "not_eligible", "not_assessable")


@dataclass(frozen=True, slots=True)
class DistrictCounts:
    """One district's outcomes in a run."""

    name: str
    eligible: int
    not_eligible: int
    not_assessable: int

    @property
    def assessed(self) -> int:
        return self.eligible + self.not_eligible + self.not_assessable


def runs(*, actor: Actor, programme_code: str | None = None) -> QuerySet[AssessmentRun]:
    """Runs, newest first, of the programmes that the actor sees assessments of."""
    found = AssessmentRun.objects.select_related("programme", "formula", "prepared_by", "published_by", "job")
    if programme_code is not None:
        found = found.filter(programme__code=programme_code)
    if not actor.is_system:
        codes = {grant.programme_code for grant in actor.grants.get(Permission.ELIGIBILITY_VIEW, ())}
        if "" not in codes:
            found = found.filter(programme__code__in=codes)
    return found.order_by("-id")


def run(*, actor: Actor, run_id: int) -> AssessmentRun | None:
    return (
        runs(actor=actor)
        .select_related("rules__programme", "rules__formula__variable_set", "discarded_by")
        .filter(pk=run_id)
        .first()
    )


def newest_published(*, programme_id: int) -> AssessmentRun | None:
    return (
        AssessmentRun.objects.select_related("rules__programme", "rules__formula__variable_set", "programme")
        .filter(programme_id=programme_id, status=AssessmentRun.Status.PUBLISHED)
        .order_by("-id")
        .first()
    )


def findings(
    *, actor: Actor, run: AssessmentRun, outcome: str = "", district_id: int | None = None
) -> QuerySet[Assessment]:
    """The findings of a run that the actor may see, in the order of ids."""
    found = Assessment.objects.select_related("household", "person", "district", "area").filter(
        within(actor, Permission.ELIGIBILITY_VIEW, programme="run__programme__code"),
        not_hidden_from(actor, Permission.ELIGIBILITY_VIEW, programme="run__programme__code"),
        run=run,
    )
    if outcome in OUTCOMES:
        found = found.filter(outcome=outcome)
    if district_id is not None:
        found = found.filter(district_id=district_id)
    return found.order_by("id")


def counts_by_district(*, actor: Actor, run: AssessmentRun) -> list[DistrictCounts]:
    """The run's outcomes in the districts that the actor sees, in the order of the places.

    An actor who sees only a part of a district gets that part counted, from the findings.
    """
    if run.status in (AssessmentRun.Status.QUEUED, AssessmentRun.Status.FAILED):
        return []
    seen = district_ids(actor, Permission.ELIGIBILITY_VIEW)
    by_district: Mapping[str, Mapping[str, int]] = run.counts.get("districts", {})
    whole = seen is None or all(
        grant.is_district or grant.is_national for grant in actor.grants.get(Permission.ELIGIBILITY_VIEW, ())
    )
    if not whole:
        by_district = _recounted(actor, run)
    areas = Area.objects.filter(level=Area.Level.DISTRICT)
    if seen is not None:
        areas = areas.filter(pk__in=seen)
    return [
        DistrictCounts(area.name, *(by_district.get(str(area.pk), {}).get(outcome, 0) for outcome in OUTCOMES))
        for area in areas.order_by("path")
    ]


def _recounted(actor: Actor, run: AssessmentRun) -> dict[str, dict[str, int]]:
    from django.db.models import Count

    found: dict[str, dict[str, int]] = {}
    rows = findings(actor=actor, run=run).order_by().values_list("district_id", "outcome").annotate(n=Count("id"))
    for district_id, outcome, count in rows:
        found.setdefault(str(district_id), {})[outcome] = count
    return found


def waiting_to_publish(*, actor: Actor) -> int:
    """Computed runs that the actor may publish: those that somebody else prepared."""
    codes = [
        programme.code
        for programme in Programme.objects.order_by("code")
        if actor.may_for_programme(Permission.ELIGIBILITY_PUBLISH, programme.code)
    ]
    return (
        AssessmentRun.objects.filter(status=AssessmentRun.Status.COMPUTED, programme__code__in=codes)
        .exclude(prepared_by_id=actor.user_id)
        .count()
    )
