"""New links to choose a password: given by one administrator, or asked for by one and given by another."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.web import actor_of_request, requires
from core.actions import password_links as act
from core.actions import users
from core.forms.people import Reason
from core.models import PasswordLink, User
from core.queries import password_links as queries
from core.queries.access import guarded
from core.views import deciding
from core.views.asking import fill_in
from core.views.one_time import show_link
from core.views.people import people_tabs, the_person

REFUSALS = (users.NotOneself, users.NotActive)
TONES = {"asked": "waiting", "given": "good", "refused": "bad"}


@require_http_methods(["GET", "POST"])
@requires(Permission.ACCESS_PROPOSE)
def new(request: HttpRequest, user_id: int) -> HttpResponse:
    """A new one-time link; for whoever holds a sensitive role, the request for one."""
    user, actor = the_person(request, user_id), actor_of_request(request)
    if link := queries.waiting_for(actor=actor, user_id=user.pk):
        return redirect("core:password_link_page", link.pk)
    if guarded(user_id=user.pk, on=timezone.localdate()):
        return _ask(request, user)
    return fill_in(
        request,
        form=Reason(request.POST if request.method == "POST" else None),
        act=lambda told: users.expect_new_password(user_id=user.pk, actor=actor, at=timezone.now(), **told),
        then=partial(_shown, request),
        refusals=(*REFUSALS, users.SecondAdministratorNeeded),
        back_url=reverse("core:person", args=[user.pk]),
        template="core/confirm.html",
        page_title=_("Give a new link to choose a password"),
        caption=user.full_name,
        question=_("The person chooses a new password by a link that works once."),
        warning=_("The password in use and every earlier link end at once, and the person is signed out everywhere."),
        confirm_label=_("Give the link"),
        danger=True,
    )


def _shown(request: HttpRequest, user: User) -> HttpResponse:
    return show_link(request, user, title=_("New link for %(name)s") % {"name": user.full_name})


def _ask(request: HttpRequest, user: User) -> HttpResponse:
    actor, now = actor_of_request(request), timezone.now()
    able = queries.could_give(user=user, without=actor.user_id, on=timezone.localdate(now))

    def asked(_link: object) -> HttpResponse:
        messages.success(request, _("Asked for. Another administrator has to give the link."))
        return redirect("core:person", user.pk)

    return fill_in(
        request,
        form=Reason(request.POST if request.method == "POST" else None),
        act=lambda told: act.ask(user_id=user.pk, actor=actor, at=now, **told),
        then=asked,
        refusals=(*REFUSALS, act.NotGuarded),
        back_url=reverse("core:person", args=[user.pk]),
        template="core/people/ask_link.html",
        page_title=_("Ask for a new link to choose a password"),
        caption=user.full_name,
        able=[who.full_name for who in able],
        button=_("Ask for the link"),
    )


@require_safe
@requires(Permission.ACCESS_CONFIRM)
def waiting(request: HttpRequest) -> HttpResponse:
    """Links that wait for a second administrator, oldest first."""
    actor = actor_of_request(request)
    context = {
        "page_title": _("Links to give"),
        "tabs": people_tabs(actor, current="links"),
        "columns": [
            {"label": label} for label in (_("Person"), _("Asked for by"), _("Reason"), _("When"), _("What to do"))
        ],
        "rows": [_row(one, actor) for one in queries.waiting(actor=actor)[:200]],
    }
    return render(request, "core/people/links.html", context)


def _row(one: PasswordLink, actor: Actor) -> list[Any]:
    label = _barred(one, actor) or _("Give or refuse")
    return [
        one.user.full_name,
        one.asked_by.full_name,
        one.reason,
        _moment(one.asked_at),
        {"text": label, "url": reverse("core:password_link_page", args=[one.pk])},
    ]


def _barred(one: PasswordLink, actor: Actor) -> str:
    """Why this administrator cannot give it, or nothing."""
    if one.user_id == actor.user_id:
        return _("This is for you: somebody else has to decide.")
    if one.asked_by_id == actor.user_id:
        return _("You asked for this: another administrator has to give it.")
    return ""


def _moment(at: Any) -> str:
    return str(date_format(timezone.localtime(at), "j F Y, H:i"))


@require_safe
@requires(Permission.ACCESS_CONFIRM)
def page(request: HttpRequest, link_id: int) -> HttpResponse:
    """One request, with the decision where one is due."""
    return _page(request, link_id, form=Reason())


def _page(request: HttpRequest, link_id: int, *, form: Reason, refusal: str = "", status: int = 200) -> HttpResponse:
    one = _found(request, link_id)
    summary: list[dict[str, Any]] = [
        {"key": _("State"), "value": one.get_status_display(), "tone": TONES[one.status]},
        {"key": _("Person"), "value": one.user.full_name, "url": reverse("core:person", args=[one.user_id])},
        {"key": _("Asked for by"), "value": f"{one.asked_by.full_name}, {_moment(one.asked_at)}"},
        {"key": _("Reason"), "value": one.reason},
    ]
    if one.decided_by is not None:
        summary.append({"key": _("Decided by"), "value": f"{one.decided_by.full_name}, {_moment(one.decided_at)}"})
    context = {
        "page_title": _("New link to choose a password"),
        "caption": one.user.full_name,
        "crumbs": [
            {"label": _("Links to give"), "url": reverse("core:password_links")},
            {"label": one.user.full_name},
        ],
        "summary": summary,
        "due": one.status == PasswordLink.Status.ASKED,
        "barred": _barred(one, actor_of_request(request)),
        "decide": {
            "url": reverse("core:password_link_give", args=[one.pk]),
            "label": _("Give the link and see it"),
            "refuse_url": reverse("core:password_link_refuse", args=[one.pk]),
            "refuse_label": _("Refuse the link"),
        },
        "form": form,
        "refusal": refusal,
    }
    return render(request, "core/people/password_link.html", context, status=status)


@require_POST
@requires(Permission.ACCESS_CONFIRM)
def give(request: HttpRequest, link_id: int) -> HttpResponse:
    """Give it as the second administrator; the answer shows it."""
    one = _found(request, link_id)
    return deciding.agree(
        act=lambda: act.give(link_id=one.pk, actor=actor_of_request(request), at=timezone.now()),
        refusals=(*REFUSALS, act.SameAdministrator, act.NotWaiting),
        then=partial(_shown, request),
        page=partial(_page, request, link_id),
    )


@require_POST
@requires(Permission.ACCESS_CONFIRM)
def refuse(request: HttpRequest, link_id: int) -> HttpResponse:
    """Refuse it, or take one's own request back, with a reason."""
    one = _found(request, link_id)
    return deciding.refuse(
        request,
        act=lambda told: act.refuse(link_id=one.pk, actor=actor_of_request(request), at=timezone.now(), **told),
        refusals=(*REFUSALS, act.NotWaiting),
        done=_("The link is refused. Nothing of the account has changed."),
        back_url=reverse("core:password_links"),
        page=partial(_page, request, link_id),
    )


def _found(request: HttpRequest, link_id: int) -> PasswordLink:
    one = queries.links(actor=actor_of_request(request)).filter(pk=link_id).first()
    if one is None:
        raise Http404
    return one
