"""Households that a user declared as their own or a relative's."""

from __future__ import annotations

from django.db.models import QuerySet

from core.access.actor import Actor
from registry.models import DeclaredInterest, DeclaredNumber


def mine(*, actor: Actor) -> QuerySet[DeclaredInterest]:
    """The actor's own declarations, newest first. Nobody else's: an interest is the declarer's personal data."""
    found = DeclaredInterest.objects.filter(user_id=actor.user_id or 0).select_related("household")
    return found.order_by("-declared_at", "-id")


def my_numbers(*, actor: Actor) -> QuerySet[DeclaredNumber]:
    """The numbers that the actor declared, newest first."""
    return DeclaredNumber.objects.filter(user_id=actor.user_id or 0).order_by("-declared_at", "-id")
