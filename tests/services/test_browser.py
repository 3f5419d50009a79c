from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser


def test_the_live_site_answers_a_real_browser(live_site: str, chromium: Browser) -> None:
    page = chromium.new_page()

    answer = page.goto(f"{live_site}{reverse(settings.LOGIN_URL)}")

    assert answer and answer.status == 200
    assert page.locator("form").count() >= 1
    page.close()
