"""Who asks, and whether they hold what the address needs."""

from typing import TYPE_CHECKING

from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission

if TYPE_CHECKING:  # the framework loads this module while it makes that one
    from rest_framework.views import APIView


class Holds(BasePermission):
    """Signed in, and holding one of the view's ``permissions`` somewhere; none named: who is signed in."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if request.user is None or not request.user.is_authenticated:
            raise NotAuthenticated("Sign in, or send a token: Authorization: Bearer ...")
        permissions: tuple[Permission, ...] = view.permissions  # type: ignore[attr-defined]
        actor = actor_of(request)
        if permissions and not any(actor.may(permission) for permission in permissions):
            raise NotPermitted(permissions[0])
        return True


def actor_of(request: Request) -> Actor:
    """Who asks: the client's user, or who is signed in on the pages."""
    actor: Actor = request._request.actor  # type: ignore[attr-defined]
    return actor
