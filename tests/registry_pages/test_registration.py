"""Registering a household page by page, as an officer at a desk does."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html

from core.access.roles import Role
from core.models import Area, User
from registry.actions import submissions as act
from registry.models import Household, Person, Submission
from tests.fixtures.people import AT, AsActor, MakeUser
from tests.registry_pages.conftest import ANSWERS, NATIONAL_ID, Payload, SignIn, a_member, posted_form, text_of

Step = Callable[..., Any]


@pytest.fixture
def draft(desk: Client) -> Submission:
    """A draft just begun."""
    start = desk.get(reverse("registry:start"))
    desk.post(reverse("registry:start"), posted_form(start))
    return Submission.objects.get(status="draft")


def at(draft: Submission, name: str, *more: object) -> str:
    return reverse(f"registry:{name}", args=[draft.uuid, *more])


def typed_member(**more: str) -> dict[str, str]:
    """A member as the boxes of the page send it."""
    member = a_member(**more)
    return member | date_parts("birth_date", member.pop("birth_date"))


def date_parts(name: str, iso: str) -> dict[str, str]:
    year, month, day = [*iso.split("-"), "", ""][:3]
    return {f"{name}_year": year, f"{name}_month": month, f"{name}_day": day}


def fill(desk: Client, draft: Submission, village: Area, member: dict[str, str]) -> None:
    """Every page of a household of one person, as typed."""
    for response in (
        desk.post(at(draft, "draft_village"), {"area_code": village.code}),
        desk.post(at(draft, "draft_contact"), {"address": "Behind the clinic", "phone": "+266 5812 3456"}),
        desk.post(
            at(draft, "draft_interview"),
            {
                **date_parts("interview_date", "2026-03-02"),
                "legal_basis": "consent",
                "consent": "yes",
                "own_or_relative": "no",
            },
        ),
        desk.post(
            at(draft, "draft_member_add"),
            {**member, "person_no": "1"},
        ),
        desk.post(at(draft, "draft_member_answers", "1"), member),
        *(desk.post(at(draft, "draft_section", code), ANSWERS) for code in ("dwelling", "goods", "land", "food")),
        desk.post(
            at(draft, "draft_payment"),
            {"consent_given_by": "1", "account_kind": "mobile", "account_number": "62009988"},
        ),
    ):
        assert response.status_code == 302, text_of(response)


def test_a_household_is_registered_page_by_page(desk: Client, draft: Submission, village: Area, officer: User) -> None:
    fill(desk, draft, village, typed_member(national_id="012-3456 789012"))
    check = desk.get(at(draft, "draft_check"))
    assert "Palesa" in text_of(check)
    response = desk.post(at(draft, "draft_check"), posted_form(check), follow=True)

    household = Household.objects.get()
    assert household.reference in text_of(response)
    assert "The household is registered" in text_of(response)
    person = Person.objects.get()
    assert (person.national_id, person.surname) == (NATIONAL_ID, "Tšosane")
    assert (household.phone, household.consent, household.consent_given_by_id) == ("58123456", True, person.pk)
    assert household.registered_by_id == officer.pk
    assert household.answers["rooms"] == 2


def test_sending_twice_makes_one_household(desk: Client, draft: Submission, village: Area) -> None:
    fill(desk, draft, village, typed_member())
    sent = posted_form(desk.get(at(draft, "draft_check")))
    first = desk.post(at(draft, "draft_submit"), sent)
    second = desk.post(at(draft, "draft_submit"), sent)
    assert first["Location"] == second["Location"]
    assert Household.objects.count() == 1


def test_sending_twice_from_the_page_of_answers_shows_what_became_of_the_first(
    desk: Client, draft: Submission, village: Area
) -> None:
    fill(desk, draft, village, typed_member())
    sent = posted_form(desk.get(at(draft, "draft_check")))
    first = desk.post(at(draft, "draft_check"), sent)
    second = desk.post(at(draft, "draft_check"), sent)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert Household.objects.count() == 1


def test_starting_twice_with_one_key_begins_one_draft(desk: Client) -> None:
    key = {"one_shot": str(uuid.uuid4())}
    first = desk.post(reverse("registry:start"), key)
    second = desk.post(reverse("registry:start"), key)
    assert first["Location"] == second["Location"]
    assert Submission.objects.count() == 1


def test_without_its_key_nothing_is_sent(desk: Client, draft: Submission, village: Area) -> None:
    fill(desk, draft, village, typed_member())
    assert desk.post(at(draft, "draft_submit"), {}).status_code == 400
    assert not Household.objects.exists()


def test_adding_a_member_twice_from_one_page_adds_one(desk: Client, draft: Submission) -> None:
    page = posted_form(desk.get(at(draft, "draft_member_add")))
    member = page | typed_member(number=page["person_no"])
    desk.post(at(draft, "draft_member_add"), member)
    desk.post(at(draft, "draft_member_add"), member)
    draft.refresh_from_db()
    assert len(draft.payload["members"]) == 1


def test_no_id_is_no_obstacle(desk: Client, draft: Submission, village: Area) -> None:
    fill(desk, draft, village, typed_member())
    assert "an interim number will be given" in text_of(desk.get(at(draft, "draft_check")))
    desk.post(at(draft, "draft_submit"), {"one_shot": str(uuid.uuid4())})
    assert Person.objects.get().interim_number


@pytest.mark.parametrize(
    ("typed", "kept", "precision"),
    [
        ({"birth_date_year": "1950"}, "1950", ""),
        ({"birth_date_year": "1950", "birth_date_month": "5"}, "1950-05", ""),
        ({"birth_date_year": "1950", "birth_date_month": "5", "birth_date_day": "7"}, "1950-05-07", ""),
        ({"birth_date_year": "1950", "birth_date_precision": "on"}, "1950", "estimated"),
    ],
)
def test_a_birth_date_is_kept_as_far_as_it_is_known(
    typed: dict[str, str], kept: str, precision: str, desk: Client, draft: Submission
) -> None:
    member = {name: text for name, text in typed_member().items() if not name.startswith("birth_date")}
    assert desk.post(at(draft, "draft_member_add"), member | typed).status_code == 302
    draft.refresh_from_db()
    told = draft.payload["members"][0]
    assert (told["birth_date"], told.get("birth_date_precision", "")) == (kept, precision)


def test_a_page_with_an_error_keeps_what_was_typed(desk: Client, draft: Submission) -> None:
    response = desk.post(
        at(draft, "draft_member_add"),
        {
            "given_names": "Lerato",
            "national_id": "12 34",
            "birth_date_day": "31",
            "birth_date_month": "2",
            "birth_date_year": "1999",
            "person_no": "1",
        },
    )
    assert response.status_code == 422
    document = html.document_fromstring(response.content.decode())
    assert document.get_element_by_id("id_given_names").value == "Lerato"
    assert document.get_element_by_id("id_national_id").value == "12 34"
    assert document.get_element_by_id("id_birth_date_day").value == "31"
    said = text_of(response)
    assert "There is a problem" in said
    assert "This date does not exist" in said
    assert "13 digits" in said
    draft.refresh_from_db()
    assert draft.payload["members"] == []


def test_what_is_not_known_yet_may_wait(desk: Client, draft: Submission) -> None:
    refused = desk.post(at(draft, "draft_section", "dwelling"), {"rooms": "3"})
    assert refused.status_code == 422
    kept = desk.post(at(draft, "draft_section", "dwelling"), {"rooms": "3", "later": "1"})
    assert kept["Location"] == at(draft, "draft")
    draft.refresh_from_db()
    assert draft.payload["household"]["rooms"] == "3"


def test_a_wrong_value_does_not_wait(desk: Client, draft: Submission) -> None:
    response = desk.post(at(draft, "draft_section", "dwelling"), {"rooms": "many", "later": "1"})
    assert response.status_code == 422
    assert "is not a whole number" in text_of(response)


def test_questions_that_are_not_relevant_are_not_asked(desk: Client, draft: Submission) -> None:
    desk.post(
        at(draft, "draft_interview"),
        date_parts("interview_date", "2026-03-02") | {"legal_basis": "public_task", "own_or_relative": "no"},
    )
    baby = typed_member(relationship="child", given_names="Neo", birth_date="2025-06-01")
    desk.post(at(draft, "draft_member_add"), baby)
    said = text_of(desk.get(at(draft, "draft_member_answers", "1")))
    assert "ill for more than six months" in said
    assert "mainly do in the last month" not in said
    assert "Difficulty seeing" not in said


def test_an_answer_that_is_no_longer_relevant_leaves_the_draft(desk: Client, draft: Submission, village: Area) -> None:
    fill(desk, draft, village, typed_member())
    draft.refresh_from_db()
    assert draft.payload["members"][0]["activity"] == "own_farm"
    desk.post(at(draft, "draft_member", "1"), typed_member(birth_date="2025-06-01"))
    draft.refresh_from_db()
    assert "activity" not in draft.payload["members"][0]


def test_removing_a_member_removes_what_pointed_to_them(desk: Client, draft: Submission, village: Area) -> None:
    fill(desk, draft, village, typed_member())
    assert "Remove Palesa Tšosane?" in text_of(desk.get(at(draft, "draft_member_remove", "1")))
    desk.post(at(draft, "draft_member_remove", "1"))
    draft.refresh_from_db()
    assert draft.payload["members"] == []
    assert "consent_given_by" not in draft.payload["household"]


def test_errors_are_listed_with_links_to_their_fields(desk: Client, draft: Submission, village: Area) -> None:
    fill(desk, draft, village, typed_member())
    desk.post(at(draft, "draft_section", "dwelling"), {"tenure": "owned", "later": "1"})
    page = desk.post(at(draft, "draft_check"), {"one_shot": str(uuid.uuid4())})
    assert page.status_code == 422
    links = html.document_fromstring(page.content.decode()).xpath("//div[contains(@class, 'error-summary')]//a/@href")
    assert f"{at(draft, 'draft_section', 'dwelling')}#id_rooms" in links
    assert not Household.objects.exists()


def test_a_warning_is_shown_before_it_goes_to_the_supervisor(desk: Client, draft: Submission, village: Area) -> None:
    fill(desk, draft, village, typed_member())
    desk.post(at(draft, "draft_section", "dwelling"), ANSWERS | {"rooms": "20"})
    page = desk.post(at(draft, "draft_check"), {"one_shot": str(uuid.uuid4())})
    assert "More than 15 rooms is unusual" in text_of(page)
    assert not Submission.objects.exclude(status="draft").exists()
    done = desk.post(at(draft, "draft_submit"), {"one_shot": str(uuid.uuid4())}, follow=True)
    assert "Sent to your supervisor" in text_of(done)
    assert "More than 15 rooms is unusual" in text_of(done)


# -- villages


def test_only_villages_of_the_officers_area_are_offered(
    desk: Client, draft: Submission, village: Area, other_village: Area
) -> None:
    body = desk.get(at(draft, "draft_village")).content.decode()
    assert village.code in body
    assert other_village.code not in body
    assert desk.post(at(draft, "draft_village"), {"area_code": other_village.code}).status_code == 422


def test_villages_are_found_by_part_of_their_name_without_script(
    desk: Client, draft: Submission, village: Area
) -> None:
    said = text_of(desk.get(at(draft, "draft_village"), {"text": village.name[2:].lower()}))
    assert village.name in said
    assert "No village of your area fits" in text_of(desk.get(at(draft, "draft_village"), {"text": "zzzz"}))


# -- who sees a draft


@pytest.mark.parametrize("name", ["draft", "draft_check", "draft_members", "draft_village", "submission"])
def test_a_draft_is_its_authors_alone(
    name: str, draft: Submission, make_user: MakeUser, district: Area, sign_in: SignIn
) -> None:
    colleague = sign_in(make_user(Role.DISTRICT_OFFICER, district))
    assert colleague.get(at(draft, name)).status_code == 404


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in (Role.DISTRICT_OFFICER, Role.ENUMERATOR)], ids=lambda role: role.value
)
def test_only_officers_register(role: Role, make_user: MakeUser, sign_in: SignIn) -> None:
    client = sign_in(make_user(role))
    assert client.get(reverse("registry:start")).status_code == 403
    assert client.post(reverse("registry:start"), {"one_shot": str(uuid.uuid4())}).status_code == 403
    assert not Submission.objects.exists()


def test_looking_at_the_pages_of_a_draft_writes_nothing(desk: Client, draft: Submission, village: Area) -> None:
    fill(desk, draft, village, typed_member())
    before = Submission.objects.values().get()
    for name in ("draft", "draft_village", "draft_contact", "draft_interview", "draft_members", "draft_payment"):
        assert desk.get(at(draft, name)).status_code == 200
    assert Submission.objects.values().get() == before


# -- what became of it


def test_a_returned_one_says_why_and_is_corrected_in_a_new_draft(
    desk: Client,
    officer: User,
    supervisor: User,
    as_actor: AsActor,
    payload: Callable[..., Payload],
) -> None:
    sent = act.receive(uuid=uuid.uuid4(), door="form", payload=payload(rooms="20"), actor=as_actor(officer), at=AT)
    act.return_to_sender(
        submission_id=sent.pk, actor=as_actor(supervisor), at=AT, reason="Please count the rooms again"
    )
    assert "Please count the rooms again" in text_of(desk.get(reverse("registry:mine")))
    page = desk.get(reverse("registry:submission", args=[sent.uuid]))
    assert "Please count the rooms again" in text_of(page)
    address = reverse("registry:submission_correct", args=[sent.uuid])
    key = posted_form(page, action="correct")
    first, second = desk.post(address, key), desk.post(address, key)
    assert first["Location"] == second["Location"]
    draft = Submission.objects.get(status="draft")
    assert draft.payload["household"]["rooms"] == "20"


def test_giving_a_draft_up_needs_a_second_look(desk: Client, draft: Submission) -> None:
    assert "What was typed is removed" in text_of(desk.get(at(draft, "draft_discard")))
    desk.post(at(draft, "draft_discard"))
    draft.refresh_from_db()
    assert draft.status == "discarded"
    assert desk.get(at(draft, "draft")).status_code == 404


# -- two windows, two clicks, and drafts that nobody comes back to


def test_the_second_click_that_looked_before_the_first_was_in_finds_what_became_of_it(
    desk: Client, draft: Submission, village: Area, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both were read while it still was a draft; the first is through before the second searches."""
    fill(desk, draft, village, typed_member())
    check = at(draft, "draft_check")
    key = {"one_shot": str(uuid.uuid4())}
    stale = Submission.objects.get(pk=draft.pk)
    first = desk.post(check, key)
    monkeypatch.setattr("registry.views.sending._sent", lambda request, uuid: False)
    monkeypatch.setattr("registry.queries.submissions.draft", lambda *, actor, uuid: stale)
    second = desk.post(check, key)
    assert [(one.status_code, one["Location"]) for one in (first, second)] == [(302, at(draft, "submission"))] * 2
    assert Household.objects.count() == 1


def test_a_page_that_another_window_changed_says_so_once(desk: Client, draft: Submission) -> None:
    page = at(draft, "draft_contact")
    opened = posted_form(desk.get(page))
    desk.post(page, opened | {"address": "Behind the clinic"})
    refused = desk.post(page, opened | {"address": "Beside the school"})
    assert refused.status_code == 422
    assert "changed in another window" in text_of(refused)
    again = desk.post(page, posted_form(refused))
    draft.refresh_from_db()
    assert (again.status_code, draft.payload["household"]["address"]) == (302, "Beside the school")


def test_the_same_page_sent_twice_is_no_conflict(desk: Client, draft: Submission) -> None:
    page = at(draft, "draft_contact")
    sent = posted_form(desk.get(page)) | {"address": "Behind the clinic"}
    assert [desk.post(page, sent).status_code for _click in range(2)] == [302, 302]


def test_two_windows_that_each_add_a_member_do_not_undo_one_another(desk: Client, draft: Submission) -> None:
    page = at(draft, "draft_member_add")
    opened = posted_form(desk.get(page))
    assert desk.post(page, opened | typed_member(given_names="Lineo")).status_code == 302
    second = desk.post(page, opened | typed_member(given_names="Neo"))
    draft.refresh_from_db()
    assert [one["given_names"] for one in draft.payload["members"]] == ["Lineo"]
    assert second.status_code == 422


def test_an_answer_brings_up_the_questions_that_hang_on_it_and_keeps_nothing(desk: Client, draft: Submission) -> None:
    page = at(draft, "draft_section", "dwelling")
    response = desk.post(page, {"tenure": "rented", "refresh": "1"}, headers={"HX-Request": "true"})
    chosen = html.document_fromstring(response.content.decode()).xpath("//input[@name='tenure'][@checked]/@value")
    draft.refresh_from_db()
    assert (response.status_code, chosen, "tenure" in draft.payload["household"]) == (200, ["rented"], False)


def test_a_draft_that_nobody_touched_for_long_is_emptied(
    desk: Client, draft: Submission, officer: User, as_actor: AsActor
) -> None:
    from registry.queries.reviews import standard

    kept = act.save_draft(
        uuid=uuid.uuid4(), payload={"household": {}}, actor=as_actor(officer), at=AT + timedelta(days=1)
    )
    act.save_draft(uuid=draft.uuid, payload=draft.payload, actor=as_actor(officer), at=AT)
    at_last = AT + timedelta(days=standard().draft_days)
    assert act.expire_drafts(at=at_last) == 1
    assert act.expire_drafts(at=at_last) == 0
    draft.refresh_from_db()
    kept.refresh_from_db()
    assert (draft.status, draft.payload, kept.status) == ("discarded", {}, "draft")
