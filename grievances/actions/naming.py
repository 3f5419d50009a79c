"""Naming officers on sensitive cases: nobody else sees that there is one."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from guardian.shortcuts import assign_perm, remove_perm

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting, current
from core.models import Area, User
from core.queries.access import actor_of, holders, in_force
from grievances.actions import moving
from grievances.models import Case, CaseEvent, CaseUserObjectPermission
from grievances.queries import matching
from grievances.queries.cases import NAMED


class NotSensitive(Exception):
    """Officers are named on sensitive cases only; others are seen by everyone who handles cases there."""


class NoGrievanceOfficer(Exception):
    """Only somebody who handles cases can be named on one."""


class LastOneNamed(Exception):
    """Name somebody else first: a sensitive case that nobody is named on would be lost."""


def name_focal_points(case: Case) -> int:
    """Name those who handle cases for the whole country (within the act under way); returns how many.

    Officers of the district are left out on purpose: the case may be about one of them.
    """
    country = Area.objects.get(level=Area.Level.COUNTRY)
    on = timezone.localdate(current().at)
    users = [
        user
        for user in holders(permission=Permission.GRIEVANCES_HANDLE, area=country, on=on)
        if not matching.has_interest(user_id=user.pk, household_id=case.household_id)
    ]
    for user in users:
        assign_perm(NAMED, user, case)
    return len(users)


def name_officer(*, case_id: int, user_id: int, actor: Actor, at: datetime) -> Case:
    """Name one more officer on a sensitive case; one who is named already stays so.

    Raises:
        NotPermitted, CaseNotFound, InterestInTheWay: as for every act on a case.
        NotSensitive, NoGrievanceOfficer.
    """
    with acting(actor=actor, at=at):
        case = _sensitive(case_id, actor)
        if not actor_of(user_id=user_id).may(Permission.GRIEVANCES_HANDLE):
            raise NoGrievanceOfficer(NoGrievanceOfficer.__doc__)
        if matching.has_interest(user_id=user_id, household_id=case.household_id):
            raise moving.InterestInTheWay("This officer declared an interest in the household.")
        if CaseUserObjectPermission.objects.filter(content_object=case, user_id=user_id).exists():
            return case
        user = User.objects.get(pk=user_id)
        assign_perm(NAMED, user, case)
        moving.say(case, CaseEvent.Kind.NAMED, text=user.full_name, public=False)
        audit.record(
            "case.name",
            subject_type="case",
            subject_id=case.pk,
            reference=case.reference,
            details={"user": user_id},
        )
    return case


def unname_officer(*, case_id: int, user_id: int, actor: Actor, at: datetime, reason: str) -> Case:
    """Take an officer off a sensitive case (it is about them, say). A repeat writes nothing.

    Raises:
        NotPermitted, CaseNotFound, InterestInTheWay: as for every act on a case.
        NotSensitive, LastOneNamed, TextMissing.
    """
    reason = moving.cleaned(reason)
    with acting(actor=actor, at=at, reason=reason):
        case = _sensitive(case_id, actor)
        named = CaseUserObjectPermission.objects.filter(content_object=case)
        if not named.filter(user_id=user_id).exists():
            return case
        if not named.exclude(user_id=user_id).exists():
            raise LastOneNamed(LastOneNamed.__doc__)
        user = User.objects.get(pk=user_id)
        remove_perm(NAMED, user, case)
        moving.say(case, CaseEvent.Kind.NAMED, text=f"No longer: {user.full_name}. {reason}", public=False)
        audit.record(
            "case.unname", subject_type="case", subject_id=case.pk, reference=case.reference, details={"user": user_id}
        )
    return case


def make_sensitive(*, case_id: int, actor: Actor, at: datetime, reason: str) -> Case:
    """Take a case out of everybody's sight because of what it turned out to be about. There is no way back.

    The actor and the country's grievance officers are named on it. A repeat writes nothing.

    Raises:
        NotPermitted, CaseNotFound, InterestInTheWay: as for every act on a case.
        TextMissing: no reason was given.
    """
    reason = moving.cleaned(reason)
    with acting(actor=actor, at=at, reason=reason):
        case = moving.locked(case_id=case_id, actor=actor)
        if case.sensitive:
            return case
        case.sensitive = True
        case.save(update_fields=["sensitive"])
        assign_perm(NAMED, User.objects.get(pk=actor.user_id or 0), case)
        name_focal_points(case)
        moving.say(case, CaseEvent.Kind.SENSITIVE, text=reason, public=False)
        audit.record("case.make_sensitive", subject_type="case", subject_id=case.pk, reference=case.reference)
    return case


def name_where_nobody_is(*, actor: Actor, at: datetime) -> int:
    """Name the country's grievance officers on open sensitive cases whose named officers have all left the post.

    Upkeep by the system; returns how many cases it concerned. Locks them in the order of their keys.
    """
    actor.require(Permission.GRIEVANCES_HANDLE)
    with acting(actor=actor, at=at, reason="Nobody named was in post"):
        in_post = in_force(on=timezone.localdate(at)).filter(role__in=_roles()).values("user_id")
        lost = Case.objects.filter(sensitive=True, status__in=Case.OPEN).exclude(
            Q(pk__in=CaseUserObjectPermission.objects.filter(user_id__in=in_post).values("content_object_id"))
        )
        found = [case for case in lost.select_for_update(of=("self",)).order_by("pk") if name_focal_points(case)]
        if found:
            audit.record("case.name_focal_points", subject_type="case", details={"cases": len(found)})
    return len(found)


def _sensitive(case_id: int, actor: Actor) -> Case:
    case = moving.locked(case_id=case_id, actor=actor)
    if not case.sensitive:
        raise NotSensitive(NotSensitive.__doc__)
    return case


def _roles() -> list[str]:
    from core.access.roles import Role

    return [role.value for role in Role if Permission.GRIEVANCES_HANDLE in role.permissions]
