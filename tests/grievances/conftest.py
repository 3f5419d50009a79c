"""Cases in each state, the officers who answer them, and a household that they are about."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.db import connection

from core.access.actor import SYSTEM, Actor, public
from core.access.roles import Role
from core.acting import acting
from core.models import Area, User
from grievances.actions import cases
from grievances.models import Case
from registry.models import Household, Membership, Person, PrivacyNotice, QuestionnaireVersion
from tests.fixtures.people import AT, AsActor, MakeUser

Lodge = Callable[..., cases.Lodged]
NATIONAL_ID = "0123456789012"


@pytest.fixture(autouse=True)
def _fresh_counters(request: pytest.FixtureRequest) -> None:
    cache.clear()


@pytest.fixture
def officer(make_user: MakeUser, as_actor: AsActor, district: Area) -> Actor:
    """A grievance officer of the first district."""
    return as_actor(make_user(Role.GRIEVANCE_OFFICER, district))


@pytest.fixture
def second_officer(make_user: MakeUser, as_actor: AsActor, district: Area) -> Actor:
    return as_actor(make_user(Role.GRIEVANCE_OFFICER, district))


@pytest.fixture
def elsewhere(make_user: MakeUser, as_actor: AsActor, other_district: Area) -> Actor:
    """A grievance officer of another district."""
    return as_actor(make_user(Role.GRIEVANCE_OFFICER, other_district))


@pytest.fixture
def national_officer(make_user: MakeUser, as_actor: AsActor) -> Actor:
    """A grievance officer for the whole country, who is named on sensitive cases."""
    return as_actor(make_user(Role.GRIEVANCE_OFFICER))


@pytest.fixture
def citizen() -> Actor:
    return public("test-request")


@pytest.fixture
def lodge(village: Area, citizen: Actor) -> Lodge:
    """``lodge(category="appeal", reference=..., actor=...)``: a case of the first district unless told otherwise."""

    def make(*, uuid: UUID | None = None, actor: Actor | None = None, at=AT, **told: object) -> cases.Lodged:
        told = {"category": "other", "description": "The list hangs too high.", "area_id": village.pk, **told}
        return cases.lodge(
            complaint=cases.Complaint(**told),  # type: ignore[arg-type]
            uuid=uuid or uuid4(),
            actor=actor or citizen,
            at=at,
        )

    return make


@pytest.fixture
def received(lodge: Lodge) -> Case:
    return lodge().case


@pytest.fixture
def in_progress(received: Case, officer: Actor) -> Case:
    cases.acknowledge(case_id=received.pk, actor=officer, at=AT)
    return cases.take(case_id=received.pk, actor=officer, at=AT)


@pytest.fixture
def decided(in_progress: Case, officer: Actor) -> Case:
    return cases.decide(
        case_id=in_progress.pk,
        outcome="not_upheld",
        reasons="It hangs at the rule's height.",
        remedy="none",
        actor=officer,
        at=AT,
    )


@pytest.fixture
def household(village: Area) -> Household:
    """A household of two in the first district; its head holds ``NATIONAL_ID``."""
    return make_household(village)


def make_household(village: Area, national_id: str = NATIONAL_ID) -> Household:
    questionnaire = QuestionnaireVersion.objects.order_by("pk").first()
    notice = PrivacyNotice.objects.order_by("pk").first()
    with acting(actor=SYSTEM, at=AT):
        made = Household.objects.create(
            area=village,
            district_id=village.district_id,
            questionnaire=questionnaire,
            interviewed_on=AT.date(),
            registered_at=AT,
            privacy_notice=notice,
            legal_basis="public_task",
        )
        made.refresh_from_db()
        for position, number in enumerate([national_id, None], start=1):
            person = Person.objects.create(
                district_id=village.district_id,
                given_names=f"Given{position}",
                surname="Surname",
                sex="F",
                birth_date=date(1980, 1, 1),
                birth_date_precision="day",
                national_id=number,
                interim_number=None if number else f"TMP{uuid4().hex[:8].upper()}",
                questionnaire=questionnaire,
                registered_at=AT,
            )
            Membership.objects.create(
                person=person,
                household=made,
                district_id=village.district_id,
                is_reference=position == 1,
                relationship="head" if position == 1 else "child",
                position=position,
                from_on=AT.date(),
            )
    return made


def proof_of(lodged: cases.Lodged, at=AT) -> str:
    return cases.prove(reference=lodged.case.reference, given=lodged.secret or "", network="192.0.2.1", at=at)


@pytest.fixture
def break_audit() -> Callable[[], None]:
    """Call it: from then on, in this test's transaction, the audit log refuses every row."""

    def broke() -> None:
        with connection.cursor() as cursor:  # a temporary table is found before the real one
            cursor.execute("CREATE TEMP TABLE core_audit (LIKE public.core_audit INCLUDING DEFAULTS, CHECK (false))")

    return broke


def days(number: int) -> timedelta:
    return timedelta(days=number)


def user_of(actor: Actor) -> User:
    return User.objects.get(pk=actor.user_id)
