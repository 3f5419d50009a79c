"""Proposing, confirming, refusing and ending appointments."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.roles import Role
from core.access.web import actor_of_request, requires
from core.actions import appointments as actions
from core.forms.people import Appoint, Reason
from core.hooks import programmes
from core.models import Appointment
from core.queries import people as queries
from core.views import deciding
from core.views.asking import ask, fill_in
from core.views.people import people_tabs
from core.views.wording import APPOINTMENT_TONES, days, place_and_programme


@require_safe
@requires(Permission.ACCESS_CONFIRM)
def waiting(request: HttpRequest) -> HttpResponse:
    """Appointments that wait for a second person; oldest first."""
    actor = actor_of_request(request)
    context = {
        "page_title": _("Appointments to confirm"),
        "tabs": people_tabs(actor, current="appointments"),
        "columns": [
            {"label": label}
            for label in (
                _("Person"),
                _("Role"),
                _("Place and programme"),
                _("Days"),
                _("Proposed by"),
                _("What to do"),
            )
        ],
        "rows": [_row(one, actor) for one in queries.to_confirm(actor=actor)[:200]],
    }
    return render(request, "core/people/waiting.html", context)


def _row(one: Appointment, actor: Actor) -> list[Any]:
    barred = _barred(one, actor)
    decide = {"text": barred or _("Confirm or refuse"), "url": reverse("core:appointment", args=[one.pk])}
    return [
        one.user.full_name,
        one.get_role_display(),
        place_and_programme(one),
        days(one),
        one.proposed_by.full_name if one.proposed_by else _("The system"),
        decide,
    ]


def _barred(one: Appointment, actor: Actor) -> str:
    """Why this person cannot confirm, or nothing."""
    if one.user_id == actor.user_id:
        return _("This is for you: somebody else has to decide.")
    if one.proposed_by_id == actor.user_id:
        return _("You proposed this: somebody else has to confirm it.")
    return ""


@require_safe
@requires(Permission.ACCESS_PROPOSE)
def appointment(request: HttpRequest, appointment_id: int) -> HttpResponse:
    """One appointment, with what the role allows, and the decision where one is due."""
    return _page(request, appointment_id, form=Reason())


def _page(
    request: HttpRequest, appointment_id: int, *, form: Reason, refusal: str = "", status: int = 200
) -> HttpResponse:
    one = _found(request, appointment_id)
    actor, role = actor_of_request(request), Role(one.role)
    context = {
        "page_title": role.label,
        "caption": one.user.full_name,
        "crumbs": [
            {"label": _("People"), "url": reverse("core:people")},
            {"label": one.user.full_name, "url": reverse("core:person", args=[one.user_id])},
            {"label": role.label},
        ],
        "one": one,
        "summary": [
            {"key": _("State"), "value": one.get_status_display(), "tone": APPOINTMENT_TONES[one.status]},
            {"key": _("Place and programme"), "value": place_and_programme(one)},
            {"key": _("Kind"), "value": one.get_kind_display()},
            {"key": _("Days"), "value": days(one)},
            {"key": _("Reason"), "value": one.reason},
            {"key": _("Proposed by"), "value": one.proposed_by.full_name if one.proposed_by else _("The system")},
            *([{"key": _("Confirmed by"), "value": one.confirmed_by.full_name}] if one.confirmed_by else []),
        ],
        "description": role.description,
        "allows": [permission.label for permission in Permission if permission in role.permissions],
        "due": one.status == Appointment.Status.PROPOSED and actor.may(Permission.ACCESS_CONFIRM),
        "running": one.status == Appointment.Status.IN_FORCE,
        "barred": _barred(one, actor),
        "decide": {
            "url": reverse("core:appointment_confirm", args=[one.pk]),
            "label": _("Confirm the appointment"),
            "refuse_url": reverse("core:appointment_refuse", args=[one.pk]),
            "refuse_label": _("Refuse the appointment"),
        },
        "form": form,
        "refusal": refusal,
    }
    return render(request, "core/people/appointment.html", context, status=status)


@require_POST
@requires(Permission.ACCESS_CONFIRM)
def confirm(request: HttpRequest, appointment_id: int) -> HttpResponse:
    """Confirm it as the second person."""
    one = _found(request, appointment_id)

    def confirmed(_one: object) -> HttpResponse:
        messages.success(request, _("The appointment is confirmed."))
        return redirect("core:person", one.user_id)

    return deciding.agree(
        act=lambda: actions.confirm(appointment_id=one.pk, actor=actor_of_request(request), at=timezone.now()),
        refusals=(actions.Refused,),
        then=confirmed,
        page=partial(_page, request, appointment_id),
    )


@require_POST
@requires(Permission.ACCESS_CONFIRM)
def refuse(request: HttpRequest, appointment_id: int) -> HttpResponse:
    """Refuse it, or withdraw one's own proposal, with a reason."""
    one = _found(request, appointment_id)
    return deciding.refuse(
        request,
        act=lambda told: actions.refuse(
            appointment_id=one.pk, actor=actor_of_request(request), at=timezone.now(), **told
        ),
        refusals=(actions.Refused,),
        done=_("The appointment is refused."),
        back_url=reverse("core:person", args=[one.user_id]),
        page=partial(_page, request, appointment_id),
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.ACCESS_PROPOSE)
def end(request: HttpRequest, appointment_id: int) -> HttpResponse:
    """End it today."""
    one = _found(request, appointment_id)
    return ask(
        request,
        form=Reason,
        act=lambda data: actions.end(
            appointment_id=one.pk, actor=actor_of_request(request), at=timezone.now(), reason=data["reason"]
        ),
        refusals=(actions.Refused,),
        done=_("The appointment has ended."),
        back_url=reverse("core:person", args=[one.user_id]),
        context={
            "page_title": _("End this appointment"),
            "caption": one.user.full_name,
            "question": _("%(role)s, %(place)s: it ends today, and what it allows ends at once.")
            % {"role": one.get_role_display(), "place": place_and_programme(one)},
            "confirm_label": _("End the appointment"),
            "danger": True,
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.ACCESS_PROPOSE)
def appoint(request: HttpRequest, user_id: int) -> HttpResponse:
    """Propose a role for a person."""
    actor = actor_of_request(request)
    user = queries.person(actor=actor, user_id=user_id)
    if user is None:
        raise Http404
    form = Appoint(
        request.POST if request.method == "POST" else None,
        places=queries.places_to_appoint(actor=actor),
        programmes=[one for function in programmes.functions for one in function()],
        initial={"starts_on": timezone.localdate()},
    )

    def propose(told: dict[str, Any]) -> Appointment:
        scope = actions.scope_for(area_id=told["place"], programme_code=told["programme"])
        return actions.propose(
            user_id=user_id,
            role=Role(told["role"]),
            scope_id=scope.pk,
            starts_on=told["starts_on"],
            ends_on=told["ends_on"],
            kind=told["kind"],
            reason=told["reason"],
            actor=actor,
            at=timezone.now(),
        )

    def proposed(made: Appointment) -> HttpResponse:
        waits = made.status == Appointment.Status.PROPOSED
        messages.success(
            request,
            _("Proposed. It counts once a second person has confirmed it.")
            if waits
            else _("The appointment is in force."),
        )
        return redirect("core:person", user_id)

    return fill_in(
        request,
        form=form,
        act=propose,
        then=proposed,
        refusals=(actions.Refused,),
        back_url=reverse("core:person", args=[user_id]),
        page_title=_("Propose an appointment"),
        caption=user.full_name,
        crumbs=[
            {"label": _("People"), "url": reverse("core:people")},
            {"label": user.full_name, "url": reverse("core:person", args=[user_id])},
            {"label": _("Propose an appointment")},
        ],
        button=_("Propose"),
    )


def _found(request: HttpRequest, appointment_id: int) -> Appointment:
    one = queries.appointment(actor=actor_of_request(request), appointment_id=appointment_id)
    if one is None:
        raise Http404
    return one
