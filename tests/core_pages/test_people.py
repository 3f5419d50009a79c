"""Administrators keep people and appointments by pages; one-time links let people choose their own password."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from core.access.roles import Role
from core.actions import appointments, users
from core.models import Appointment, AuditEntry, User
from core.queries.access import actor_of
from tests.core_pages.conftest import parse, words

NEW_PASSWORD = "a long enough sentence 7"


@pytest.fixture
def client(signed_in, administrator) -> Client:
    return signed_in(administrator)


@pytest.fixture
def second(signed_in, second_administrator) -> Client:
    return signed_in(second_administrator)


def proposal(country, **changes) -> dict[str, object]:
    return {
        "role": "auditor",
        "place": country.pk,
        "programme": "",
        "kind": "substantive",
        "starts_on": timezone.localdate().isoformat(),
        "ends_on": "",
        "reason": "Letter 12",
    } | changes


def link_on(response) -> str:
    return re.search(r"http://testserver(/account/password/reset/key/[^\s<]+)", response.content.decode())[1]


def choose(stranger: Client, link: str):
    """Open the link, then choose the password on the page that it leads to."""
    page = stranger.get(link, follow=True)
    address = page.redirect_chain[-1][0] if page.redirect_chain else link
    return stranger.post(address, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}, follow=True)


def test_a_new_person_gets_a_link_chooses_a_password_and_signs_in(client: Client):
    page = client.post("/people/add/", {"email": "lerato@example.org", "full_name": "Lerato Sample"})
    assert page.status_code == 200 and page["Cache-Control"] == "no-store, private"
    stranger = Client()
    choose(stranger, link_on(page))

    answer = stranger.post("/account/login/", {"login": "lerato@example.org", "password": NEW_PASSWORD}, follow=True)

    assert "Welcome, Lerato Sample" in words(answer)
    assert list(AuditEntry.objects.filter(action__startswith="user.").order_by("id").values_list("action", flat=True))[
        -3:
    ] == ["user.create", "user.password_set", "user.sign_in"]


def test_a_link_works_once(client: Client):
    link = link_on(client.post("/people/add/", {"email": "lerato@example.org", "full_name": "Lerato Sample"}))
    choose(Client(), link)
    assert "used before or is too old" in words(Client().get(link, follow=True))


def test_the_link_is_kept_nowhere(client: Client):
    link = link_on(client.post("/people/add/", {"email": "lerato@example.org", "full_name": "Lerato Sample"}))
    key = link.rstrip("/").rpartition("-")[2]
    user = User.objects.get(email="lerato@example.org")
    assert key not in client.get(f"/people/{user.pk}/").content.decode()
    assert not AuditEntry.objects.filter(details__icontains=key).exists()


def test_a_new_link_ends_the_old_one_the_password_and_the_sessions(client: Client, signed_in, make_user):
    user = make_user(Role.SUPERVISOR)
    theirs = signed_in(user)
    assert theirs.get("/").status_code == 200
    first = link_on(client.post(f"/people/{user.pk}/password-link/", {"reason": "Forgot it"}))
    second = link_on(client.post(f"/people/{user.pk}/password-link/", {"reason": "Lost the link"}))
    assert theirs.get("/").status_code == 302
    assert not Client().login(email=user.email, password="correct horse battery")
    assert "too old" in words(Client().get(first, follow=True))
    assert "Password" in words(Client().get(second, follow=True))


def test_a_link_for_a_sensitive_role_is_asked_for_by_one_and_seen_by_another(client, second, make_user):
    user = make_user(Role.FINANCE_RELEASER, name="Rita Releaser")
    page = client.get(f"/people/{user.pk}/password-link/")
    assert "two administrators give the link together" in words(page) and "Who can give it: Ben Second" in words(page)
    asked = client.post(f"/people/{user.pk}/password-link/", {"reason": "Lost it"}, follow=True)
    assert "Another administrator has to give the link" in words(asked)
    assert "/account/password/reset/key/" not in asked.content.decode()
    address = parse(asked).xpath("//a[text()='See the request']/@href")[0]
    assert "You asked for this" in words(client.get(address)) and "Lost it" in words(client.get("/people/links/"))
    own = client.post(f"{address}give/")
    assert own.status_code == 422 and "another administrator has to give it" in words(own)
    assert client.get(f"/people/{user.pk}/password-link/")["Location"] == address

    assert "Links to choose a password" in words(second.get("/"))
    given = second.post(f"{address}give/")
    choose(Client(), link_on(given))
    assert Client().login(email=user.email, password=NEW_PASSWORD)
    again = second.post(f"{address}give/")
    assert again.status_code == 422 and "does not wait for anybody" in words(again)


def test_a_link_is_refused_with_a_reason(client, second, make_user):
    user = make_user(Role.AUDITOR, name="Cara Reader")
    asked = client.post(f"/people/{user.pk}/password-link/", {"reason": "Lost it"}, follow=True)
    address = parse(asked).xpath("//a[text()='See the request']/@href")[0]
    without = second.post(f"{address}refuse/", {"reason": ""})
    assert without.status_code == 422 and "Write why." in words(without)
    refused = second.post(f"{address}refuse/", {"reason": "She did not ask"}, follow=True)
    assert "Nothing of the account has changed" in words(refused)
    assert "She did not ask" in words(client.get(f"/people/{user.pk}/"))


def test_an_only_administrator_is_told_plainly_that_nobody_can_give_the_link(client, make_user):
    user = make_user(Role.FINANCE_RELEASER)
    assert "nobody can give the link" in words(client.get(f"/people/{user.pk}/password-link/"))


def test_an_address_in_use_is_told_in_words(client: Client, make_user):
    user = make_user()
    page = client.post("/people/add/", {"email": user.email.upper(), "full_name": "Somebody Else"})
    assert page.status_code == 422 and "Somebody has this e-mail address already" in words(page)


def test_people_are_found_by_parts_of_name_and_address(client: Client, make_user):
    make_user(Role.SUPERVISOR, name="Thabo Sample")
    make_user(name="Neo Other")
    page = words(client.get("/people/", {"search": "sample thab"}))
    assert "Thabo Sample" in page and "Neo Other" not in page and "Supervisor" in page
    assert "Neo Other" in words(client.get("/people/", {"state": "without"}))
    assert "Thabo Sample" not in words(client.get("/people/", {"state": "without"}))


def test_a_long_list_is_read_page_by_page_without_gaps_or_repeats(client: Client, monkeypatch):
    for number in range(120):
        users.create(
            email=f"p{number}@example.org",
            full_name=f"Person {number % 40:03}",
            password=None,
            actor=actor_of(user_id=User.objects.get(full_name="Ada Keeper").pk),
            at=timezone.now(),
        )
    seen, address, pages = [], "/people/?search=person", []
    while address:
        pages.append(address)
        page = parse(client.get(address))
        seen += page.xpath("//tbody/tr/th//a/@href")
        address = next(iter(page.xpath("//a[@rel='next']/@href")), None)
    assert len(seen) == len(set(seen)) == 120 and len(pages) == 3
    back = parse(client.get(parse(client.get(pages[2])).xpath("//a[@rel='prev']/@href")[0]))
    assert back.xpath("//tbody/tr/th//a/@href") == seen[50:100]


@pytest.mark.parametrize("key", ["x", "-1", "9" * 30, "99999999999999999999", "٣"])
def test_a_damaged_key_of_a_page_gives_the_first_page(client: Client, key: str):
    assert client.get("/people/", {"after": key}).status_code == 200


def test_a_sensitive_role_is_proposed_by_one_and_confirmed_by_another(client, second, make_user, country):
    user = make_user(name="Thabo Sample")
    answer = client.post(f"/people/{user.pk}/appoint/", proposal(country), follow=True)
    assert "counts once a second person has confirmed it" in words(answer)
    one = Appointment.objects.get(user=user)

    own = client.get(f"/people/appointments/{one.pk}/")
    assert "You proposed this: somebody else has to confirm it." in words(own)
    assert not parse(own).xpath("//form[contains(@action, '/confirm/')]")
    refused = client.post(f"/people/appointments/{one.pk}/confirm/")
    assert refused.status_code == 422 and "Somebody else has to confirm" in words(refused)

    assert "Thabo Sample" in words(second.get("/people/appointments/"))
    assert parse(second.get(f"/people/appointments/{one.pk}/")).xpath("//form[contains(@action, '/confirm/')]")
    assert "The appointment is confirmed" in words(second.post(f"/people/appointments/{one.pk}/confirm/", follow=True))
    one.refresh_from_db()
    assert one.status == "in_force"


def test_an_appointment_is_refused_with_a_reason(client, second, make_user, country):
    user = make_user()
    client.post(f"/people/{user.pk}/appoint/", proposal(country))
    one = Appointment.objects.get(user=user)
    without = second.post(f"/people/appointments/{one.pk}/refuse/", {"reason": " "})
    assert without.status_code == 422 and "Write why." in words(without)
    second.post(f"/people/appointments/{one.pk}/refuse/", {"reason": "Not yet trained"})
    one.refresh_from_db()
    assert one.status == "refused"
    assert "Not yet trained" in words(client.get(f"/people/{user.pk}/"))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"role": "finance_approver"}, "a role that nobody may hold together with this one"),
        ({"role": "supervisor", "kind": "acting"}, "An acting appointment must name its last day."),
        ({"role": "supervisor", "ends_on": "2020-01-01"}, "The last day must not lie before the first."),
        ({"role": ""}, "Choose a role."),
        ({"place": ""}, "Choose a place."),
    ],
)
def test_what_may_not_be_is_said_in_plain_words(client, make_user, country, changes, sentence):
    user = make_user(Role.FINANCE_PREPARER)
    page = client.post(f"/people/{user.pk}/appoint/", proposal(country, **changes))
    assert page.status_code == 422
    assert sentence in words(page)
    assert Appointment.objects.filter(user=user).count() == 1


def test_nobody_proposes_a_role_for_themselves(client, administrator, country):
    page = client.post(f"/people/{administrator.pk}/appoint/", proposal(country, role="supervisor"))
    assert page.status_code == 422 and "Another administrator has to propose a role for you." in words(page)


def test_an_appointment_is_ended_with_a_reason(client, make_user):
    user = make_user(Role.SUPERVISOR)
    one = Appointment.objects.get(user=user)
    assert "ends today" in words(client.get(f"/people/appointments/{one.pk}/end/"))
    page = client.post(f"/people/appointments/{one.pk}/end/", {"reason": "Moved away"}, follow=True)
    assert "The appointment has ended." in words(page) and "Moved away" in words(page)


def test_a_deactivated_person_is_out_at_once_and_stays_out_when_opened_again(client, signed_in, make_user):
    user = make_user(Role.SUPERVISOR)
    theirs = signed_in(user)
    assert theirs.get("/").status_code == 200
    client.post(f"/people/{user.pk}/deactivate/", {"reason": "Left"})
    assert theirs.get("/").status_code == 302
    client.post(f"/people/{user.pk}/reactivate/", {"reason": "Back"})
    assert theirs.get("/").status_code == 302


def test_ones_own_account_offers_no_button_and_takes_no_post(client, administrator):
    page = client.get(f"/people/{administrator.pk}/")
    assert "This is your own account" in words(page)
    answer = client.post(f"/people/{administrator.pk}/deactivate/", {"reason": "x"})
    assert answer.status_code == 422 and "Another administrator has to do this" in words(answer)


def test_an_administrator_of_one_district_sees_and_offers_that_district_alone(
    signed_in, make_user, district, other_district
):
    local = signed_in(make_user(Role.ADMINISTRATOR, district))
    here = make_user(Role.DISTRICT_OFFICER, district, name="Here Officer")
    there = make_user(Role.DISTRICT_OFFICER, other_district, name="There Officer")
    page = words(local.get("/people/"))
    assert "Here Officer" in page and "There Officer" not in page
    assert local.get(f"/people/{there.pk}/").status_code == 404
    assert local.get(f"/people/appointments/{Appointment.objects.get(user=there).pk}/").status_code == 404
    places = parse(local.get(f"/people/{here.pk}/appoint/")).xpath("//select[@name='place']/option/@value")
    assert str(district.pk) in places and str(other_district.pk) not in places


def test_the_page_of_a_person_tells_what_was_done_and_by_whom(client, administrator, make_user, country):
    user = make_user()
    appointments.propose(
        user_id=user.pk,
        role=Role.SUPERVISOR,
        scope_id=appointments.scope_for(area_id=country.pk).pk,
        starts_on=timezone.localdate(),
        reason="Letter 9",
        actor=actor_of(user_id=administrator.pk),
        at=timezone.now(),
    )
    page = words(client.get(f"/people/{user.pk}/"))
    assert "Appointment proposed by Ada Keeper" in page and "Letter 9" in page
