"""Where calls are counted, beside the database: one client a process, and one round trip a count.

The framework's cache makes a client for each call and asks before it counts.
"""

from functools import lru_cache

import redis
from django.conf import settings


@lru_cache(maxsize=1)
def counters() -> redis.Redis:
    """The client, whose connections are kept."""
    return redis.Redis.from_url(settings.CACHE_URL)
