"""Partner systems: which may call the API, where and as what; giving a token, shown once, and ending one."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access.permissions import Permission
from core.access.roles import Role
from core.access.web import actor_of_request, requires
from core.actions import api_clients as act
from core.actions import users
from core.actions.appointments import Refused
from core.forms.api_clients import AddSystem, TokenForm
from core.forms.people import Reason
from core.hooks import programmes
from core.models import ApiClient, Appointment
from core.queries import api_clients as queries
from core.queries.paging import page_of
from core.queries.people import places_to_appoint
from core.views.asking import ask, fill_in
from core.views.credentials import day, end_of, life, state
from core.views.paging import key_asked, page_urls
from core.views.people import people_tabs
from core.views.wording import APPOINTMENT_TONES, days, place_and_programme

REFUSALS = (act.NotAMachine, act.SensitiveRole, act.AddressTaken, act.ExpiresTooEarly, users.NotOneself, Refused)


@require_safe
@requires(Permission.ACCESS_PROPOSE)
def clients(request: HttpRequest) -> HttpResponse:
    """Every token of the actor's places, newest first."""
    actor = actor_of_request(request)
    page = page_of(
        queries.clients(actor=actor),
        order=["-id"],
        after=key_asked(request, "after"),
        before=key_asked(request, "before"),
    )
    roles = queries.roles_of(actor=actor, user_ids=[one.user_id for one in page.rows])
    context = {
        "page_title": _("Partner systems"),
        "tabs": people_tabs(actor, current="clients"),
        "columns": [
            {"label": label}
            for label in (
                _("System"),
                _("What it may do"),
                _("Last day"),
                _("Last used"),
                _("Calls refused"),
                _("State"),
            )
        ],
        "rows": [
            [
                {"text": one.name, "url": reverse("core:api_client", args=[one.pk])},
                "; ".join(_role(role) for role in roles.get(one.user_id, ())) or _("Nothing"),
                day(one.expires_at - timedelta(seconds=1)),
                _used(one),
                one.refused,
                state(one),
            ]
            for one in page.rows
        ],
        **page_urls(request, page),
    }
    return render(request, "core/people/clients.html", context)


def _role(one: Appointment) -> str:
    return f"{one.get_role_display()} ({place_and_programme(one)})"


def _used(one: ApiClient) -> str:
    return str(date_format(timezone.localtime(one.last_used_at), "j F Y, H:i")) if one.last_used_at else _("Never")


@require_safe
@requires(Permission.ACCESS_PROPOSE)
def client(request: HttpRequest, client_id: int) -> HttpResponse:
    """One token, and what its account may do and where."""
    one = _found(request, client_id)
    shown = state(one)
    roles = queries.roles_of(actor=actor_of_request(request), user_ids=[one.user_id]).get(one.user_id, [])
    context = {
        "page_title": one.name,
        "caption": _("Partner system"),
        "crumbs": [{"label": _("Partner systems"), "url": reverse("core:api_clients")}, {"label": one.name}],
        "summary": [
            {"key": _("State"), "value": shown["text"], "tone": shown["tone"]},
            {"key": _("Account"), "value": one.user.email, "url": reverse("core:person", args=[one.user_id])},
            {"key": _("Token begins with"), "value": one.public_id},
            *life(one),
            {"key": _("Last used"), "value": _used(one)},
            {"key": _("Calls refused"), "value": str(one.refused)},
        ],
        "columns": [{"label": label} for label in (_("Role"), _("Place and programme"), _("Days"), _("State"))],
        "rows": [
            [
                {"text": role.get_role_display(), "url": reverse("core:appointment", args=[role.pk])},
                place_and_programme(role),
                days(role),
                {"text": role.get_status_display(), "tone": APPOINTMENT_TONES[role.status]},
            ]
            for role in roles
        ],
        "renew_url": reverse("core:api_client_renew", args=[one.pk]) if one.user.is_active else "",
        "end_url": reverse("core:api_client_end", args=[one.pk]) if one.revoked_at is None else "",
    }
    return render(request, "core/people/client.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ACCESS_PROPOSE)
def add(request: HttpRequest) -> HttpResponse:
    """A new system: account, appointment and token in one; the answer shows the token, this once."""
    actor, now = actor_of_request(request), timezone.now()
    today = timezone.localdate(now)
    form = AddSystem(
        request.POST if request.method == "POST" else None,
        places=places_to_appoint(actor=actor),
        programmes=[one for function in programmes.functions for one in function()],
        today=today,
        initial={"last_day": today + timedelta(days=365)},
    )
    return fill_in(
        request,
        form=form,
        act=lambda told: act.add_system(
            uuid=told["one_shot"],
            name=told["name"],
            email=told["email"],
            role=Role(told["role"]),
            area_id=told["place"],
            programme_code=told["programme"],
            expires_at=end_of(told["last_day"]),
            reason=told["reason"],
            actor=actor,
            at=now,
        ),
        then=partial(_shown_once, request),
        refusals=REFUSALS,
        overtaken=(act.GivenAlready,),
        back_url=reverse("core:api_clients"),
        page_title=_("Add a partner system"),
        crumbs=[{"label": _("Partner systems"), "url": reverse("core:api_clients")}, {"label": _("New system")}],
        button=_("Add it and show the token"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ACCESS_PROPOSE)
def renew(request: HttpRequest, client_id: int) -> HttpResponse:
    """Another token for the same account; the one that is there goes on until its day or its end."""
    one, now = _found(request, client_id), timezone.now()
    today = timezone.localdate(now)
    back = reverse("core:api_client", args=[one.pk])
    form = TokenForm(
        request.POST if request.method == "POST" else None,
        today=today,
        initial={"last_day": today + timedelta(days=365)},
    )
    return fill_in(
        request,
        form=form,
        act=lambda told: act.create(
            uuid=told["one_shot"],
            name=one.name,
            user_id=one.user_id,
            expires_at=end_of(told["last_day"]),
            actor=actor_of_request(request),
            at=now,
        ),
        then=partial(_shown_once, request),
        refusals=REFUSALS,
        overtaken=(act.GivenAlready,),
        back_url=back,
        page_title=_("Give another token"),
        caption=one.name,
        crumbs=[
            {"label": _("Partner systems"), "url": reverse("core:api_clients")},
            {"label": one.name, "url": back},
            {"label": _("Another token")},
        ],
        button=_("Give the token and show it"),
    )


def _shown_once(request: HttpRequest, given: tuple[ApiClient, str]) -> HttpResponse:
    made, token = given
    context = {
        "page_title": _("Token for %(name)s") % {"name": made.name},
        "token": token,
        "last_day": day(made.expires_at - timedelta(seconds=1)),
        "back_url": reverse("core:api_client", args=[made.pk]),
    }
    return render(request, "core/people/token.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ACCESS_PROPOSE)
def end(request: HttpRequest, client_id: int) -> HttpResponse:
    """End a token at once."""
    one = _found(request, client_id)
    return ask(
        request,
        form=Reason,
        act=lambda data: act.revoke(
            public_id=one.public_id, reason=data["reason"], actor=actor_of_request(request), at=timezone.now()
        ),
        done=_("The token of %(name)s is of no use any more.") % {"name": one.name},
        back_url=reverse("core:api_client", args=[one.pk]),
        context={
            "page_title": _("End this token?"),
            "caption": one.name,
            "question": _("From now on every call with it is refused. What it sent before stays."),
            "confirm_label": _("End the token"),
            "danger": True,
        },
    )


def _found(request: HttpRequest, client_id: int) -> ApiClient:
    one = queries.clients(actor=actor_of_request(request)).filter(pk=client_id).first()
    if one is None:
        raise Http404
    return one
