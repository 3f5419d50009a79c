"""Households registered through the import door, and people who look at them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from lxml import html

from core.access.actor import SYSTEM
from core.access.roles import Role
from core.jobs import runner
from core.models import Area, User
from registry.actions import imports
from registry.models import Household, ImportBatch, PrivacyNotice
from tests.fixtures.people import AT, AsActor, MakeUser

Texts = dict[str, str]
Payload = dict[str, Any]
SignIn = Callable[[User], Client]
Register = Callable[..., Household]

NATIONAL_ID = "0123456789012"
PHONE = "58123456"

ANSWERS: Texts = {
    "tenure": "owned",
    "dwelling_wall": "stone",
    "dwelling_roof": "thatch",
    "dwelling_floor": "mud_dung",
    "rooms": "2",
    "water_source": "public_tap",
    "toilet": "pit",
    "lighting": "candles",
    "heating_fuel": "dung",
    **dict.fromkeys(("stove", "radio", "tv", "mobile_phone", "refrigerator", "bicycle", "vehicle"), "no"),
    **dict.fromkeys(("land_fields", "cattle", "sheep", "goats", "horses", "donkeys", "pigs", "poultry"), "1"),
}
WELL: Texts = dict.fromkeys(
    ("wg_seeing", "wg_hearing", "wg_walking", "wg_remembering", "wg_selfcare", "wg_communicating"), "none"
)


def a_member(number: str = "1", **more: str) -> Texts:
    """A woman of 45 who lives here; name and number by ``more``."""
    return {
        "person_no": number,
        "membership": "member",
        "relationship": "reference",
        "given_names": "Palesa",
        "surname": "Tšosane",
        "sex": "F",
        "birth_date": "1981-02-03",
        "residence": "usual",
        "nationality": "LSO",
        "education": "primary",
        "activity": "own_farm",
        **WELL,
        **more,
    }


@pytest.fixture
def payload(village: Area) -> Callable[..., Payload]:
    """``payload(member, ..., area=, **columns)``: a household that every check passes."""

    def make(*members: Texts, area: Area | None = None, **columns: str) -> Payload:
        notice = PrivacyNotice.objects.order_by("id")[0]
        household = {
            "area_code": (area or village).code,
            "interview_date": "2026-03-02",
            "privacy_notice": notice.version,
            "legal_basis": "public_task",
            "phone": PHONE,
            "account_kind": "mobile",
            "account_provider": "mobile",
            "account_number": "62009988",
            **ANSWERS,
            **columns,
        }
        return {"household": household, "members": list(members) or [a_member(national_id=NATIONAL_ID)]}

    return make


def _csv(rows: list[Texts]) -> bytes:
    names = sorted({name for row in rows for name in row})
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def files_of(*payloads: Payload) -> tuple[bytes, bytes]:
    """The two import files that tell of these households."""
    households, persons = [], []
    for number, told in enumerate(payloads, start=1):
        households.append({"household_no": f"H{number}"} | told["household"])
        persons += [{"household_no": f"H{number}"} | member for member in told["members"]]
    return _csv(households), _csv(persons)


def bring_in(*payloads: Payload, by: User | None = None, as_actor: AsActor | None = None) -> ImportBatch:
    """Import these households and wait for the end of it."""
    actor = as_actor(by) if by and as_actor else SYSTEM
    households, persons = files_of(*payloads)
    batch = imports.receive(households=households, persons=persons, actor=actor, at=AT, send=False)
    assert batch.job is not None
    runner.run(job_id=batch.job.pk, worker="test")
    batch.refresh_from_db()
    return batch


@pytest.fixture
def registered(payload: Callable[..., Payload]) -> Register:
    """``registered(...)``: as ``payload``, and in the register."""

    def make(*members: Texts, **options: Any) -> Household:
        batch = bring_in(payload(*members, **options))
        submission = batch.submissions.get()
        assert submission.household is not None, list(submission.issues.values_list("message", flat=True))
        return submission.household

    return make


@pytest.fixture
def sign_in() -> SignIn:
    """A browser in which this user is signed in."""

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


@pytest.fixture
def officer(make_user: MakeUser, district: Area) -> User:
    return make_user(Role.DISTRICT_OFFICER, district, name="Officer of the district")


@pytest.fixture
def officer_elsewhere(make_user: MakeUser, other_district: Area) -> User:
    return make_user(Role.DISTRICT_OFFICER, other_district, name="Officer elsewhere")


@pytest.fixture
def supervisor(make_user: MakeUser, district: Area) -> User:
    return make_user(Role.SUPERVISOR, district, name="Supervisor of the district")


@pytest.fixture
def desk(sign_in: SignIn, officer: User) -> Client:
    """The officer's browser."""
    return sign_in(officer)


def text_of(response: Any) -> str:
    """What a page says, blanks made single."""
    return " ".join(" ".join(html.document_fromstring(response.content.decode()).itertext()).split())


def posted_form(response: Any, *, action: str = "") -> Texts:
    """The fields of a page's form as a browser would send them, untouched (``action``: part of its address)."""
    document = html.document_fromstring(response.content.decode())
    forms = [form for form in document.forms if action in (form.action or "") and form.method == "POST"]
    own = [form for form in forms if "logout" not in (form.action or "")]
    return dict(own[0].form_values())
