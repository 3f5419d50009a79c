"""What a program reads when a request cannot be answered: ``application/problem+json``.

Source: RFC 9457 (Problem Details for HTTP APIs); pointers as in RFC 6901.
"""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.access.actor import NotPermitted

MEDIA_TYPE = "application/problem+json"
_LOG = logging.getLogger(__name__)


class Problem(Exception):
    """A request that cannot be answered: status, a sentence, and where in the body each fault stands."""

    def __init__(self, status: int, detail: str, *, kind: str = "", errors: Sequence[Mapping[str, str]] = ()) -> None:
        self.status, self.kind, self.errors = status, kind, list(errors)
        super().__init__(detail)


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """The answer to an exception of a view; what nobody foresaw is logged and becomes 500 without its words."""
    headers: dict[str, str] = {}
    errors: Sequence[Mapping[str, str]] = ()
    kind = ""
    match error:
        case Problem():
            status, detail, errors, kind = error.status, str(error), error.errors, error.kind
        case NotPermitted():
            status, detail = 403, str(error)
        case PermissionDenied():
            status, detail = 403, "Your role does not allow this."
        case Http404() | exceptions.NotFound():
            status, detail = 404, "There is nothing here, or nothing that you may see."
        case exceptions.APIException():
            status, detail = error.status_code, str(error.detail)
            if header := getattr(error, "auth_header", None):
                headers["WWW-Authenticate"] = header
            if wait := getattr(error, "wait", None):
                headers["Retry-After"] = str(int(wait) + 1)
        case OperationalError() | InterfaceError():
            status, detail = 503, "The service is not available just now. Nothing was lost: try again in a few minutes."
            headers["Retry-After"] = "120"
            _LOG.error("The database does not answer", exc_info=error)
        case _:
            status, detail = 500, "Something went wrong on our side. Nothing is half done."
            _LOG.error("Unforeseen", exc_info=error)
            got_request_exception.send(sender=None, request=context["request"]._request)
    set_rollback()
    body: dict[str, Any] = {
        "type": f"urn:problem:{kind}" if kind else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": context["request"].path,
    }
    if errors:
        body["errors"] = list(errors)
    return Response(body, status=status, headers=headers, content_type=MEDIA_TYPE)
