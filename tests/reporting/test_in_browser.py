"""The figures in a real browser: accessible, within a phone's screen, drawn, and in keeping with the page's policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.access.roles import Role
from core.models import Area
from tests.looking import faults, page_of
from tests.reporting.conftest import Register


@pytest.fixture
def visit(live_site: str, chromium: Any, make_user: Callable[..., Any]) -> Callable[..., Any]:
    """``visit(Role.X, area, width=360)``: a browser's page, signed in."""

    def opened(role: Role, area: Area | None = None, *, width: int = 1280) -> Any:
        client = Client()
        client.force_login(make_user(role, area), backend="django.contrib.auth.backends.ModelBackend")
        return page_of(chromium, live_site, client, width=width)

    return opened


def test_the_figures_are_accessible_fit_a_phone_and_obey_the_policy(
    visit: Callable[..., Any], register: Register, district: Area
) -> None:
    found: list[object] = []
    said: list[str] = []

    def spoke(message: Any) -> None:
        said.append(message.text)

    for role, area, width in ((Role.AUDITOR, None, 1280), (Role.DISTRICT_OFFICER, district, 360)):
        page = visit(role, area, width=width)
        page.on("console", spoke)
        for name in ("dashboard", "meanings"):
            page.goto(reverse(f"reporting:{name}"))
            found += faults(page, name, widths=[width])
        page.goto(reverse("reporting:dashboard"))
        drawn = page.eval_on_selector_all(".app-chart__image", "images => images.map(i => i.naturalWidth)")
        assert len(drawn) == 3
        assert all(width > 100 for width in drawn)
        page.context.close()
    assert found == []
    assert said == []


def test_a_press_of_the_button_says_that_it_is_being_done(visit: Callable[..., Any], register: Register) -> None:
    page = visit(Role.SUPERVISOR)
    page.goto(reverse("reporting:dashboard"))
    page.click("text=Count the figures now")
    page.wait_for_selector("text=The figures are being counted")
    assert page.is_visible("text=Load this page again")
    page.context.close()
