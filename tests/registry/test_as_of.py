"""A household as it was: what is told of an earlier moment is what was to be seen at that moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from core.access.roles import Role
from registry.models import Household, Membership, PaymentAccount, Submission
from registry.queries import as_of
from tests.registry.walks import Walk

_OF_THE_ROW = {"changed_xid", "recorded_at"}


def _values(row: Any) -> dict[str, Any]:
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.name not in _OF_THE_ROW
    }


def _seen(household: Household, members: list[Membership], account: PaymentAccount | None) -> dict[str, Any]:
    return {
        "household": _values(household),
        "members": [(_values(row), _values(row.person)) for row in members],
        "account": _values(account) if account else None,
    }


def _now() -> dict[int, dict[str, Any]]:
    """Every household as everybody sees it at this moment."""
    found = {}
    for home in Household.objects.order_by("id"):
        here = home.memberships.filter(until_on__isnull=True).select_related("person").order_by("position", "id")
        found[home.pk] = _seen(home, list(here), home.accounts.filter(until_on__isnull=True).first())
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_any_changes_each_moment_is_told_as_it_was_seen_then(
    seed, committed_db, an_accepted_household: Submission, tell, other_payload, make_user, as_actor, village,
    other_village,
):  # fmt: skip
    tell(other_payload)
    walk = Walk(
        seed=seed,
        asks=as_actor(make_user(Role.DISTRICT_OFFICER)),
        decides=as_actor(make_user(Role.SUPERVISOR)),
        villages=[village, other_village],
        hides=False,  # what is protected now stays hidden for all times: that has a test of its own
    )
    seen = [(timezone.now(), _now())]
    for _ in range(25):
        if walk.step():
            seen.append((timezone.now(), _now()))
    assert len(set(walk.taken)) > 4
    for at, then in seen:
        for number, expected in then.items():
            found = as_of.household_at(household=Household.objects.get(pk=number), at=at)
            assert found is not None
            assert _seen(found.household, found.members, found.account) == expected, (at, walk.taken)


def test_before_it_was_registered_there_is_nothing(an_accepted_household):
    home = an_accepted_household.household
    assert as_of.household_at(household=home, at=home.registered_at - timedelta(seconds=1)) is None


def test_history_is_read_by_number_and_only_from_that_month_on(an_accepted_household):
    at = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT DISTINCT ON (id) * FROM registry_membershiphistory WHERE id IN (1, 2) "
            "AND pgh_created_at > %s ORDER BY id, pgh_id",
            [at],
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Scan" in plan
    month = f"{at - timedelta(days=40):%Y_%m}"
    assert month not in plan
