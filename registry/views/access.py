"""What every page of the registry begins with: a permission, and nothing kept by browsers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from core.access.permissions import Permission
from core.access.web import actor_of_request as actor_of
from core.access.web import requires
from core.forms.one_shot import OneShotMissing
from core.views.errors import bad_request, conflict
from registry.actions.submissions import ChangedElsewhere, NotADraft

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

__all__ = ["actor_of", "needs"]


def needs(*permissions: Permission) -> Callable[[View], View]:
    """As ``requires``; besides, neither browser nor proxy may keep the answer, since it may hold personal data.

    A form without its one-time key, and a draft that another window has sent, get their pages here for every view.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def uncached(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                response = view(request, *args, **kwargs)
            except OneShotMissing:
                response = bad_request(request)
            except NotADraft as error:
                response = conflict(request, sentence=str(error), back_url=reverse("registry:mine"))
            except ChangedElsewhere as error:
                response = conflict(request, sentence=str(error))
            add_never_cache_headers(response)
            return response

        return cast(View, requires(*permissions)(uncached))

    return decorate
