"""What every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from core.hooks import navigation


def furniture(request: HttpRequest) -> dict[str, Any]:
    """The service's name, the demonstration flag, and the navigation that this actor may use."""
    actor = getattr(request, "actor", None)
    items = [item for function in navigation.functions for item in function(actor)] if actor and actor.user_id else []
    return {
        "SERVICE_NAME": settings.SERVICE_NAME,
        "DEMO": settings.DEMO,
        "actor": actor,
        "navigation": [{"label": i.label, "url": i.url, "current": request.path.startswith(i.url)} for i in items],
    }
