"""Forms of phones: what waits, what came, and what they follow."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import within
from registry.intake.hiding import is_hidden
from registry.models import DeviceForm, Reinterview, Submission

UNDER_WAY = (DeviceForm.Status.INCOMPLETE, DeviceForm.Status.READY)


def of_submission(*, submission: Submission) -> DeviceForm | None:
    """The form that became this submission; the caller has checked who may see it."""
    if submission.door != Submission.Door.ODK:
        return None
    found = DeviceForm.objects.defer("xml").select_related("sign_in", "user")
    return found.filter(submission=submission).first()


def followed(*, form: DeviceForm) -> list[DeviceForm]:
    """The forms that this one follows, oldest first: the same number before it, or what it corrects."""
    before = Q(instance_id=form.instance_id, pk__lt=form.pk)
    if form.deprecated_id:
        before |= Q(instance_id=form.deprecated_id)
    found = DeviceForm.objects.defer("xml").filter(before).exclude(pk=form.pk)
    return list(found.select_related("submission__household", "submission__district").order_by("id"))


def registered_before(*, submission: Submission) -> bool:
    """Whether a form that this one follows is in the register."""
    form = of_submission(submission=submission)
    return form is not None and any(
        one.submission is not None and one.submission.status == Submission.Status.ACCEPTED
        for one in followed(form=form)
    )


def given_by(*, submission: Submission) -> int | None:
    """Who gave the phone its sign-in, by number; nothing for other doors."""
    form = of_submission(submission=submission)
    return form.sign_in.created_by_id if form is not None else None


def visible(*, actor: Actor) -> QuerySet[DeviceForm]:
    """The forms of the places that the actor reviews, newest first."""
    # Where a protected household was told is its submission's place, which is then its district.
    seen, told = Q(), Q()
    for became in ("submission", "reinterview__submission"):
        area, district = f"{became}__area", f"{became}__district"
        hidden = Q(**{area: F(district)})
        told &= Q(**{f"{became}__isnull": True}) | Q(**{f"{area}__isnull": True}) | ~hidden
        seen |= hidden & within(actor, Permission.REGISTRY_REVIEW, area=area, district=district)
    found = DeviceForm.objects.defer("xml").filter(told & within(actor, Permission.REGISTRY_REVIEW) | seen)
    related = ("sign_in", "user", "area", "district", "submission__area", "reinterview__submission__area")
    return found.select_related(*related).order_by("-id")


def place_of(form: DeviceForm) -> str:
    """The village that the form names; of a protected household nothing but its district."""
    became = form.submission or (form.reinterview and form.reinterview.submission)
    area = became.area if became and is_hidden(became) else form.area
    return area.name if area else ""


def stuck(*, actor: Actor, at: datetime) -> int:
    """How many have not been taken in for a day."""
    return open_ones(actor=actor).filter(received_at__lt=at - timedelta(days=1)).count()


def open_ones(*, actor: Actor) -> QuerySet[DeviceForm]:
    """Those that are to be taken in yet."""
    return visible(actor=actor).filter(status__in=UNDER_WAY)


def set_aside(*, actor: Actor) -> QuerySet[DeviceForm]:
    """Those that can never enter by themselves."""
    return visible(actor=actor).filter(status=DeviceForm.Status.SET_ASIDE)


def set_aside_about(*, reinterview: Reinterview) -> list[DeviceForm]:
    """Those that name this second interview, oldest first; the caller has checked who may see it."""
    found = DeviceForm.objects.defer("xml").filter(reinterview=reinterview, status=DeviceForm.Status.SET_ASIDE)
    return list(found.order_by("id"))
