"""Reporting's work by the clock."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from core.access.actor import SYSTEM
from reporting.actions import figures


@shared_task(name="reporting.refresh")
def refresh() -> int:
    """Queue the count of figures, unless one is under way."""
    return figures.refresh(actor=SYSTEM, at=timezone.now()).pk
