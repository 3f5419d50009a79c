"""Community validation: what a village said about those proposed, recorded by an officer."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting
from core.models import Area
from eligibility.actions.enrolments import IllegalMove, ReasonNeeded
from eligibility.models import Enrolment, Programme
from registry.actions.interests import refuse_own

Status = Enrolment.Status


class NotInThisPlace(Exception):
    """Somebody on this list does not belong to this programme and place: open the page again."""


class ProposedByYou(Exception):
    """Whoever published the assessment does not record what the community says about it."""


@dataclass(frozen=True, slots=True)
class Validated:
    """How many rows a call moved; those that stood there already are not counted."""

    confirmed: int
    rejected: int


def validate_many(
    *,
    programme_code: str,
    area_id: int,
    confirmed: Sequence[int],
    rejected: Mapping[int, str],
    actor: Actor,
    at: datetime,
) -> Validated:
    """Record a meeting: enrolments (by id) that the community confirmed, and those it rejected with the reason.

    All belong to the programme and to the area or a place below it. Locks them in the order of their ids. Rows that
    already are what the call says are left alone, so a repeat writes nothing.

    Raises:
        NotPermitted: the actor does not record validation there.
        NotInThisPlace, IllegalMove, ReasonNeeded, OwnInterest, ProposedByYou: as they say; nothing is recorded then.
    """
    area = Area.objects.get(pk=area_id)
    actor.require_in(Permission.ENROLMENT_VALIDATE, area_path=area.path, programme_code=programme_code)
    if both := set(confirmed) & set(rejected):
        raise IllegalMove(f"{len(both)} on this list are both confirmed and rejected.")
    if any(not reason.strip() for reason in rejected.values()):
        raise ReasonNeeded("Say why the community rejects somebody: they may ask.")
    with acting(actor=actor, at=at, reason="Community validation"):
        programme = Programme.objects.get(code=programme_code)
        rows = _locked(programme=programme, area=area, ids={*confirmed, *rejected})
        refuse_own(actor=actor, household_ids=[row.household_id for row in rows.values()])
        moving = {
            key: row
            for key, row in rows.items()
            if row.status != (Status.REJECTED if key in rejected else Status.VALIDATED)
        }
        _check(moving, actor)
        done = _write(moving, confirmed=confirmed, rejected=rejected, actor=actor, at=at)
        if moving:
            audit.record(
                "enrolment.validate",
                subject_type="programme",
                subject_id=programme.pk,
                reference=programme.code,
                district_id=area.district_id,
                details={
                    "area": area.code,
                    "confirmed": sorted(key for key in moving if key not in rejected),
                    "rejected": sorted(key for key in moving if key in rejected),
                },
            )
    return done


def _locked(*, programme: Programme, area: Area, ids: set[int]) -> dict[int, Enrolment]:
    found = Enrolment.objects.select_for_update(of=("self",)).filter(
        pk__in=ids, programme=programme, area__path__startswith=area.path
    )
    rows = {row.pk: row for row in found.order_by("pk")}
    if len(rows) != len(ids):
        raise NotInThisPlace(NotInThisPlace.__doc__)
    return rows


def _check(moving: Mapping[int, Enrolment], actor: Actor) -> None:
    for row in moving.values():
        if row.status != Status.PROPOSED:
            raise IllegalMove(
                f"{row.reference} is {row.get_status_display().lower()}: it no longer waits for validation."
            )
        if not row.validation_required:
            raise IllegalMove(f"{row.reference} is on the list of a programme that asks for no validation.")
        if row.proposed_by_id == actor.user_id:
            raise ProposedByYou(ProposedByYou.__doc__)


def _write(
    moving: Mapping[int, Enrolment],
    *,
    confirmed: Sequence[int],
    rejected: Mapping[int, str],
    actor: Actor,
    at: datetime,
) -> Validated:
    today = timezone.localdate(at)
    kept = [key for key in confirmed if key in moving]
    Enrolment.objects.filter(pk__in=kept).update(
        status=Status.VALIDATED, status_on=today, reason="", validated_by_id=actor.user_id
    )
    by_reason: dict[str, list[int]] = defaultdict(list)
    for key, reason in rejected.items():
        if key in moving:
            by_reason[reason.strip()].append(key)
    for reason, keys in sorted(by_reason.items()):
        Enrolment.objects.filter(pk__in=keys).update(
            status=Status.REJECTED, status_on=today, reason=reason, validated_by_id=actor.user_id
        )
    return Validated(confirmed=len(set(kept)), rejected=sum(map(len, by_reason.values())))
