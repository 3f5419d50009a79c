"""Reporting's entry in the menu."""

from django.urls import reverse
from django.utils.translation import gettext as _

from core.access.actor import Actor
from core.access.permissions import Permission
from core.hooks import NavigationItem


def entries(actor: Actor) -> list[NavigationItem]:
    if not actor.may(Permission.REPORTING_VIEW):
        return []
    return [NavigationItem(label=_("Figures"), url=reverse("reporting:dashboard"))]
