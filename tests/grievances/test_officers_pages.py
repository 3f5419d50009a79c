"""The officers' pages, as each role."""

from uuid import uuid4

import pytest
from django.test import Client
from lxml import html

from core.access.permissions import Permission
from core.access.roles import Role
from core.models import ReadEntry
from grievances.models import Case
from tests.fixtures.people import AT
from tests.grievances.conftest import user_of

LIST = "/grievances/cases/"


def signed_in(actor_or_user) -> Client:
    client = Client()
    user = actor_or_user if hasattr(actor_or_user, "full_name") else user_of(actor_or_user)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(response) -> str:
    return html.fromstring(response.content).text_content()


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_each_role_sees_the_list_only_if_it_may(make_user, role, received):
    client = signed_in(make_user(role))

    answer = client.get(LIST)

    may = Permission.GRIEVANCES_VIEW in role.permissions
    assert answer.status_code == (200 if may else 403)
    assert (received.reference in answer.content.decode()) == may
    may_handle = Permission.GRIEVANCES_HANDLE in role.permissions
    assert client.get(f"{LIST}{received.reference}/acknowledge/").status_code == (200 if may_handle else 403)
    assert client.get(f"{LIST}new/").status_code == (200 if may_handle else 403)


def test_a_stranger_is_led_to_the_sign_in(received):
    for address in (LIST, f"{LIST}{received.reference}/", f"{LIST}{received.reference}/note/"):
        answer = Client().get(address)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/account/login/")


def test_an_officer_of_another_district_finds_neither_row_nor_page(elsewhere, received):
    client = signed_in(elsewhere)

    assert received.reference not in client.get(LIST).content.decode()
    assert received.reference not in text_of(client.get(LIST, {"words": received.reference, "status": "all"}))
    for tail in ("", "acknowledge/", "note/"):
        assert client.get(f"{LIST}{received.reference}/{tail}").status_code == 404
        assert client.post(f"{LIST}{received.reference}/{tail}", {"one_shot": str(uuid4())}).status_code in (404, 405)


def test_a_case_goes_its_way_through_the_pages(officer, received):
    client = signed_in(officer)
    address = f"{LIST}{received.reference}/"

    def act(name: str, **told: str):
        return client.post(f"{address}{name}/", {"one_shot": str(uuid4()), **told}, follow=True)

    assert "Acknowledge" in text_of(client.get(address))
    act("acknowledge", message="We look into it.")
    act("take")
    act("note", text="Called the office.")
    act("message", text="Please come by on Friday.")
    decided = act("decide", outcome="upheld", reasons="It will hang lower.", remedy="apologise")
    closed = act("close")

    received.refresh_from_db()
    assert received.status == "closed"
    assert "It will hang lower." in text_of(decided)
    assert "Closed" in text_of(closed)


def test_an_act_sent_twice_from_the_page_happens_once(officer, in_progress):
    client = signed_in(officer)
    form = {"one_shot": str(uuid4()), "text": "Please come by."}

    for _ in range(2):
        client.post(f"{LIST}{in_progress.reference}/message/", form)

    assert in_progress.events.filter(kind="message").count() == 1


def test_a_move_that_is_no_longer_possible_answers_in_words(officer, second_officer, decided):
    answer = signed_in(second_officer).post(f"{LIST}{decided.reference}/take/", {"one_shot": str(uuid4())})

    assert answer.status_code == 409
    assert "not yet decided" in text_of(answer)


def test_seeing_a_case_is_written_into_the_log_of_reads(officer, received):
    signed_in(officer).get(f"{LIST}{received.reference}/")

    entry = ReadEntry.objects.using("reads").filter(page="grievances.case").latest("id")
    assert (entry.actor_id, entry.subject_ids) == (officer.user_id, [received.pk])


def test_names_and_telephones_stand_on_the_case_and_not_in_the_list(officer, lodge):
    case = lodge(name="Palesa Example", phone="50000000", national_id="1234567890123").case
    client = signed_in(officer)

    listed, page = client.get(LIST).content.decode(), client.get(f"{LIST}{case.reference}/").content.decode()

    assert "Palesa Example" not in listed
    assert "50000000" not in listed
    assert "Palesa Example" in page
    assert "1234567890123" not in page
    assert "123" in page


def test_an_officer_writes_a_case_down_for_somebody_on_the_telephone(officer, village):
    told = {
        "one_shot": str(uuid4()),
        "channel": "phone",
        "category": "payment_complaint",
        "description": "The January money did not come.",
        "area": str(village.district_id),
    }

    answer = signed_in(officer).post(f"{LIST}new/", told)

    case = Case.objects.get()
    assert (answer.status_code, case.channel, case.lodged_by_id) == (200, "phone", officer.user_id)
    assert "Secret" in text_of(answer)


def test_what_somebody_wrote_is_text_on_the_officers_page(officer, lodge):
    case = lodge(description="<script>alert(1)</script>", name="<b>N</b>", place="<i>here</i>").case

    page = signed_in(officer).get(f"{LIST}{case.reference}/").content.decode()

    assert "<script>alert(1)" not in page
    assert "<b>N" not in page
    assert "<i>here" not in page


def test_the_start_page_says_what_waits(officer, received):
    page = text_of(signed_in(officer).get("/"))

    assert "Cases that nobody has taken up" in page


def test_the_cases_of_a_household_are_listed_on_its_tab(officer, lodge, household):
    case = lodge(reference=household.reference).case

    page = signed_in(officer).get(f"/grievances/households/{household.pk}/")

    assert case.reference in page.content.decode()


def test_paging_by_due_date_shows_each_case_once_forwards_and_backwards(officer, lodge):
    from grievances.queries import cases as reading

    made = {lodge(at=AT, category=category).case.pk for category in ("other", "data_correction") for _ in range(30)}
    seen, after, pages = [], "", []
    while True:
        page = reading.page_of(actor=officer, wanted=reading.Filter(), on=AT.date(), after=after)
        seen += [case.pk for case in page.cases]
        pages.append([case.pk for case in page.cases])
        if not page.after:
            break
        after = page.after
    back = reading.page_of(actor=officer, wanted=reading.Filter(), on=AT.date(), before=page.before)

    assert len(seen) == len(set(seen)) == len(made)
    assert [case.pk for case in back.cases] == pages[-2]
