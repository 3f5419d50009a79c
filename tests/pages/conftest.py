"""Rendering templates and reading the result as a browser would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest
from django.template import engines
from django.test import RequestFactory
from lxml import html

Render = Callable[..., html.HtmlElement]


@pytest.fixture
def page_request(rf: RequestFactory) -> HttpRequest:
    request = rf.get("/households/")
    request._messages = []  # type: ignore[attr-defined]
    return request


@pytest.fixture
def render(page_request: HttpRequest) -> Render:
    """Render a template's text with a context; returns the parsed document."""

    def rendered(text: str, **context: Any) -> html.HtmlElement:
        template = engines["django"].from_string("{% load furniture %}" + text)
        return html.document_fromstring(f"<body>{template.render(context, page_request)}</body>")

    return rendered


@pytest.fixture
def include(render: Render) -> Render:
    """Render one fragment of the components."""

    def rendered(name: str, **context: Any) -> html.HtmlElement:
        return render("{% include name %}", name=name, **context)

    return rendered
