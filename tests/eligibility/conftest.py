"""A registered household on a programme's list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from core.access.actor import SYSTEM, Actor
from core.access.roles import Role
from core.acting import acting
from eligibility.models import Enrolment, Programme
from registry.models import Household, Person

AT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def home(an_accepted_household) -> Household:
    return an_accepted_household.household


@pytest.fixture
def clerk(make_user, as_actor, district) -> Actor:
    return as_actor(make_user(Role.DISTRICT_OFFICER, district))


@pytest.fixture
def decider(make_user, as_actor) -> Actor:
    """A supervisor of the whole country."""
    return as_actor(make_user(Role.SUPERVISOR))


@pytest.fixture
def put_on_list() -> Callable[..., Enrolment]:
    """``put_on_list(programme, household, person)``: proposed there, the reference person receiving."""

    def put(programme: Programme, household: Household, person: Person | None = None, **more: Any) -> Enrolment:
        with acting(actor=SYSTEM, at=AT):
            return Enrolment.objects.create(
                programme=programme,
                household=household,
                person=person,
                recipient_person=household.memberships.get(is_reference=True).person,
                area=household.area,
                district=household.district,
                status_on=AT.date(),
                validation_required=False,
                proposed_at=AT,
                **more,
            )

    return put


@pytest.fixture
def enrolment(home, child_grants, put_on_list) -> Enrolment:
    """The household on a list, its mother receiving."""
    return put_on_list(child_grants, home)
