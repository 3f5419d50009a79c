"""Who asks, and that looking changes nothing."""

import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from core import own_words, reader
from core.access.actor import Actor, NotPermitted, public
from core.queries.access import actor_of
from core.views.errors import permission_denied

_SAFE_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")


class IdleMiddleware:
    """Sign out whoever left the machine: nothing opened or sent for ``SESSION_IDLE_SECONDS``.

    What a page fetches by itself, such as a job's progress, does not count as somebody being there. The moment is
    kept in the session and renewed at most once a minute, so that most pages write nothing.
    """

    KEY = "seen_at"
    STEP_SECONDS = 60

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(timezone.now().timestamp())
            idle = now - int(request.session.get(self.KEY, now))
            if idle > settings.SESSION_IDLE_SECONDS:
                logout(request)
                messages.info(request, _("You were signed out because nothing was done for a while. Sign in again."))
            elif self._somebody_is_there(request) and (idle >= self.STEP_SECONDS or self.KEY not in request.session):
                request.session[self.KEY] = now
        return self.get_response(request)

    @staticmethod
    def _somebody_is_there(request: HttpRequest) -> bool:
        return request.method == "POST" or "HX-Request" not in request.headers


class LargestUploadMiddleware:
    """Answer a request that says it is larger than ``LARGEST_UPLOAD_MB`` before anything of it is read.

    Django reads no more of a body than was declared, so a declaration that lies low cuts the body short.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        declared = request.META.get("CONTENT_LENGTH") or "0"
        if declared.isdigit() and int(declared) > settings.LARGEST_UPLOAD_MB << 20:
            context = {"most": settings.LARGEST_UPLOAD_MB}
            return render(request, "core/errors/too_large.html", context, status=413)
        return self.get_response(request)


class PrivatePagesMiddleware:
    """No browser and no cache on the way keeps a page: it may name people, and it carries the form's protection.

    A page for everybody may say otherwise by its own ``Cache-Control``, as open data do; it counts only for strangers.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.actor.user_id is not None or not response.has_header("Cache-Control"):  # type: ignore[attr-defined]
            response["Cache-Control"] = "no-store, private"
        return response


class ActorMiddleware:
    """Put ``request.actor`` and ``request.request_id`` on every request; the id is echoed as ``X-Request-ID``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _SAFE_ID.match(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        user = request.user
        actor: Actor = (
            actor_of(user_id=user.pk, request_id=request_id)
            if user.is_authenticated and user.pk
            else public(request_id)
        )
        request.actor = actor  # type: ignore[attr-defined]
        if "\0" in request.path:
            raise Http404  # PostgreSQL knows no such character: nothing has such an address
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A missing permission becomes the page that names it."""
        return permission_denied(request, exception) if isinstance(exception, NotPermitted) else None


class ReaderLanguageMiddleware:
    """Tell what is data (questions, messages of checks) in the reader's language: a program's is what it accepts, a
    person's the one they chose. Their pages speak it as far as the country pack has the words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/"):
            chosen = reader.accepted(request.headers.get("Accept-Language", ""))
        else:
            chosen = request.user.language if request.user.is_authenticated else ""
        # A program's own sentences stay in English: their codes say what they are.
        spoken = "" if request.path.startswith("/api/") else chosen
        with reader.reading_in(chosen), own_words.speaking(spoken):
            response = self.get_response(request)
            if hasattr(response, "render") and callable(response.render):
                response = response.render()
            return response


class ReadOnlyGetMiddleware:
    """GET and HEAD run in a transaction that cannot write; only the log of reads has a connection of its own.

    Sign-in pages are exempt: the session's keeper and the sign-in library write there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or request.path.startswith(("/account/", "/static/")):
            return self.get_response(request)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
            response = self.get_response(request)
            if hasattr(response, "render") and callable(response.render):
                response = response.render()
            return response
