"""Upkeep of cases by the clock."""

from celery import shared_task
from django.utils import timezone

from core.access.actor import SYSTEM
from grievances.actions import cases


@shared_task(name="grievances.name_where_nobody_is")
def name_where_nobody_is() -> int:
    """See to it that every open sensitive case has somebody in post who sees it."""
    return cases.name_where_nobody_is(actor=SYSTEM, at=timezone.now())
