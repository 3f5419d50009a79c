"""Numbers drawn for one household at a time, the same on every machine.

Each household has its own stream, keyed on the seed and its index, so any part of the sample
can be made alone, in any order and in any process. Only ``random()`` of the Mersenne Twister
is used, which Python promises to keep; nothing depends on hashes of strings.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from hashlib import blake2b
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")
Draw = Callable[[], float]

_UNIT = 1.0 / (1 << 64)


def slot(seed: int, index: int) -> tuple[float, int]:
    """Return what decides the kind of household ``index`` (0 to 1) and the key of its stream."""
    digest = blake2b(b"%d:%d" % (seed, index), digest_size=16).digest()
    kind = int.from_bytes(digest[:8], "big") * _UNIT
    return kind, int.from_bytes(digest[8:], "big")


def stream(key: int) -> Draw:
    """Return the draws (each from 0 up to 1) of one stream."""
    return Random(key).random


def bell(draw: Draw) -> float:
    """Draw about normally, mean 0 and deviation 1, between -3 and 3."""
    return 2.0 * (draw() + draw() + draw()) - 3.0


class Weighted(Generic[T]):
    """Values with weights, drawn by one number."""

    __slots__ = ("_cumulative", "_total", "values")

    def __init__(self, values: Sequence[T], weights: Sequence[float]) -> None:
        self.values = list(values)
        self._cumulative = list(accumulate(weights))[:-1]
        self._total = float(sum(weights))

    def pick(self, draw: Draw) -> T:
        return self.values[bisect_right(self._cumulative, draw() * self._total)]


def weighted(**weights: float) -> Weighted[str]:
    """Weigh codes: ``weighted(cash=6, bank=1).pick(draw)``."""
    return Weighted(list(weights), list(weights.values()))
