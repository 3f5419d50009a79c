"""Which permission a page needs, declared beside the view and checked before it runs."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def requires(*permissions: Permission) -> Callable[[View], View]:
    """Only for people who are signed in and hold one of ``permissions`` somewhere; none named: who is signed in.

    Somebody not signed in is led to the sign-in and back; somebody without the permission gets the page that names
    it. Which rows are seen stays with the queries. The declaration is ``view.permission`` (the first one, or ``None``)
    and ``view.permissions``; ``tests/architecture/test_every_route.py`` holds every route against it.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor = actor_of_request(request)
            if actor.user_id is None:
                return _to_sign_in(request)
            if permissions and not any(actor.may(permission) for permission in permissions):
                raise NotPermitted(permissions[0])
            return view(request, *args, **kwargs)

        checked.permission = permissions[0] if permissions else None  # type: ignore[attr-defined]
        checked.permissions = permissions  # type: ignore[attr-defined]
        return cast(View, checked)

    return decorate


def actor_of_request(request: HttpRequest) -> Actor:
    """Who asks, as the middleware found out."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in and back; a fragment sends the whole page there, not the sign-in into the fragment's place."""
    htmx = getattr(request, "htmx", None)
    if not htmx:
        return redirect_to_login(request.get_full_path())
    page = redirect_to_login(htmx.current_url_abs_path or "/")
    return HttpResponse(status=204, headers={"HX-Redirect": page["Location"]})
