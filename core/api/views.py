"""What every address of the API begins with: who asks, a permission, and a body that is not too large."""

import json
from typing import Any, ClassVar

from django.conf import settings
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.views import APIView

from core.access.permissions import Permission
from core.api.holding import actor_of
from core.api.problems import Problem

__all__ = ["ApiView", "actor_of", "body_of"]


class ApiView(APIView):
    """One address. ``permissions`` is read by ``tests/architecture/test_every_route.py`` as well."""

    permissions: ClassVar[tuple[Permission, ...]] = ()


def body_of(request: Request) -> tuple[bytes, Any]:
    """The body as sent and as JSON; numbers stay the texts that were written.

    Raises:
        Problem: 413 too large, 400 no JSON.
        UnsupportedMediaType: it does not call itself JSON.
    """
    page = request._request
    if page.content_type != "application/json":
        raise UnsupportedMediaType(page.content_type or "nothing", "Send application/json.")
    limit = settings.API_LARGEST_BODY
    too_large = Problem(413, f"A request holds at most {limit} bytes: send fewer households at once.")
    try:
        if int(page.META.get("CONTENT_LENGTH") or 0) > limit:
            raise too_large
    except ValueError:
        raise Problem(400, "The length of the request is not a number.") from None
    raw = page.body
    if len(raw) > limit:
        raise too_large
    try:
        return raw, json.loads(raw, parse_int=str, parse_float=str, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Problem(400, "The body is not JSON in UTF-8.") from None


def _refuse(name: str) -> Any:
    raise ValueError(name)
