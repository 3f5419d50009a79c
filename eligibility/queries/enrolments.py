"""Reading the beneficiary lists, scoped by place and programme."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import within
from core.models import Area
from eligibility.models import Enrolment, EnrolmentNotice
from registry.models import ChangeRequest

Status = Enrolment.Status


@dataclass(frozen=True, slots=True)
class Place:
    """A place where somebody waits."""

    area: Area
    waiting: int


def enrolments(
    *,
    actor: Actor,
    permission: Permission = Permission.ENROLMENT_VIEW,
    programme_code: str = "",
    statuses: Sequence[str] = (),
    district_id: int | None = None,
    area_id: int | None = None,
) -> QuerySet[Enrolment]:
    """The lists that the actor sees, in the order of ids; ``area_id`` takes in the places below it."""
    found = Enrolment.objects.select_related(
        "programme", "household", "person", "recipient_person", "area", "district"
    ).filter(within(actor, permission, programme="programme__code"))
    if programme_code:
        found = found.filter(programme__code=programme_code)
    if statuses:
        found = found.filter(status__in=statuses)
    if district_id is not None:
        found = found.filter(district_id=district_id)
    if area_id is not None:
        area = Area.objects.filter(pk=area_id).first()
        found = found.filter(area__path__startswith=area.path) if area else found.none()
    return found.order_by("id")


def enrolment(*, actor: Actor, reference: str) -> Enrolment | None:
    return (
        enrolments(actor=actor)
        .select_related("proposed_by", "validated_by", "enrolled_by", "run")
        .filter(reference=reference)
        .first()
    )


def notices(*, enrolment: Enrolment) -> list[EnrolmentNotice]:
    """Changes of the household since it was proposed, newest first. The caller has checked who may see it."""
    return list(enrolment.notices.select_related("settlement__settled_by").order_by("-at", "-id"))


def unsettled(*, actor: Actor) -> QuerySet[EnrolmentNotice]:
    """Notices on live enrolments that wait for this actor, oldest first; changes that they reported wait for others."""
    place = within(
        actor,
        Permission.ENROLMENT_DECIDE,
        area="enrolment__area",
        district="enrolment__district",
        programme="enrolment__programme__code",
    )
    reported = ChangeRequest.objects.filter(requested_by_id=actor.user_id, reference=OuterRef("change_reference"))
    waiting = EnrolmentNotice.objects.filter(place, settlement__isnull=True, enrolment__status__in=Enrolment.LIVE)
    return (
        waiting.exclude(Exists(reported))
        .select_related("enrolment__programme", "enrolment__household", "enrolment__area", "enrolment__district")
        .order_by("id")
    )


def notice(*, actor: Actor, notice_id: int) -> EnrolmentNotice | None:
    """One that waits for this actor."""
    return unsettled(actor=actor).filter(pk=notice_id).first()


def of_household(*, actor: Actor, household_id: int) -> QuerySet[Enrolment]:
    return enrolments(actor=actor).filter(household_id=household_id)


def counts_by_status(*, actor: Actor, programme_code: str) -> dict[str, int]:
    """How many the actor sees in each state of one programme's list."""
    rows = (
        enrolments(actor=actor, programme_code=programme_code).order_by().values_list("status").annotate(n=Count("id"))
    )
    found: dict[str, int] = dict.fromkeys(Status.values, 0)
    return found | dict(rows)


def validation_places(*, actor: Actor, programme_code: str = "") -> list[Place]:
    """Villages (or wherever households live) where somebody waits for community validation, with how many."""
    waiting = enrolments(
        actor=actor, permission=Permission.ENROLMENT_VALIDATE, programme_code=programme_code, statuses=[Status.PROPOSED]
    ).filter(validation_required=True)
    counted = {row["area_id"]: row["n"] for row in waiting.order_by().values("area_id").annotate(n=Count("id"))}
    places = Area.objects.select_related("district").filter(pk__in=counted).order_by("path")
    return [Place(area=area, waiting=counted[area.pk]) for area in places]


def waiting_for_validation(*, actor: Actor, programme_code: str, area_id: int) -> QuerySet[Enrolment]:
    """Those of one place whom the community has yet to confirm."""
    return enrolments(
        actor=actor,
        permission=Permission.ENROLMENT_VALIDATE,
        programme_code=programme_code,
        statuses=[Status.PROPOSED],
    ).filter(validation_required=True, area_id=area_id)


def waiting_to_enrol(*, actor: Actor, programme_code: str = "") -> int:
    """How many the actor could enrol now."""
    found = enrolments(actor=actor, permission=Permission.ENROLMENT_DECIDE, programme_code=programme_code)
    ready = Q(status=Status.VALIDATED) | Q(status=Status.PROPOSED, validation_required=False)
    mine = Q(proposed_by_id=actor.user_id) | Q(validated_by_id=actor.user_id)
    return found.filter(ready).exclude(mine).count()


def decision_areas(*, actor: Actor, programme_code: str) -> list[int]:
    """The areas over which the actor decides enrolments of the programme, none within another."""
    grants = [
        grant
        for grant in actor.grants.get(Permission.ENROLMENT_DECIDE, ())
        if grant.programme_code in ("", programme_code)
    ]
    found: dict[int, str] = {}
    for grant in sorted(grants, key=lambda grant: len(grant.area_path)):
        if not any(grant.area_path.startswith(path) for path in found.values()):
            found[grant.area_id] = grant.area_path
    return list(found)
