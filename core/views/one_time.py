"""What is shown once and kept nowhere: the link by which a person chooses a password."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core.models import User


def path_of_link(user: User) -> str:
    """The address of the link. It is reckoned from the account as it stands: any change of its password ends it."""
    names = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return reverse("account_reset_password_from_key", kwargs=names)


def show_link(request: HttpRequest, user: User, *, title: str) -> HttpResponse:
    """The link, seen on this answer alone."""
    context = {
        "page_title": title,
        "link": request.build_absolute_uri(path_of_link(user)),
        "person": user,
        "person_url": reverse("core:person", args=[user.pk]),
        "appoint_url": reverse("core:appoint", args=[user.pk]),
    }
    return render(request, "core/people/link.html", context)
