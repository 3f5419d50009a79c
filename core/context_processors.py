"""What every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext

from core import pack
from core.access.actor import Actor
from core.access.roles import Role
from core.hooks import navigation
from core.own_words import unchecked
from core.reader import in_language, language, languages


def furniture(request: HttpRequest) -> dict[str, Any]:
    """The service's and country's names, the demonstration flag, who is signed in, and where they may go."""
    actor: Actor | None = getattr(request, "actor", None)
    signed_in = actor if actor is not None and actor.user_id else None
    return {
        "SERVICE_NAME": settings.SERVICE_NAME,
        "COUNTRY_NAME": in_language(pack.about()["name"]),
        "DEMO": settings.DEMO,
        "VERSION": settings.VERSION,
        "LANGUAGES_OFFERED": settings.LANGUAGES,
        "reads_in_several": len(languages()) > 1,
        "UNCHECKED_WORDS": languages().get(language(), "") if unchecked(language()) else "",
        "actor": actor,
        "signed_in": _person(signed_in) if signed_in else None,
        "navigation": _navigation(signed_in, request.path) if signed_in else [],
    }


def _person(actor: Actor) -> dict[str, str]:
    labels = [role.label for role in Role if role.value in actor.roles]
    return {"name": actor.name, "roles": ", ".join(labels) or gettext("no role yet")}


def _navigation(actor: Actor, path: str) -> list[dict[str, Any]]:
    # People's daily work first; what keeps the house itself running (core's own entries) last.
    functions = sorted(navigation.functions, key=lambda function: function.__module__.startswith("core."))
    items = [item for function in functions for item in function(actor)]
    # The longest matching address wins, so that "Home" at the root is not current everywhere.
    current = max((i.url for i in items if path.startswith(i.url)), key=len, default="")
    home = {"label": gettext("Home"), "url": "/", "current": path == "/", "count": 0}
    return [
        home,
        *(
            {"label": i.label, "url": i.url, "current": i.url == current, "count": getattr(i, "count", 0)}
            for i in items
            if i.url != "/"
        ),
    ]
