"""How people sign in: by e-mail address; nobody signs themselves up; every sign-in leaves a row in the audit log.

The sign-in library calls this adapter at each step, so no signal is needed. These are the only acts that do not come
through an action of ours: what the library changes (sessions, the time of the last sign-in, the password) and the audit
row are written here, and a sign-in without its row is refused.
"""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils import timezone

from core import audit
from core.access.actor import Actor, ActorKind, public
from core.acting import acting
from core.models import User


class NoSignUpAdapter(DefaultAccountAdapter):
    """Users are made by an administrator and receive their roles by appointment."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        actor = _actor(user, request)
        with acting(actor=actor, at=timezone.now()):
            super().login(request, user)
            audit.record("user.sign_in", subject_type="user", subject_id=user.pk)
        request.actor = actor  # type: ignore[attr-defined]

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        with acting(actor=_actor(user, request), at=timezone.now()):
            super().logout(request)
            if user.pk:
                audit.record("user.sign_out", subject_type="user", subject_id=user.pk)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """The log names the account that was tried, never what was typed: it may be a password in the wrong box."""
        typed = str(credentials.get("email") or credentials.get("username") or "")
        tried = User.objects.filter(email__iexact=typed).values_list("id", flat=True).first() if typed else None
        with acting(actor=public(_request_id(request)), at=timezone.now()):
            audit.record("user.sign_in_failed", subject_type="user", subject_id=tried, details={"known": bool(tried)})

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """By the person, signed in or by a one-time link; every other session of theirs ends with the old password."""
        with acting(actor=_actor(user, cast(HttpRequest, self.request)), at=timezone.now()):
            super().set_password(user, password)
            audit.record("user.password_set", subject_type="user", subject_id=user.pk)


def _actor(user: Any, request: HttpRequest) -> Actor:
    if not user.pk:
        return public(_request_id(request))
    return Actor(kind=ActorKind.USER, user_id=user.pk, name=user.full_name, request_id=_request_id(request))


def _request_id(request: HttpRequest) -> str:
    actor: Actor | None = getattr(request, "actor", None)
    return actor.request_id if actor else ""
