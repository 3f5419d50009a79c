"""Whoever walks from page to page, by every link, into every file, meets no number in full and no protected place."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter, deque
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from pypdf import PdfReader

from core.access.actor import SYSTEM, public
from core.access.roles import Role
from core.acting import acting
from core.actions import api_clients, appointments, users
from core.models import Area
from eligibility.models import Enrolment
from grievances.actions import cases
from registry.actions import changes, questionnaires, visits
from registry.models import Household, Nominee, QuestionnaireVersion, Submission
from tests.fixtures.registry import TOLD_AT

AT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
WHY = "They came together and told us."
ADDRESS, NEW_ADDRESS = "Behind the red windmill", "The cellar of the mission"
PHONE, ACCOUNT, OTHER_ACCOUNT = "58123456", "62001234567", "62007654321"
NUMBERS = ("0088051400001", "0088051400077", "0070010100009", PHONE, ACCOUNT, OTHER_ACCOUNT, "57998877")
FIELD, SCHOOL, NEAR_THE_MILL = "-29.523456 27.523456 1600 4", "-29.534567 27.534567 1600 4", "Near the red mill"
HIDDEN = (ADDRESS, NEW_ADDRESS, "-29.512345", "27.512345", "29.52346", "29.53457", FIELD, SCHOOL, NEAR_THE_MILL)
MOST = 400
#: Ten villages are as good as a thousand: hers are named where the walk begins.
ALIKE = 10
_OF_SUBMISSIONS = ("review_submission", "submission", "draft_print", "draft_check")
_LINK = re.compile(r'(?:href|hx-get|action)="(/[^"#]*)')
# Leaving ends the walk; what is built is no page.
_NOT_FOLLOWED = ("/account/", "/static/", "/admin/")


def with_points() -> None:
    """A version of the questionnaire that asks where the field and the school lie."""
    content = deepcopy(QuestionnaireVersion.objects.get(status="published").content) | {"version": "2027-01"}
    content.pop("mapping", None)
    for code, level in (("field_place", "household"), ("school_place", "person")):
        section = next(one["code"] for one in content["sections"] if one["level"] == level)
        asked = {"code": code, "level": level, "section": section, "type": "point", "label": {"en": code}}
        content["questions"].append(asked)
    questionnaires.load(content=content, actor=SYSTEM, at=TOLD_AT)


@pytest.fixture
def household(tell, payload, other_payload, village, make_user, as_actor, child_grants) -> Household:
    """A household of whom everything is known that must not be read, with changes done and waiting, on lists, due to
    be seen again and on the way to be, with a refused registration before it and a case. Another one of the district is
    due as well, so that there are lists."""
    with_points()
    beside = Area.objects.filter(level=Area.Level.VILLAGE, district=village.district).exclude(pk=village.pk)
    other_payload["household"]["area_code"] = beside.order_by("path")[0].code
    assert tell(other_payload).status == "accepted"
    payload["household"] |= {
        "phone": PHONE, "address": ADDRESS, "latitude": "-29.512345", "longitude": "27.512345", "field_place": FIELD,
        "account_kind": "mobile", "account_provider": "mpesa", "account_number": ACCOUNT,
    }  # fmt: skip
    payload["members"][1]["school_place"] = SCHOOL
    for member in payload["members"]:
        member["surname"] = "Zzyzwicz"
    wrong = deepcopy(payload)
    wrong["household"]["rooms"] = "many"
    assert tell(wrong).status == "refused"
    told = tell(payload)
    assert told.status == "accepted", [str(issue) for issue in told.issues.all()]
    home = told.household
    mother = home.memberships.get(is_reference=True).person
    asks, decides = as_actor(make_user(Role.DISTRICT_OFFICER)), as_actor(make_user(Role.SUPERVISOR))
    with acting(actor=SYSTEM, at=AT):
        Household.objects.update(interviewed_on=AT.date() - timedelta(days=5 * 366))
        Nominee.objects.create(
            household=home, district=home.district, given_names="Nomsa", surname="Zzyzwicz",
            national_id="0070010100009", phone="57998877", from_on=AT.date(),
        )  # fmt: skip
        for unit, status in ((None, "proposed"), (mother, "rejected")):
            made = Enrolment.objects.create(
                programme=child_grants, household=home, person=unit, recipient_person=mother, area=home.area,
                district=home.district, status_on=AT.date(), validation_required=True, proposed_at=AT,
            )  # fmt: skip
            if status != "proposed":
                Enrolment.objects.filter(pk=made.pk).update(status=status, reason="Not found.")
    visits.assign(
        area_id=home.area_id, household_ids=[home.pk], to_id=asks.user_id, visit_by=timezone.localdate(),
        actor=decides, at=AT,
    )  # fmt: skip

    def ask(kind: str, person: str = "", /, **texts: str) -> None:
        asked = changes.request(
            uuid=uuid4(), kind=kind, household_id=home.pk, person_reference=person, texts=texts, seen_versions=None,
            reason=WHY, actor=asks, at=AT,
        )  # fmt: skip
        if kind in ("protect_address",):
            changes.accept(change_id=asked.pk, reason="Spoke with her.", actor=decides, at=AT)

    def complain() -> None:
        complaint = cases.Complaint(
            category="other", description="The pay came late.", area_id=village.pk, place=NEAR_THE_MILL,
            reference=home.reference,
        )  # fmt: skip
        cases.lodge(complaint=complaint, uuid=uuid4(), actor=public(), at=AT)

    identity = {"given_names": "Palesa", "surname": "Zzyzwicz", "sex": "F", "birth_date": "1988-05-14"}
    complain()
    ask("move", moved_on="2026-11-01", address=NEW_ADDRESS)
    ask("protect_address", asked_by=mother.reference)
    ask("correct_identity", mother.reference, **identity, national_id="0088051400077")
    ask("change_account", kind="mobile", provider="mpesa", number=OTHER_ACCOUNT, holder=mother.reference)
    complain()
    home.refresh_from_db()
    return home


def text_of(answer: HttpResponse) -> str:
    """What a person reads of an answer: a page, or a file opened as their programs open it."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as bundle:
            return "\n".join(bundle.read(name).decode("utf-8", "replace") for name in bundle.namelist())
    return content.decode("utf-8", "replace")


def kind_of(path: str) -> str:
    """The name of what answers at an address; a link that leads nowhere is a kind of its own."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return path


def walk(client: Client, *starts: str) -> dict[str, str]:
    """What links lead to, page or file, by address: of each kind of page as many as ``ALIKE``, hers among them.

    Query strings are followed once for each address.
    """
    waiting, seen, alike = deque(starts), dict[str, str](), Counter[str]()
    known = {address.partition("?")[0] for address in starts}
    while waiting and len(seen) < MOST:
        address = waiting.popleft()
        answer = client.get(address, follow=True)
        if answer.status_code != 200:
            continue
        text = seen[address] = text_of(answer)
        if "html" not in answer.headers.get("Content-Type", ""):
            continue
        for link in _LINK.findall(text):
            path = link.partition("?")[0]
            if path not in known and not path.startswith(_NOT_FOLLOWED):
                known.add(path)
                alike[kind := kind_of(path)] += 1
                if alike[kind] <= ALIKE:
                    waiting.append(link.replace("&amp;", "&"))
    return seen


WALKERS = [
    Role.DISTRICT_OFFICER, Role.SUPERVISOR, Role.PROGRAMME_MANAGER, Role.GRIEVANCE_OFFICER, Role.AUDITOR,
    Role.FINANCE_PREPARER, Role.DATA_PROTECTION_OFFICER, None,
]  # fmt: skip


@pytest.mark.parametrize("role", WALKERS, ids=lambda role: role.value if role else "who registered it")
def test_no_page_or_file_shows_a_number_or_a_protected_place(
    role, household, village, make_user, district_officer, client: Client
):
    user = make_user(role) if role else district_officer
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    home = reverse("registry:household", args=[household.reference])
    day = (
        reverse("registry:household_on_day", args=[household.reference])
        + "?day_0={0.day}&day_1={0.month}&day_2={0.year}"
    )
    lists = [reverse("registry:due_list", args=[area.code]) for area in (village, village.district)]
    told = [one.uuid for one in Submission.objects.order_by("id")]
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
        *lists,
        *(f"{one}?copy=chief" for one in lists),
        *(reverse("registry:due_prefilled", args=[village.district.code, form]) for form in ("xlsx", "zip")),
        *(reverse(f"registry:{page}", args=[one]) for one in told for page in _OF_SUBMISSIONS),
    )
    assert len(pages) > 10
    raw = [(address, value) for address, text in pages.items() for value in (*NUMBERS, *HIDDEN) if value in text]
    assert raw == []
    # The village may stand in a list of villages, never on a page that tells of her.
    near = [address for address, text in pages.items() if village.name in text and "Zzyzwicz" in text]
    assert near == []
    files = {address.partition("?")[0].rpartition(".")[2] for address, text in pages.items() if "<html" not in text}
    assert files >= {"pdf", "xlsx", "zip"} or role is not Role.DISTRICT_OFFICER


@pytest.mark.parametrize("role", [Role.DISTRICT_OFFICER, Role.AUDITOR], ids=lambda role: role.value)
def test_who_works_in_her_village_does_not_meet_her_at_all(role, household, village, make_user, client: Client):
    client.force_login(make_user(role, village), backend="django.contrib.auth.backends.ModelBackend")
    pages = walk(client, "/", reverse("registry:household", args=[household.reference]), reverse("registry:changes"))
    hers = (*NUMBERS, *HIDDEN, "Zzyzwicz", household.reference)
    assert [(address, value) for address, text in pages.items() for value in hers if value in text] == []


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
