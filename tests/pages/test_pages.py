"""The frame around every page, and the pages about the service itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from lxml import html

from config import urls
from core import hooks
from core.access.actor import SYSTEM, NotPermitted
from core.access.permissions import Permission
from core.actions import users
from core.views import errors

AT = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def _denied(request: HttpRequest) -> HttpResponse:
    raise NotPermitted(Permission.PAYMENTS_APPROVE)


def _without_database(request: HttpRequest) -> HttpResponse:
    raise OperationalError("could not connect to server at 10.0.0.7")


def _broken(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("secret inside")


urlpatterns = [
    *urls.urlpatterns,
    path("test/denied/", _denied),
    path("test/no-database/", _without_database),
    path("test/broken/", _broken),
    path("test/conflict/", lambda request: errors.conflict(request, sentence="Payroll PY-7 was approved meanwhile.")),
]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500

PUBLIC = ["/account/login/", "/account/password/reset/", "/privacy/", "/accessibility/"]
FAILING = {"/test/denied/": 403, "/test/no-database/": 503, "/test/broken/": 500, "/test/conflict/": 409, "/no/": 404}


@pytest.fixture
def site() -> Client:
    with override_settings(ROOT_URLCONF=__name__):
        yield Client(raise_request_exception=False)


@pytest.fixture
def officer(db):
    return users.create(email="o@example.org", full_name="Mpho Letsie", password="long-enough-1", actor=SYSTEM, at=AT)


@pytest.fixture
def signed_in(site: Client, officer) -> Client:
    site.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    return site


def parse(response: HttpResponse) -> html.HtmlElement:
    return html.document_fromstring(response.content)


@pytest.mark.parametrize("address", [*PUBLIC, *FAILING])
def test_every_page_has_language_title_one_heading_and_a_way_to_its_content(site: Client, address: str) -> None:
    response = site.get(address)
    page = parse(response)
    assert response.status_code == FAILING.get(address, 200)
    assert page.get("lang")
    assert len(page.xpath("//h1")) == 1
    heading = page.xpath("//h1")[0].text_content().strip()
    assert heading and page.xpath("//title")[0].text_content().strip().startswith(heading)
    assert page.xpath("//a[@class='govuk-skip-link']/@href") == ["#main-content"]
    assert len(page.xpath("//main[@id='main-content']")) == 1


@pytest.mark.parametrize("address", PUBLIC)
def test_scripts_are_ours_and_wait_and_htmx_is_tamed(site: Client, address: str) -> None:
    page = parse(site.get(address))
    assert all(script.get("src", "").startswith("/static/") for script in page.xpath("//script"))
    assert all(script.get("defer") is not None for script in page.xpath("//script"))
    config = json.loads(page.xpath("//meta[@name='htmx-config']/@content")[0])
    assert (config["allowEval"], config["includeIndicatorStyles"], config["historyCacheSize"]) == (False, False, 0)
    assert json.loads(page.xpath("//body/@hx-headers")[0])["X-CSRFToken"]


def test_the_policy_allows_no_inline_script_or_style(site: Client) -> None:
    policy = site.get("/privacy/")["Content-Security-Policy"]
    assert "unsafe-inline" not in policy and "unsafe-eval" not in policy
    assert "script-src 'self'" in policy and "style-src 'self'" in policy


def test_a_stranger_is_led_to_the_sign_in(site: Client) -> None:
    response = site.get("/")
    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/")


def test_a_wrong_password_is_told_beside_a_summary(site: Client, officer) -> None:
    page = parse(site.post("/account/login/", {"login": "o@example.org", "password": "wrong"}))
    assert page.xpath("//*[contains(@class, 'govuk-error-summary')]")
    assert page.xpath("//title")[0].text_content().startswith("Error: ")


def test_somebody_signs_in_sees_their_start_page_and_signs_out(site: Client, officer) -> None:
    response = site.post("/account/login/", {"login": "o@example.org", "password": "long-enough-1"}, follow=True)
    page = parse(response)
    assert page.xpath("//h1")[0].text_content() == "Welcome, Mpho Letsie"
    assert "You have no role yet" in page.text_content()
    assert site.session.get_expire_at_browser_close()
    action = page.xpath("//form[contains(@class, 'app-header__user')]/@action")[0]
    site.post(action)
    assert site.get("/").status_code == 302


def test_sign_up_is_closed(site: Client) -> None:
    page = parse(site.get("/account/signup/"))
    assert page.xpath("//h1")[0].text_content().strip() == "There is no sign-up"


def test_the_start_page_puts_urgent_work_first_and_empty_lines_last(signed_in: Client, monkeypatch) -> None:
    lines = [
        hooks.WaitingTask(label="Nothing", count=0, url="/n"),
        hooks.WaitingTask(label="Reviews", count=3, url="/r"),
        hooks.WaitingTask(label="Late cases", count=2, url="/c", urgent=True),
    ]
    monkeypatch.setattr(hooks.waiting_tasks, "_functions", {"core": lambda actor: lines})
    page = parse(signed_in.get("/"))
    labels = [a.text_content() for a in page.xpath("//a[contains(@class, 'app-card__link')]")]
    assert labels == ["Late cases: 2", "Reviews: 3", "Nothing: 0"]


def test_the_navigation_marks_where_one_is(signed_in: Client, monkeypatch) -> None:
    entries = [hooks.NavigationItem(label="Cases", url="/priv"), hooks.NavigationItem(label="Late", url="/privacy/")]
    monkeypatch.setattr(hooks.navigation, "_functions", {"core": lambda actor: entries})
    page = parse(signed_in.get("/privacy/"))
    current = page.xpath("//ul[@id='navigation']//a[@aria-current]")
    assert [link.text_content().strip() for link in current] == ["Late"]


def test_a_demonstration_says_so_on_every_page(site: Client) -> None:
    with override_settings(DEMO=True):
        assert b"Demonstration data: no real persons" in site.get("/account/login/").content
    with override_settings(DEMO=False):
        assert b"Demonstration data" not in site.get("/account/login/").content


def test_a_stranger_who_may_not_is_offered_the_sign_in(site: Client) -> None:
    response = site.get("/test/denied/")
    assert response.status_code == 403
    assert "/account/login/?next=%2Ftest%2Fdenied%2F" in parse(response).xpath("//main//a/@href")


def test_a_missing_permission_is_named_in_plain_words(signed_in: Client) -> None:
    response = signed_in.get("/test/denied/")
    assert response.status_code == 403
    text = parse(response).text_content()
    assert Permission.PAYMENTS_APPROVE.label in text


def test_a_conflict_tells_what_happened(site: Client) -> None:
    text = parse(site.get("/test/conflict/")).text_content()
    assert "Payroll PY-7 was approved meanwhile." in text


@pytest.mark.parametrize(
    ("address", "secret"), [("/test/broken/", b"secret inside"), ("/test/no-database/", b"10.0.0.7")]
)
def test_a_failure_shows_nothing_of_the_machine(site: Client, address: str, secret: bytes) -> None:
    assert secret not in site.get(address).content


def test_the_failure_page_appears_even_when_templates_are_broken(rf, monkeypatch) -> None:
    def broken(*_: object, **__: object) -> str:
        raise OSError("disk")

    monkeypatch.setattr(errors, "render_to_string", broken)
    response = errors.server_error(rf.get("/"))
    assert response.status_code == 500
    assert b"<h1>Something went wrong on our side</h1>" in response.content


def test_the_failure_page_asks_nothing_of_the_database(rf, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert errors.server_error(rf.get("/")).status_code == 500


def test_a_forged_or_stale_form_gets_a_page_in_plain_words(officer) -> None:
    response = Client(enforce_csrf_checks=True).post("/account/login/", {"login": "a", "password": "b"})
    assert response.status_code == 403
    assert "The page was open too long" in parse(response).text_content()


def test_the_privacy_notice_is_that_of_the_country_pack(site: Client) -> None:
    from core import pack

    notice = pack.about()["data_protection"]["privacy_notices"][-1]
    text = " ".join(parse(site.get("/privacy/")).text_content().split())
    assert " ".join(notice["text"]["en"].split()) in text
    assert notice["version"] in text
