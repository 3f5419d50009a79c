"""The field team's phones: who has a sign-in, giving one with its QR code, ending one."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access.actor import NotPermitted
from core.access.permissions import Permission
from core.actions import devices as act
from core.forms.people import Reason
from core.models import DeviceSignIn
from core.queries import devices
from core.queries.paging import page_of
from core.views.asking import ask, fill_in
from core.views.credentials import day, end_of, life, state
from core.views.paging import key_asked, page_urls
from registry.forms.devices import GiveForm
from registry.openrosa import settings_code
from registry.views.access import actor_of, needs
from registry.views.field_tabs import field_tabs

DEVICES = Permission.REGISTRY_DEVICES


@require_safe
@needs(DEVICES)
def phones(request: HttpRequest) -> HttpResponse:
    """Every sign-in of the actor's places, newest first."""
    actor = actor_of(request)
    page = page_of(
        devices.sign_ins(actor=actor),
        order=["-id"],
        after=key_asked(request, "after"),
        before=key_asked(request, "before"),
    )
    context = {
        "page_title": _("Phones of the field team"),
        "tabs": field_tabs(actor, current="phones"),
        "columns": [{"label": label} for label in (_("Phone"), _("Carried by"), _("Given"), _("State"))],
        "rows": [
            [
                {"text": one.name, "url": reverse("registry:phone", args=[one.pk])},
                one.user.full_name,
                day(one.created_at),
                state(one),
            ]
            for one in page.rows
        ],
        **page_urls(request, page),
    }
    return render(request, "registry/phones.html", context)


@require_safe
@needs(DEVICES)
def phone(request: HttpRequest, device_id: int) -> HttpResponse:
    """One sign-in."""
    one = _found(request, device_id)
    shown = state(one)
    context = {
        "page_title": one.name,
        "caption": _("Phone of the field team"),
        "crumbs": [{"label": _("Phones"), "url": reverse("registry:phones")}, {"label": one.name}],
        "summary": [
            {"key": _("State"), "value": shown["text"], "tone": shown["tone"]},
            {"key": _("Carried by"), "value": one.user.full_name},
            {"key": _("User name in the app"), "value": one.username},
            *life(one),
        ],
        "end_url": reverse("registry:phone_end", args=[one.pk]) if one.revoked_at is None else "",
    }
    return render(request, "registry/phone.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(DEVICES)
def give(request: HttpRequest) -> HttpResponse:
    """A new sign-in; the answer shows its password and QR code, this once."""
    actor, today, now = actor_of(request), timezone.localdate(), timezone.now()
    people = devices.collectors(actor=actor)
    form = GiveForm(
        request.POST if request.method == "POST" else None,
        people=people,
        today=today,
        initial={"last_day": today + timedelta(days=90)},
    )

    def give_it(told: dict[str, Any]) -> tuple[DeviceSignIn, str]:
        try:
            return act.give(
                uuid=told["one_shot"],
                name=told["name"],
                user_id=told["person"],
                expires_at=end_of(told["last_day"]),
                actor=actor,
                at=now,
            )
        except NotPermitted as error:
            why = _("This person registers outside your area too, so an administrator gives the sign-in.")
            raise ValidationError({"person": why}) from error

    return fill_in(
        request,
        form=form,
        act=give_it,
        then=partial(_given, request),
        refusals=(act.NotToOneself, act.CollectsNowhere, act.ExpiresTooEarly),
        overtaken=(act.GivenAlready,),
        back_url=reverse("registry:phones"),
        page_title=_("Give a phone a sign-in"),
        crumbs=[{"label": _("Phones"), "url": reverse("registry:phones")}, {"label": _("New sign-in")}],
        button=_("Give the sign-in"),
    )


def _given(request: HttpRequest, given: tuple[DeviceSignIn, str]) -> HttpResponse:
    device, password = given
    server = request.build_absolute_uri(reverse("openrosa:form_list")).removesuffix("/formList")
    said = settings_code.text(
        server_url=server, username=device.username, password=password, project=settings.SERVICE_NAME
    )
    context = {
        "page_title": _("Set up %(name)s now") % {"name": device.name},
        "picture": settings_code.picture(said),
        "summary": [
            {"key": _("Server"), "value": server},
            {"key": _("User name"), "value": device.username},
            {"key": _("Password"), "value": password},
        ],
        "back_url": reverse("registry:phone", args=[device.pk]),
    }
    return render(request, "registry/phone_given.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(DEVICES)
def end(request: HttpRequest, device_id: int) -> HttpResponse:
    """End a sign-in, for instance when the phone is lost."""
    one = _found(request, device_id)
    return ask(
        request,
        form=Reason,
        act=lambda data: act.revoke(
            device_id=one.pk, reason=data["reason"], actor=actor_of(request), at=timezone.now()
        ),
        refusals=(NotPermitted,),
        done=_("%(name)s can no longer send or load anything.") % {"name": one.name},
        back_url=reverse("registry:phone", args=[one.pk]),
        context={
            "page_title": _("End this phone's sign-in?"),
            "caption": one.name,
            "question": _(
                "From now on the phone can neither load forms nor send any. What it sent before stays. Forms that it "
                "still holds can be sent after it has been set up with a new sign-in."
            ),
            "confirm_label": _("End the sign-in"),
            "danger": True,
        },
    )


def _found(request: HttpRequest, device_id: int) -> DeviceSignIn:
    one = devices.sign_ins(actor=actor_of(request)).filter(pk=device_id).first()
    if one is None:
        raise Http404
    return one
