"""What every answer tells the browser: nothing is kept, framed, sniffed, or run that is not ours."""

import pytest
from django.test import Client
from django.urls import reverse

from core.access.roles import Role
from tests.architecture.routes import OURS, every_route

PAGES = ["/", "/people/", "/audit/", "/audit/reads/", "/jobs/", "/no-such-page/"]


@pytest.fixture
def client(signed_in, make_user) -> Client:
    return signed_in(make_user(Role.AUDITOR))


def policy(response) -> dict[str, list[str]]:
    parts = [part.split() for part in response["Content-Security-Policy"].split(";") if part.strip()]
    return {name: sources for name, *sources in parts}


@pytest.mark.parametrize("address", [*PAGES, "/privacy/", "/account/login/"])
def test_the_policy_runs_and_frames_nothing_that_is_not_ours(client: Client, address: str):
    for response in (client.get(address), Client().get(address)):
        found = policy(response)
        assert found["default-src"] == ["'none'"] and found["script-src"] == found["style-src"] == ["'self'"]
        assert found["frame-ancestors"] == found["base-uri"] == ["'none'"]
        assert found["form-action"] == ["'self'"]
        assert not any(source.startswith(("'unsafe", "http", "*")) for sources in found.values() for source in sources)
        assert response["X-Frame-Options"] == "DENY"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "same-origin"
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"


def test_no_page_for_people_signed_in_is_kept_by_any_browser_or_cache(client: Client):
    client.raise_request_exception = False
    kept = [
        (route.name, response.get("Cache-Control"))
        for route in every_route()
        if route.package in OURS and "no-store" not in (response := client.get(route.address)).get("Cache-Control", "")
    ]
    assert kept == []


@pytest.mark.parametrize("address", ["/", "/privacy/", "/account/login/", "/people/"])
def test_no_page_for_strangers_is_kept_either_unless_it_says_so(address: str, db):
    assert "no-store" in Client().get(address)["Cache-Control"]


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(make_user):
    user = make_user(Role.SUPERVISOR)
    client = Client()
    client.get("/account/login/")
    client.post("/account/login/", {"login": user.email, "password": "correct horse battery"})
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert cookie["httponly"] and cookie["samesite"] == "Lax", name
    assert not client.cookies["sessionid"]["max-age"], "the session ends with the browser"


def test_behind_https_cookies_are_secure_and_the_site_asks_for_https(make_user, settings):
    """The same switch that an installation sets: ``HTTPS`` derives all of these in the settings."""
    import os
    import subprocess
    import sys

    program = (
        "from config import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS >= 31536000)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | {"HTTPS": "1"}, capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == ["True"] * 4


def test_a_form_without_its_protection_is_refused(make_user):
    user = make_user(Role.ADMINISTRATOR)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(reverse("core:person_add"), {"email": "x@example.org", "full_name": "X"})
    assert answer.status_code == 403


def test_after_the_sign_in_nobody_is_led_to_another_site(make_user):
    user = make_user(Role.SUPERVISOR)
    answer = Client().post(
        "/account/login/?next=https://evil.example/",
        {"login": user.email, "password": "correct horse battery", "next": "https://evil.example/"},
    )
    assert answer.status_code == 302 and "evil" not in answer["Location"]
