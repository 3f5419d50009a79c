"""People who open core's pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from lxml import html

from core.access.roles import Role
from core.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"
SignedIn = Callable[[User], Client]


def parse(response: HttpResponse) -> html.HtmlElement:
    return html.document_fromstring(response.content)


def words(response: HttpResponse) -> str:
    """What a person reads on a page, with single spaces."""
    return " ".join(parse(response).xpath("//main")[0].text_content().split())


@pytest.fixture
def signed_in() -> SignedIn:
    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend=BACKEND)
        return client

    return sign_in


@pytest.fixture
def administrator(make_user: Any) -> User:
    return make_user(Role.ADMINISTRATOR, name="Ada Keeper")


@pytest.fixture
def second_administrator(make_user: Any) -> User:
    return make_user(Role.ADMINISTRATOR, name="Ben Second")


@pytest.fixture
def auditor(make_user: Any) -> User:
    return make_user(Role.AUDITOR, name="Cara Reader")
