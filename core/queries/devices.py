"""Phones' sign-ins, and who may have one."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.roles import Role
from core.access.scoping import within
from core.models import Appointment, DeviceSignIn, User

_COLLECTING = [role.value for role in Role if Permission.REGISTRY_REGISTER in role.permissions]


def by_username(username: str) -> DeviceSignIn | None:
    """The sign-in of this name, with its person."""
    if "\0" in username:
        return None
    return DeviceSignIn.objects.select_related("user").filter(username=username).first()


def sign_ins(*, actor: Actor) -> QuerySet[DeviceSignIn]:
    """The sign-ins of people who collect, or collected, in the actor's places; newest first."""
    mine = Appointment.objects.filter(_in_scope(actor), user=OuterRef("user"), role__in=_COLLECTING)
    return DeviceSignIn.objects.filter(Exists(mine)).select_related("user", "created_by", "revoked_by").order_by("-id")


def collectors(*, actor: Actor) -> list[User]:
    """Active people with an appointment to register in the actor's places, by name; never the actor."""
    live = Appointment.objects.filter(
        _in_scope(actor), user=OuterRef("pk"), role__in=_COLLECTING, status=Appointment.Status.IN_FORCE
    )
    found = User.objects.filter(Exists(live), is_active=True)
    return list(found.exclude(pk=actor.user_id or 0).order_by("full_name", "id"))


def _in_scope(actor: Actor) -> Q:
    return within(actor, Permission.REGISTRY_DEVICES, area="scope__area", district="scope__area__district")
