"""Numbers of rows as one value of a statement. Pure."""

from __future__ import annotations

from collections.abc import Iterable


def array(numbers: Iterable[int]) -> str:
    """What PostgreSQL reads as an array of integers: the driver would write each number by itself.

    >>> array([1, 2, 3])
    '{1,2,3}'
    """
    return "{" + ",".join(map(str, numbers)) + "}"
