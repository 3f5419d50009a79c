"""Signing in, staying signed in, and what the log says of it."""

import time

import pytest
from django.db import IntegrityError
from django.test import Client

from core.access.roles import Role
from core.middleware import IdleMiddleware
from core.models import AuditEntry
from tests.core_pages.conftest import words

PASSWORD = "correct horse battery"
NEW_PASSWORD = "a long enough sentence 7"


def sign_in(user, password: str = PASSWORD, client: Client | None = None) -> Client:
    client = client or Client()
    client.post("/account/login/", {"login": user.email, "password": password})
    return client


def logged(action: str) -> list[tuple[int | None, int | None]]:
    return list(AuditEntry.objects.filter(action=action).order_by("id").values_list("actor_id", "subject_id"))


def left_for(client: Client, seconds: int) -> None:
    """Nobody has opened or sent anything for so long."""
    session = client.session
    session[IdleMiddleware.KEY] = int(time.time()) - seconds
    session.save()


def test_signing_in_and_out_leaves_a_row_each(make_user):
    user = make_user(Role.SUPERVISOR)
    client = sign_in(user)
    assert client.get("/").status_code == 200
    client.post("/account/logout/")
    assert client.get("/").status_code == 302
    assert logged("user.sign_in") == logged("user.sign_out") == [(user.pk, user.pk)]


def test_a_failed_sign_in_names_the_account_but_not_what_was_typed(make_user):
    user = make_user(Role.SUPERVISOR)
    assert sign_in(user, "my dog Rex 2019").get("/").status_code == 302
    assert logged("user.sign_in_failed") == [(None, user.pk)]
    assert not AuditEntry.objects.filter(details__icontains="Rex").exists()


def test_a_failed_sign_in_with_an_unknown_address_is_logged_without_it(db):
    Client().post("/account/login/", {"login": "stranger@example.org", "password": "whatever"})
    entry = AuditEntry.objects.get(action="user.sign_in_failed")
    assert (entry.subject_id, entry.details) == (None, {"known": False})


def test_nobody_is_signed_in_when_the_log_cannot_be_written(make_user, broken_audit):
    user = make_user(Role.SUPERVISOR)
    client = Client()
    with broken_audit(), pytest.raises(IntegrityError):
        sign_in(user, client=client)
    assert client.get("/").status_code == 302


def test_after_half_an_hour_without_a_sign_of_life_one_is_signed_out(make_user, settings):
    client = sign_in(make_user(Role.SUPERVISOR))
    left_for(client, settings.SESSION_IDLE_SECONDS - 30)
    assert client.get("/").status_code == 200
    left_for(client, settings.SESSION_IDLE_SECONDS + 30)
    page = client.get("/", follow=True)
    assert page.redirect_chain[0][0].startswith("/account/login/")
    assert "nothing was done for a while" in words(page)


def test_a_form_sent_too_late_is_not_taken(make_user, settings, administrator):
    client = sign_in(administrator)
    left_for(client, settings.SESSION_IDLE_SECONDS + 30)
    client.post("/people/add/", {"email": "x@example.org", "full_name": "X"})
    assert not AuditEntry.objects.filter(action="user.create", actor_id=administrator.pk).exists()


def test_what_a_page_fetches_by_itself_does_not_keep_one_signed_in(make_user, settings):
    client = sign_in(make_user(Role.SUPERVISOR))
    left_for(client, 600)
    before = client.session[IdleMiddleware.KEY]
    client.get("/jobs/", headers={"HX-Request": "true"})
    assert client.session[IdleMiddleware.KEY] == before
    client.get("/jobs/")
    assert client.session[IdleMiddleware.KEY] > before


def test_a_fragment_after_the_sign_out_sends_the_whole_page_to_the_sign_in(db):
    answer = Client().get("/jobs/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/jobs/7/"})
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/account/login/?next=/jobs/7/"


def test_a_person_changes_their_password_and_other_machines_are_signed_out(make_user):
    user = make_user(Role.SUPERVISOR)
    here, elsewhere = sign_in(user), sign_in(user)
    page = here.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
        follow=True,
    )
    assert page.status_code == 200
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert sign_in(user, NEW_PASSWORD).get("/").status_code == 200
    assert logged("user.password_set") == [(user.pk, user.pk)]


@pytest.mark.parametrize("password", ["short", "1q2w3e4r5t6y", "481516234265", "supervisor.1"])
def test_a_weak_password_is_refused(make_user, password):
    user = make_user(Role.SUPERVISOR)
    client = sign_in(user)
    client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": password, "password2": password})
    assert logged("user.password_set") == []


def test_pages_of_the_sign_in_library_that_we_do_not_use_are_shut(make_user):
    client = sign_in(make_user(Role.SUPERVISOR))
    for address in ("/account/email/", "/account/confirm-email/", "/account/login/code/confirm/"):
        assert client.get(address).status_code == 404
