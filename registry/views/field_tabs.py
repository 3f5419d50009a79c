"""The tabs over the pages about the field team."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core.access.actor import Actor
from core.access.permissions import Permission


def field_tabs(actor: Actor, *, current: str) -> list[dict[str, Any]]:
    """Those that this actor may open."""
    tabs = [
        ("forms", _("Forms"), "registry:field_forms", Permission.REGISTRY_REVIEW),
        ("interviews", _("Second interviews"), "registry:samples", Permission.REGISTRY_REVIEW),
        ("paper", _("Paper forms"), "registry:paper", Permission.REGISTRY_REVIEW),
        ("phones", _("Phones"), "registry:phones", Permission.REGISTRY_DEVICES),
    ]
    return [
        {"label": label, "url": reverse(name), "current": key == current}
        for key, label, name, permission in tabs
        if actor.may(permission)
    ]
