"""Whoever walks from page to page, by every link, meets no number in full and no protected place."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.access.actor import SYSTEM
from core.access.roles import Role
from core.acting import acting
from core.actions import api_clients, appointments, users
from eligibility.models import Enrolment
from registry.actions import changes
from registry.models import Household, Nominee

AT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
WHY = "They came together and told us."
ADDRESS, NEW_ADDRESS = "Behind the red windmill", "The cellar of the mission"
PHONE, ACCOUNT, OTHER_ACCOUNT = "58123456", "62001234567", "62007654321"
NUMBERS = ("0088051400001", "0088051400077", "0070010100009", PHONE, ACCOUNT, OTHER_ACCOUNT, "57998877")
HIDDEN = (ADDRESS, NEW_ADDRESS, "-29.512345", "27.512345")
MOST = 400
_LINK = re.compile(r'(?:href|hx-get|action)="(/[^"#]*)')
# Leaving ends the walk; what is built is no page.
_NOT_FOLLOWED = ("/account/", "/static/", "/admin/")


@pytest.fixture
def household(tell, payload, village, make_user, as_actor, child_grants) -> Household:
    """A household of whom everything is known that must not be read, with changes done and waiting, on a list."""
    payload["household"] |= {
        "phone": PHONE, "address": ADDRESS, "latitude": "-29.512345", "longitude": "27.512345",
        "account_kind": "mobile", "account_provider": "mpesa", "account_number": ACCOUNT,
    }  # fmt: skip
    for member in payload["members"]:
        member["surname"] = "Zzyzwicz"
    told = tell(payload)
    assert told.status == "accepted", [str(issue) for issue in told.issues.all()]
    home = told.household
    mother = home.memberships.get(is_reference=True).person
    asks, decides = as_actor(make_user(Role.DISTRICT_OFFICER)), as_actor(make_user(Role.SUPERVISOR))
    with acting(actor=SYSTEM, at=AT):
        Nominee.objects.create(
            household=home, district=home.district, given_names="Nomsa", surname="Zzyzwicz",
            national_id="0070010100009", phone="57998877", from_on=AT.date(),
        )  # fmt: skip
        Enrolment.objects.create(
            programme=child_grants, household=home, recipient_person=mother, area=home.area, district=home.district,
            status_on=AT.date(), validation_required=True, proposed_at=AT,
        )  # fmt: skip

    def ask(kind: str, person: str = "", /, **texts: str) -> None:
        asked = changes.request(
            uuid=uuid4(), kind=kind, household_id=home.pk, person_reference=person, texts=texts, seen_versions=None,
            reason=WHY, actor=asks, at=AT,
        )  # fmt: skip
        if kind in ("protect_address",):
            changes.accept(change_id=asked.pk, reason="Spoke with her.", actor=decides, at=AT)

    identity = {"given_names": "Palesa", "surname": "Zzyzwicz", "sex": "F", "birth_date": "1988-05-14"}
    ask("move", moved_on="2026-11-01", address=NEW_ADDRESS)
    ask("protect_address", asked_by=mother.reference)
    ask("correct_identity", mother.reference, **identity, national_id="0088051400077")
    ask("change_account", kind="mobile", provider="mpesa", number=OTHER_ACCOUNT, holder=mother.reference)
    home.refresh_from_db()
    return home


def walk(client: Client, *starts: str) -> dict[str, str]:
    """Every page that links lead to, by address. Query strings are followed once for each address."""
    waiting, seen = deque(starts), dict[str, str]()
    known = {address.partition("?")[0] for address in starts}
    while waiting and len(seen) < MOST:
        address = waiting.popleft()
        answer = client.get(address, follow=True)
        if answer.status_code != 200 or "html" not in answer.headers.get("Content-Type", ""):
            continue
        text = answer.content.decode()
        seen[address] = text
        for link in _LINK.findall(text):
            path = link.partition("?")[0]
            if path not in known and not path.startswith(_NOT_FOLLOWED):
                known.add(path)
                waiting.append(link.replace("&amp;", "&"))
    return seen


@pytest.mark.parametrize(
    "role",
    [Role.DISTRICT_OFFICER, Role.SUPERVISOR, Role.PROGRAMME_MANAGER, Role.GRIEVANCE_OFFICER, Role.AUDITOR,
     Role.FINANCE_PREPARER, Role.DATA_PROTECTION_OFFICER],
    ids=lambda role: role.value,
)  # fmt: skip
def test_no_page_shows_a_number_or_a_protected_place(role, household, village, make_user, client: Client):
    client.force_login(make_user(role), backend="django.contrib.auth.backends.ModelBackend")
    home = reverse("registry:household", args=[household.reference])
    day = (
        reverse("registry:household_on_day", args=[household.reference])
        + "?day_0={0.day}&day_1={0.month}&day_2={0.year}"
    )
    pages = walk(
        client,
        "/",
        home,
        reverse("registry:household_history", args=[household.reference]),
        day.format(timezone.localdate()),
        reverse("registry:household_print", args=[household.reference]),
        reverse("registry:changes"),
        reverse("registry:village", args=[village.code]),
        reverse("registry:review"),
        reverse("registry:claims"),
    )
    assert len(pages) > 10
    raw = [(address, value) for address, text in pages.items() for value in (*NUMBERS, *HIDDEN) if value in text]
    assert raw == []
    # The village may stand in a list of villages, never on a page that tells of her.
    near = [address for address, text in pages.items() if village.name in text and "Zzyzwicz" in text]
    assert near == []


def test_the_search_shows_no_number_and_no_protected_place(household, village, make_user, client: Client):
    client.force_login(make_user(Role.SUPERVISOR), backend="django.contrib.auth.backends.ModelBackend")
    for text in ("Zzyzwicz", household.reference, "0088051400001", PHONE, village.name):
        shown = client.post(reverse("registry:search"), {"text": text}, follow=True).content.decode()
        results = shown.partition("<main")[2].replace(f'value="{text}"', "")
        assert [value for value in (*NUMBERS, *HIDDEN) if value in results] == []
        assert not (village.name in results and "Zzyzwicz" in results)


@pytest.fixture
def token(make_user: Callable) -> str:
    user = users.create(email="machine@example.org", full_name="Partner", password=None, actor=SYSTEM, at=AT)
    appointments.propose(
        user_id=user.pk, role=Role.SUPERVISOR, scope_id=appointments.scope_for(area_id=1).pk, starts_on=AT.date(),
        actor=SYSTEM, at=AT,
    )  # fmt: skip
    now = timezone.now()
    return api_clients.create(
        name="Partner", user_id=user.pk, expires_at=now + timedelta(days=1), actor=SYSTEM, at=now
    )[1]


def test_the_api_tells_partners_no_number_and_no_protected_place(household, village, token, client: Client):
    address = f"/api/v1/households/{household.reference}/"
    told = client.get(address, headers={"Authorization": f"Bearer {token}"})
    assert told.status_code == 200
    text = told.content.decode()
    assert [value for value in (*NUMBERS, *HIDDEN, village.code, village.name) if value in text] == []
    full = client.get(address, headers={"Authorization": f"Bearer {token}", "Unmask-Reason": "Paying in the field"})
    assert [value for value in (*HIDDEN, village.code, village.name) if value in full.content.decode()] == []
