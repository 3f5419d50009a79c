"""A new link for whoever holds a sensitive role takes two administrators; the database lets nobody do it alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.access.actor import Actor, ActorKind, NotPermitted
from core.access.roles import GUARDED, Role
from core.acting import acting
from core.actions import appointments, password_links, users
from core.models import Appointment, AuditEntry, PasswordLink, User
from core.queries.password_links import could_give, waiting


@pytest.fixture
def first(make_user, as_actor) -> Actor:
    return as_actor(make_user(Role.ADMINISTRATOR, name="Ada Keeper"))


@pytest.fixture
def second(make_user, as_actor) -> Actor:
    return as_actor(make_user(Role.ADMINISTRATOR, name="Ben Second"))


@pytest.fixture
def releaser(make_user) -> User:
    return make_user(Role.FINANCE_RELEASER, name="Rita Releaser")


def ask(user: User, actor: Actor) -> PasswordLink:
    return password_links.ask(user_id=user.pk, reason="Lost the phone", actor=actor, at=timezone.now())


def acts(action: str) -> int:
    return AuditEntry.objects.filter(action=action).count()


def choose(user: User) -> None:
    """As the person does by the link: the sign-in pages act as the account."""
    user.refresh_from_db()
    person = Actor(kind=ActorKind.USER, user_id=user.pk, name=user.full_name)
    with transaction.atomic(), acting(actor=person, at=timezone.now()):
        user.set_password("a long enough sentence 7")
        user.save(update_fields=["password"])


@pytest.mark.parametrize("role", sorted(GUARDED, key=lambda role: role.value))
def test_one_administrator_alone_gives_no_link_to_a_sensitive_role(make_user, first, role):
    user = make_user(role)
    with pytest.raises(users.SecondAdministratorNeeded):
        users.expect_new_password(user_id=user.pk, reason="x", actor=first, at=timezone.now())
    assert User.objects.get(pk=user.pk).has_usable_password()


def test_one_asks_another_gives_and_only_then_the_old_password_ends(releaser, first, second):
    link = ask(releaser, first)
    assert User.objects.get(pk=releaser.pk).has_usable_password()
    password_links.give(link_id=link.pk, actor=second, at=timezone.now())
    assert not User.objects.get(pk=releaser.pk).has_usable_password()
    choose(releaser)
    assert User.objects.get(pk=releaser.pk).has_usable_password()
    assert (acts("password_link.ask"), acts("password_link.give"), acts("user.expect_new_password")) == (1, 1, 1)
    assert AuditEntry.objects.get(action="password_link.ask").reason == "Lost the phone"


def test_asking_twice_is_asking_once(releaser, first, second):
    assert ask(releaser, first) == ask(releaser, first) == ask(releaser, second)
    assert acts("password_link.ask") == 1


def test_who_asked_does_not_give_and_nobody_does_either_for_themselves(releaser, first, make_user, as_actor):
    link = ask(releaser, first)
    with pytest.raises(password_links.SameAdministrator):
        password_links.give(link_id=link.pk, actor=first, at=timezone.now())
    with pytest.raises(users.NotOneself):
        ask(User.objects.get(pk=first.user_id), first)
    keeper = make_user(Role.ADMINISTRATOR)
    own = ask(keeper, first)
    with pytest.raises(users.NotOneself):
        password_links.give(link_id=own.pk, actor=as_actor(keeper), at=timezone.now())


def test_a_link_is_given_or_refused_once(releaser, first, second):
    link = ask(releaser, first)
    password_links.give(link_id=link.pk, actor=second, at=timezone.now())
    for act in (
        lambda: password_links.give(link_id=link.pk, actor=second, at=timezone.now()),
        lambda: password_links.refuse(link_id=link.pk, reason="x", actor=second, at=timezone.now()),
    ):
        with pytest.raises(password_links.NotWaiting):
            act()
    other = ask(releaser, first)
    for _ in range(2):
        refused = password_links.refuse(link_id=other.pk, reason="Nobody asked", actor=second, at=timezone.now())
    assert refused.status == "refused" and acts("password_link.refuse") == 1


def test_without_a_sensitive_role_one_administrator_is_enough(make_user, first):
    user = make_user(Role.SUPERVISOR)
    with pytest.raises(password_links.NotGuarded):
        ask(user, first)
    users.expect_new_password(user_id=user.pk, reason="x", actor=first, at=timezone.now())


def test_a_closed_account_gets_no_link(make_user, first, second, releaser):
    link = ask(releaser, first)
    users.deactivate(user_id=releaser.pk, reason="Left", actor=first, at=timezone.now())
    with pytest.raises(users.NotActive):
        password_links.give(link_id=link.pk, actor=second, at=timezone.now())
    with pytest.raises(users.NotActive):
        ask(releaser, first)
    assert PasswordLink.objects.get(pk=link.pk).status == "asked"


def test_an_administrator_of_one_district_decides_nothing_about_the_country(
    make_user, as_actor, district, releaser, first
):
    local = as_actor(make_user(Role.ADMINISTRATOR, district, name="Local Keeper"))
    with pytest.raises(NotPermitted):
        ask(releaser, local)
    link = ask(releaser, first)
    with pytest.raises(NotPermitted):
        password_links.give(link_id=link.pk, actor=local, at=timezone.now())
    assert not waiting(actor=local).exists()
    assert could_give(user=releaser, without=first.user_id, on=timezone.localdate()) == []


def test_who_could_give_a_link_is_named(releaser, first, second):
    able = could_give(user=releaser, without=first.user_id, on=timezone.localdate())
    assert [who.full_name for who in able] == ["Ben Second"]


def test_a_link_given_by_one_before_the_role_ends_when_the_role_begins(make_user, first, second, country):
    user = users.create(email="n@example.org", full_name="New", password=None, actor=first, at=timezone.now())
    appointments.propose(
        user_id=user.pk, role=Role.FINANCE_RELEASER, scope_id=appointments.scope_for(area_id=country.pk).pk,
        starts_on=timezone.localdate(), actor=first, at=timezone.now(),
    )  # fmt: skip
    before = User.objects.get(pk=user.pk).password
    appointments.confirm(appointment_id=Appointment.objects.get(user=user).pk, actor=second, at=timezone.now())
    assert User.objects.get(pk=user.pk).password != before  # links are signed with it
    with pytest.raises(IntegrityError, match="Two administrators"):
        choose(user)
    password_links.give(link_id=ask(user, first).pk, actor=second, at=timezone.now())
    choose(user)


def test_a_link_given_long_ago_is_of_no_use(releaser, first, second):
    link = ask(releaser, first)
    password_links.give(link_id=link.pk, actor=second, at=timezone.now() - timedelta(days=4))
    with pytest.raises(IntegrityError, match="Two administrators"):
        choose(releaser)


@pytest.mark.parametrize("password", ["!unusable", "pbkdf2_sha256$1$salt$hash"])
def test_the_database_lets_nobody_touch_anothers_password_alone(releaser, first, password):
    with (
        pytest.raises(IntegrityError, match="Two administrators"),
        transaction.atomic(),
        acting(actor=first, at=timezone.now()),
    ):
        User.objects.filter(pk=releaser.pk).update(password=password)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"status": "given"}, "core_passwordlink_decided"),
        ({"status": "given", "decided_by": "asker"}, "core_passwordlink_four_eyes"),
        ({"status": "given", "decided_by": "person"}, "signs for another|core_passwordlink_not_for_oneself"),
        ({"reason": "Another"}, "never changes"),
    ],
)
def test_the_database_keeps_two_pairs_of_eyes_on_a_link(releaser, first, values, name):
    link = ask(releaser, first)
    who = {"asker": first.user_id, "person": releaser.pk}
    if "decided_by" in values:
        values = values | {"decided_by": who[values["decided_by"]], "decided_at": timezone.now()}
    with (
        pytest.raises(IntegrityError, match=name),
        transaction.atomic(),
        acting(actor=first, at=timezone.now()),
    ):
        PasswordLink.objects.filter(pk=link.pk).update(**values)


def test_nothing_changes_when_the_audit_record_fails(committed_db, broken_audit, releaser, first, second, make_user):
    link = ask(releaser, first)
    auditor = make_user(Role.AUDITOR)
    with broken_audit():
        for act in (
            lambda: ask(auditor, first),
            lambda: password_links.give(link_id=link.pk, actor=second, at=timezone.now()),
            lambda: password_links.refuse(link_id=link.pk, reason="x", actor=second, at=timezone.now()),
        ):
            with pytest.raises(IntegrityError):
                act()
    assert PasswordLink.objects.get().status == "asked"
    assert User.objects.get(pk=releaser.pk).has_usable_password()


def test_whoever_runs_the_server_makes_an_administrator_in_two_steps(db, capsys, country):
    told = ("ada@example.org", "Ada Keeper", "--reason", "The first of a new system")
    call_command("add_administrator", *told)
    assert "/account/password/reset/key/" in capsys.readouterr().out
    user = User.objects.get(email="ada@example.org")
    assert not user.appointments.exists()
    choose(user)
    for _ in range(2):
        call_command("add_administrator", *told)
    assert "administers" in capsys.readouterr().out
    assert list(user.appointments.values_list("role", "status")) == [("administrator", "in_force")]
