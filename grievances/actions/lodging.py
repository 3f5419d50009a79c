"""Lodging a case: by the public without an account, or by an officer on somebody's behalf."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.utils import timezone

from core import audit
from core.access.actor import Actor, ActorKind
from core.access.permissions import Permission
from core.acting import acting
from core.locks import Lock, hold
from core.models import Area
from grievances import secret
from grievances.actions import moving, naming
from grievances.models import Case, CaseCategory, CaseEvent, ServiceStandard
from grievances.queries import matching

TOLD_AGAIN_FOR = timedelta(hours=1)


class UnknownCategory(Exception):
    """There is no such kind of case."""


class NoStandard(Exception):
    """No service standard of this category is in force on that day."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What somebody complains about, as they told it. Everything but category and description may stay open.

    ``reference`` is any number that they hold: of a household or an enrolment. ``area_id`` is where it happened.
    """

    category: str
    description: str
    channel: str = Case.Channel.WEB
    area_id: int | None = None
    place: str = ""
    anonymous: bool = False
    name: str = ""
    phone: str = ""
    relationship: str = ""
    national_id: str = ""
    reference: str = ""
    programme_code: str = ""


class Lodged(NamedTuple):
    """``secret`` is null when the same form was sent again too late to be told again."""

    case: Case
    secret: str | None


def lodge(*, complaint: Complaint, uuid: UUID, actor: Actor, at: datetime) -> Lodged:
    """Lodge a case and give its second secret.

    ``uuid`` is the form's one-time key: the same key gives the same case, and for an hour the same secret, so that an
    answer lost on the way can be had again. Household and person are matched silently: what is returned does not
    depend on whether a number is known. A sensitive case names its officers at once.

    Raises:
        NotPermitted: an officer without the permission to handle cases there.
        UnknownCategory, NoStandard, TextMissing, TextTooLong.
    """
    description = moving.cleaned(complaint.description)
    if actor.kind is not ActorKind.PUBLIC:
        actor.require(Permission.GRIEVANCES_HANDLE)
    with acting(actor=actor, at=at, reason="Lodged"):
        _one_at_a_time(uuid)
        if known := Case.objects.filter(one_shot_digest=secret.digest_of(uuid)).first():
            return Lodged(known, _told_again(known, uuid, actor, at))
        case = _new(complaint, description, uuid, actor, at)
        moving.say(case, CaseEvent.Kind.LODGED)
        if case.sensitive:
            naming.name_focal_points(case)
        audit.record(
            "case.lodge",
            subject_type="case",
            subject_id=case.pk,
            reference=case.reference,
            district_id=case.district_id,
            details={"category": complaint.category, "channel": case.channel},
        )
    return Lodged(case, secret.secret_for(uuid))


def _one_at_a_time(uuid: UUID) -> None:
    """A double click arrives on two connections at once; the second waits here and then finds the first's case."""
    hold(Lock.CASE, uuid.hex)


def _told_again(case: Case, uuid: UUID, actor: Actor, at: datetime) -> str | None:
    """The secret for whoever sends the same form again soon; never one that the stored hash would not accept."""
    told = secret.secret_for(uuid)
    soon = abs(at - case.lodged_at) <= TOLD_AGAIN_FOR
    return told if soon and case.lodged_by_id == actor.user_id and check_password(told, case.secret_hash) else None


def _new(complaint: Complaint, description: str, uuid: UUID, actor: Actor, at: datetime) -> Case:
    category = CaseCategory.objects.filter(code=complaint.category, is_offered=True).first()
    if category is None:
        raise UnknownCategory(UnknownCategory.__doc__)
    standard = _standard(category, at)
    found = matching.match(
        reference=complaint.reference, national_id="" if complaint.anonymous else complaint.national_id
    )
    area = _area(complaint, found, actor)
    assessment = (
        matching.contested(
            household_id=found.household.pk,
            programme_code=complaint.programme_code,
            person_id=found.person.pk if found.person else None,
        )
        if found.household and (category.is_appeal or complaint.programme_code)
        else None
    )
    acknowledge_by = moving.due(standard, at=at, days=standard.acknowledge_days)
    case = Case(
        secret_hash=make_password(secret.secret_for(uuid)),
        one_shot_digest=secret.digest_of(uuid),
        category=category,
        standard=standard,
        sensitive=category.sensitive,
        channel=complaint.channel,
        lodged_at=at,
        lodged_by_id=actor.user_id,
        acknowledge_by=acknowledge_by,
        decide_by=moving.due(standard, at=at, days=standard.decide_days),
        due_on=acknowledge_by,
        area=area,
        district_id=area.district_id,
        place="" if _is_hidden(found) else complaint.place.strip()[:200],
        anonymous=complaint.anonymous,
        description=description,
        given_reference=complaint.reference.strip()[:40],
        household=found.household,
        person=found.person,
        programme_code=complaint.programme_code,
        run_id=assessment.run_id if assessment else None,
        assessment_no=assessment.id if assessment else None,
        **_complainant(complaint),
    )
    case.save(force_insert=True)
    case.refresh_from_db(fields=["reference"])  # the database made it
    return case


def _complainant(complaint: Complaint) -> dict[str, str]:
    if complaint.anonymous:
        return {}
    return {
        "complainant_name": complaint.name.strip()[:200],
        "complainant_phone": complaint.phone.strip()[:30],
        "relationship": complaint.relationship,
        "given_national_id": matching.normal_national_id(complaint.national_id)[:30],
    }


def _standard(category: CaseCategory, at: datetime) -> ServiceStandard:
    on = timezone.localdate(at)
    standard = category.standards.filter(valid_from__lte=on).order_by("-valid_from").first()
    if standard is None:
        raise NoStandard(f"No service standard of {category} is in force on {on:%d.%m.%Y}.")
    return standard


def _is_hidden(found: matching.Match) -> bool:
    return found.household is not None and found.household.is_protected


def _area(complaint: Complaint, found: matching.Match, actor: Actor) -> Area:
    """Where the case belongs: as told, else where the household is, else the whole country. Of a household whose
    address is protected, its district."""
    if found.household is not None and _is_hidden(found):
        return Area.objects.get(pk=found.household.district_id)
    if complaint.area_id is not None:
        area = Area.objects.get(pk=complaint.area_id)
    elif found.household is not None:
        area = Area.objects.get(pk=found.household.area_id)
    else:
        return Area.objects.get(level=Area.Level.COUNTRY)
    if complaint.area_id is not None and actor.kind is not ActorKind.PUBLIC:
        actor.require_in(Permission.GRIEVANCES_HANDLE, area_path=area.path)
    return area
