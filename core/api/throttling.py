"""So many requests a minute and user. A counter under a key of the minute: one list a request would be too dear."""

import logging
import time
from typing import TYPE_CHECKING

import redis
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from core.api.counters import counters

if TYPE_CHECKING:
    from rest_framework.views import APIView

_LOG = logging.getLogger(__name__)


class PerMinute(BaseThrottle):
    """``API_REQUESTS_PER_MINUTE`` for each user. If the counter cannot be reached, nobody is kept out."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        key = f"api:{request.user.pk}:{int(time.time() // 60)}"
        try:
            counted = int(counters().incr(key))
            if counted == 1:
                counters().expire(key, 120)
            return counted <= settings.API_REQUESTS_PER_MINUTE
        except redis.RedisError:
            _LOG.warning("Requests are not counted")
            return True

    def wait(self) -> float:
        return 60 - time.time() % 60
