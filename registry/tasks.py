"""Celery's side of the registry: upkeep by the clock, and forms of phones, taken in when a worker is told."""

import logging

import redis
from celery import shared_task
from django.core.cache import cache
from django.utils import timezone
from kombu.exceptions import OperationalError

from core.access.actor import SYSTEM
from registry.actions import device_intake, submissions, trials

_LOG = logging.getLogger(__name__)
_TOLD = "device-forms:told"
_TOLD_SECONDS = 5


@shared_task(name="registry.close_visits")
def close_visits() -> int:
    """Close the visits whose household was interviewed since they were assigned."""
    from registry.actions import visits

    return visits.sweep(actor=SYSTEM, at=timezone.now())


@shared_task(name="registry.take_in_device_forms")
def take_in_device_forms() -> int:
    """Take in what is ready until nothing is left."""
    cache.delete(_TOLD)  # who comes from now on tells a worker again
    done = 0
    while part := device_intake.take_in_waiting(at=timezone.now()):
        done += part
    return done


def tell_worker() -> None:
    """Tell a worker that forms wait, once for many; a lost message does no harm, for the clock repeats it."""
    try:
        if cache.add(_TOLD, 1, timeout=_TOLD_SECONDS):
            take_in_device_forms.delay()
    except (redis.RedisError, OperationalError) as error:
        _LOG.warning("the queue did not take the message (%s); the clock will repeat it", error)


@shared_task(name="registry.expire_trials")
def expire_trials() -> int:
    """Remove what trials found whose time is over."""
    return trials.expire(at=timezone.now())


@shared_task(name="registry.expire_drafts")
def expire_drafts() -> int:
    """Remove drafts that nobody touched for long."""
    return submissions.expire_drafts(at=timezone.now())
