"""How often one network may do something, counted in the cache.

A brake on nuisance, not the lock: the lock is the secret's 49 bits. So counters are by network (and case), never by
case alone, since then anybody could lock a citizen out; they run out by themselves; and a lost cache stops nobody.
Many phones share one network's address, hence the generous numbers.
"""

import ipaddress
import logging
from dataclasses import dataclass

from django.core.cache import cache
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class TooOften(Exception):
    """This was tried too often from your network. Wait an hour and try again, or telephone the office."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``times`` in ``seconds``, counted from the first."""

    name: str
    times: int
    seconds: int = 3600

    def count(self, *parts: str) -> None:
        """Count one more.

        Raises:
            TooOften: there have been ``times`` already.
        """
        key = _key(self.name, parts)
        try:
            cache.add(key, 0, timeout=self.seconds)
            counted = cache.incr(key)
        except ValueError:  # it ran out between the two
            return
        except RedisError:
            logger.exception("The limit %s cannot be counted", self.name)
            return
        if counted > self.times:
            raise TooOften(TooOften.__doc__)

    def forgive(self, *parts: str) -> None:
        """Forget what was counted: it was the right person after all."""
        try:
            cache.delete(_key(self.name, parts))
        except RedisError:
            logger.exception("The limit %s cannot be reset", self.name)


WRONG_SECRET = Limit("wrong-secret", times=10)
WRONG_ANYWHERE = Limit("wrong-anywhere", times=200)
LODGED = Limit("lodged", times=60)


def network_of(address: str) -> str:
    """The network that an address belongs to: IPv6 networks are handed out whole."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ip) if ip.version == 4 else str(ipaddress.ip_network(f"{ip}/64", strict=False))


def _key(name: str, parts: tuple[str, ...]) -> str:
    """Addresses and references do not stand in the cache in the clear."""
    return f"grievances:{name}:{salted_hmac('grievances.limits', '|'.join(parts), algorithm='sha256').hexdigest()[:32]}"
