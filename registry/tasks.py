"""Registry's upkeep that runs by the clock."""

from celery import shared_task
from django.utils import timezone

from core.access.actor import SYSTEM


@shared_task(name="registry.close_visits")
def close_visits() -> int:
    """Close the visits whose household was interviewed since they were assigned."""
    from registry.actions import visits

    return visits.sweep(actor=SYSTEM, at=timezone.now())
