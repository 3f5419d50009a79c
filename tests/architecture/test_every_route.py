"""Who reaches which address: strangers only the pages for everybody, each role only what it holds."""

import pytest
from django.http import HttpResponse
from django.test import Client

from core.access.roles import Role
from tests.architecture.routes import OURS, Route, every_route

# Pages that answer to a stranger. Everything else leads a stranger to the sign-in.
PUBLIC = {
    "core:privacy",
    "core:accessibility",
    "account_login",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    # Citizens lodge and follow a case without an account.
    "grievances:start",
    "grievances:lodge",
    "grievances:follow",
    "grievances:reply",
    "grievances:appeal",
    "grievances:withdraw",
}
SIGN_IN = {"account_reauthenticate", "account_change_password", "account_set_password"}
# Citizens follow a case, and look at open data, without an account: their packages say which addresses.
# Phones show a name and password of their own with every request; a session of the pages is nothing to them.
DEVICES = "openrosa:"
PUBLIC_PREFIXES = ("grievances:public", "reporting:open")
MUST_DECLARE = ("core",)
SIGN_IN = "/account/login/"
ROLES: list[Role | None] = [*Role, None]


def ours() -> list[Route]:
    """Our addresses for people who are signed in."""
    return [route for route in every_route() if route.package in OURS and route.name not in PUBLIC]


def led_to_sign_in(response: HttpResponse) -> bool:
    return response.status_code == 302 and response["Location"].startswith(SIGN_IN)


def test_the_walk_finds_the_addresses_of_every_package_and_a_name_for_each():
    found = every_route()
    assert {"core:home", "core:person", "core:audit", "account_login", "core:job_retry"} <= {one.name for one in found}
    assert [one.address for one in found if one.name.endswith("None")] == []
    assert [one.address for one in found if "<" in one.address or "(" in one.address] == []


def test_every_page_declares_its_permission():
    assert [f"{one.name} ({one.address})" for one in ours() if not one.declared] == []


def test_only_the_listed_pages_answer_a_stranger(client: Client):
    answering = []
    for route in every_route():
        response = client.get(route.address)
        # An address that takes only forms says so before it asks who sends one; nothing is shown or done.
        if not led_to_sign_in(response) and response.status_code not in (401, 405) and route.name not in PUBLIC:
            answering.append((route.name, route.address, response.status_code))
    assert answering == []


def test_forms_of_strangers_lead_to_the_sign_in(client: Client):
    let_through = []
    for route in ours():
        response = client.post(route.address)
        if not led_to_sign_in(response) and response.status_code not in (401, 403, 405):
            let_through.append((route.name, response.status_code))
    assert let_through == []


def test_pages_for_everybody_do_answer_a_stranger(client: Client):
    closed = [
        (route.name, response.status_code)
        for route in every_route()
        if route.name in PUBLIC
        and (led_to_sign_in(response := client.get(route.address)) or response.status_code not in (200, 302, 405))
    ]
    assert closed == []


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.value if role else "nobody")
def test_each_role_opens_what_its_permissions_allow_and_nothing_else(
    role, client: Client, make_user, as_actor, asked_often
):
    user = make_user(role)
    actor = as_actor(user)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.raise_request_exception = False
    wrong = []
    for route in ours():
        if route.name.startswith(DEVICES):
            assert client.get(route.address).status_code in (401, 405), route.name
            assert client.post(route.address).status_code in (401, 405), route.name
            continue
        shown = client.get(route.address).status_code
        if not route.permissions or any(actor.may(permission) for permission in route.permissions):
            if shown not in (200, 302, 404, 405, 410):
                wrong.append((route.name, "may open it", shown))
            continue
        taken = client.post(route.address).status_code
        if shown not in (403, 405) or taken not in (403, 405):
            wrong.append((route.name, "may not open it", shown, taken))
    assert wrong == []
