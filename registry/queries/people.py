"""Names of those who did something, for pages that say who."""

from __future__ import annotations

from collections.abc import Iterable

from core.models import User


def names_of_users(ids: Iterable[int | None]) -> dict[int, str]:
    """Full names by user number. One statement, none where there is nobody to name."""
    wanted = {number for number in ids if number is not None}
    return dict(User.objects.filter(pk__in=wanted).values_list("id", "full_name")) if wanted else {}
