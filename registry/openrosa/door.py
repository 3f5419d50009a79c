"""What every address of the device door shares: headers, and refusals in words that a phone shows."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from core.access.actor import NotPermitted
from core.access.devices import CannotTell, Challenge, SignInOver, Unknown
from registry.openrosa.documents import response

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
XML = "text/xml; charset=utf-8"
_LOG = logging.getLogger(__name__)


class Refused(Exception):
    """A request that is not taken: the status, and a sentence for the person with the phone."""

    def __init__(self, status: int, sentence: str) -> None:
        self.status = status
        super().__init__(sentence)


def open_rosa(view: View) -> View:
    """A view of the door. No session and so no protection against forged forms: a browser sends no such sign-in."""

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            answer = view(request, *args, **kwargs)
        except Unknown as error:
            told = response(str(error), nature="unknown")
            answer = Challenge(told, stale=error.stale, basic=request.is_secure(), content_type=XML)
        except (SignInOver, NotPermitted) as error:
            answer = said(403, str(error), nature="not_permitted")
        except Refused as error:
            answer = said(error.status, str(error), nature="refused")
        except Http404:
            answer = said(404, "There is nothing here.", nature="refused")
        except (CannotTell, OperationalError, InterfaceError) as error:
            _LOG.error("The device door cannot answer", exc_info=error)
            answer = said(503, "The service is not available just now. Send again in a few minutes.", nature="later")
        answer["X-OpenRosa-Version"] = "1.0"
        answer["X-OpenRosa-Accept-Content-Length"] = str(settings.DEVICE_POST_ADVISED)
        answer["Content-Language"] = "en"
        return answer

    return cast(View, csrf_exempt(answered))


def said(status: int, sentence: str, *, nature: str) -> HttpResponse:
    """An OpenRosa response with one sentence."""
    return HttpResponse(response(sentence, nature=nature), status=status, content_type=XML)
