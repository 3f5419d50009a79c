"""What somebody reads when a page cannot be shown: plain words, what to do next, never the machine's own words."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

TEMPLATE = "core/errors/error.html"


def _page(
    request: HttpRequest,
    *,
    status: int,
    title: str,
    sentences: Sequence[str],
    needed: str = "",
    back_url: str = "/",
    back_label: str = "",
) -> HttpResponse:
    context = {
        "page_title": title,
        "sentences": sentences,
        "needed": needed,
        "back_url": back_url,
        "back_label": back_label or _("Go to the start page"),
        "request_id": getattr(request, "request_id", ""),
    }
    return render(request, TEMPLATE, context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what the browser sent cannot be understood."""
    return _page(
        request,
        status=400,
        title=_("This could not be understood"),
        sentences=[_("Something in the address or the form was damaged on its way. Go back and try again.")],
    )


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: which permission is missing, and whom to ask.

    Takes the label from ``exception.permission.label``, as ``core.access.actor.NotPermitted`` carries it.
    """
    permission = getattr(exception, "permission", None)
    actor = getattr(request, "actor", None)
    if actor is None or not actor.user_id:
        return _page(
            request,
            status=403,
            title=_("Sign in first"),
            sentences=[_("This page is for officers who are signed in.")],
            back_url=f"{reverse('account_login')}?{urlencode({'next': request.path})}",
            back_label=_("Sign in"),
        )
    sentences = [_("You are signed in, but your role does not allow this page or this area.")]
    # Only our own sentences are shown: a library's may be in the machine's words.
    own = str(exception) if exception is not None and not isinstance(exception, PermissionDenied) else ""
    if own and permission is None:
        sentences = [own]
    sentences.append(_("If your work needs it, ask your administrator for an appointment to a role that allows it."))
    return _page(
        request,
        status=403,
        title=_("You may not do this"),
        sentences=sentences,
        needed=str(permission.label) if permission is not None else "",
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing here, or nothing that this person may know of."""
    return _page(
        request,
        status=404,
        title=_("Page not found"),
        sentences=[
            _("Check the address or the reference for typing errors."),
            _("What you look for may also lie outside the areas that you work in."),
        ],
    )


def conflict(request: HttpRequest, sentence: str = "", back_url: str = "") -> HttpResponse:
    """409: somebody else was faster, or the thing is no longer in the state that the form showed."""
    return _page(
        request,
        status=409,
        title=_("Somebody else changed this"),
        sentences=[sentence or _("It changed after you opened the page."), _("Nothing of yours was saved.")],
        back_url=back_url or request.path,
        back_label=_("See how it is now"),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 when the form's protection is missing or old."""
    return _page(
        request,
        status=403,
        title=_("The page was open too long"),
        sentences=[
            _("For your protection a form can be sent only from a page opened recently. Nothing was saved."),
            _("Go back, load the page again, and send it once more. The browser must accept cookies."),
        ],
        back_url=request.path,
        back_label=_("Open the page again"),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when the database does not answer. Asks nothing of the database itself."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    return _without_database(
        request,
        status=500,
        title=_("Something went wrong on our side"),
        sentences=[
            _("What you were doing was not saved. Nothing is half done."),
            _("Try again in a few minutes. If it happens again, tell your administrator."),
        ],
    )


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the service rests or its database does not answer."""
    response = _without_database(
        request,
        status=503,
        title=_("The service is not available just now"),
        sentences=[_("Nothing was lost. Try again in a few minutes.")],
    )
    response["Retry-After"] = "120"
    return response


def _without_database(request: HttpRequest, *, status: int, title: str, sentences: Sequence[str]) -> HttpResponse:
    """The same page without context processors: no session, no user, no navigation is looked up."""
    context = {
        "SERVICE_NAME": getattr(settings, "SERVICE_NAME", ""),
        "page_title": title,
        "sentences": sentences,
        "back_url": "/",
        "back_label": _("Go to the start page"),
        "request_id": getattr(request, "request_id", ""),
    }
    body: str
    try:
        body = str(render_to_string(TEMPLATE, context))
    except Exception:
        body = (
            f"<!DOCTYPE html><html lang='en'><title>{title}</title><h1>{title}</h1><p>{' '.join(sentences)}</p></html>"
        )
    return HttpResponse(body, status=status)
