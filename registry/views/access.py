"""What every page of the registry begins with: a permission, and nothing kept by browsers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import add_never_cache_headers

from core.access.permissions import Permission
from core.access.web import actor_of_request as actor_of
from core.access.web import requires

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

__all__ = ["actor_of", "needs"]


def needs(*permissions: Permission) -> Callable[[View], View]:
    """As ``requires``; besides, neither browser nor proxy may keep the answer, since it may hold personal data."""

    def decorate(view: View) -> View:
        @wraps(view)
        def uncached(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            response = view(request, *args, **kwargs)
            add_never_cache_headers(response)
            return response

        return cast(View, requires(*permissions)(uncached))

    return decorate
