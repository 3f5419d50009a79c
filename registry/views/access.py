"""What every page of the registry begins with: somebody signed in, a permission, and nothing kept by browsers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from core.access.actor import Actor
from core.access.permissions import Permission

View = Callable[..., HttpResponse]


def actor_of(request: HttpRequest) -> Actor:
    """Who asks."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def needs(*permissions: Permission) -> Callable[[View], View]:
    """Only for those who hold one of the permissions somewhere; the query or action then looks at the place.

    Pages hold personal data, so neither browser nor proxy may keep them.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor = actor_of(request)
            if not any(actor.may(permission) for permission in permissions):
                actor.require(permissions[0])
            return view(request, *args, **kwargs)

        return never_cache(login_required(guarded))

    return decorate
