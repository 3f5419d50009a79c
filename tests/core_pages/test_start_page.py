"""The start page and the menu show each role its own work, and tell somebody without a role whom to ask."""

import pytest

from core.access.roles import Role
from core.actions import appointments
from core.hooks import navigation, waiting_tasks
from core.queries.access import actor_of
from tests.core_pages.conftest import parse, words
from tests.fixtures.people import AT, ON

MENU = {
    Role.ADMINISTRATOR: {"People", "Jobs"},
    Role.AUDITOR: {"Audit", "Jobs"},
    Role.DATA_PROTECTION_OFFICER: {"Audit"},
    Role.GRIEVANCE_OFFICER: set(),
    Role.ENUMERATOR: set(),
}


def of_core(hook, actor) -> list:
    return hook.functions[0](actor)


@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role.value if role else "nobody")
def test_the_menu_holds_what_the_role_may_open(role, make_user, as_actor, signed_in):
    user = make_user(role)
    items = of_core(navigation, as_actor(user))
    expected = {"Jobs"} if role else set()
    assert {item.label for item in items} == MENU.get(role, expected)
    client = signed_in(user)
    for item in items:
        assert client.get(item.url).status_code == 200


@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role.value if role else "nobody")
def test_only_administrators_are_told_of_appointments_to_confirm(role, make_user, as_actor):
    labels = {task.label for task in of_core(waiting_tasks, as_actor(make_user(role)))}
    assert ("Appointments to confirm" in labels) == (role is Role.ADMINISTRATOR)


def test_ones_own_proposals_do_not_wait_for_oneself(make_user, administrator, second_administrator, country):
    appointments.propose(
        user_id=make_user().pk,
        role=Role.AUDITOR,
        scope_id=appointments.scope_for(area_id=country.pk).pk,
        starts_on=ON,
        actor=actor_of(user_id=administrator.pk),
        at=AT,
    )
    counts = [
        task.count
        for user in (administrator, second_administrator)
        for task in of_core(waiting_tasks, actor_of(user_id=user.pk))
    ]
    assert counts == [0, 1]


def test_somebody_without_a_role_is_told_whom_to_ask(make_user, signed_in, administrator):
    page = signed_in(make_user()).get("/")
    assert "You have no role yet" in words(page) and "Ada Keeper" in words(page)
    assert parse(page).xpath("//a/@href[starts-with(., 'mailto:administrator')]")


def test_somebody_with_a_role_is_not(make_user, signed_in):
    assert "You have no role yet" not in words(signed_in(make_user(Role.SUPERVISOR)).get("/"))
