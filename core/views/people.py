"""People who sign in: list, page, adding, closing, and the link by which they choose a password."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.roles import Role
from core.access.web import actor_of_request, requires
from core.actions import users
from core.actions.appointments import Refused
from core.audit_words import all_words, in_words
from core.forms.people import AddPerson, FindPeople, Reason
from core.models import Appointment, User
from core.queries import password_links
from core.queries import people as queries
from core.queries.paging import page_of
from core.views.asking import ask, form_page
from core.views.one_time import show_link
from core.views.paging import key_asked, page_urls
from core.views.wording import APPOINTMENT_TONES, days, place_and_programme

REFUSALS = (users.NotOneself, users.NotActive, Refused)


@require_safe
@requires(Permission.ACCESS_PROPOSE)
def people(request: HttpRequest) -> HttpResponse:
    """Everybody whom the actor may appoint, by name."""
    form = FindPeople(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    found = queries.people(
        actor=actor_of_request(request), search=asked.get("search", ""), state=asked.get("state", "")
    )
    page = page_of(
        found, order=["full_name", "id"], after=key_asked(request, "after"), before=key_asked(request, "before")
    )
    context = {
        "page_title": _("People"),
        "tabs": people_tabs(actor_of_request(request), current="people"),
        "filter_form": form,
        "list_url": request.path,
        "filtered": bool(asked.get("search") or asked.get("state")),
        "columns": [{"label": label} for label in (_("Name"), _("E-mail address"), _("Roles"), _("Account"))],
        "rows": [_row(user) for user in page.rows],
        **page_urls(request, page),
    }
    return render(request, "core/people/list.html", context)


def _row(user: User) -> list[Any]:
    live: list[Appointment] = user.live  # type: ignore[attr-defined]
    roles = "; ".join(f"{one.get_role_display()} ({place_and_programme(one)}){_mark(one)}" for one in live)
    return [
        {"text": user.full_name, "url": reverse("core:person", args=[user.pk])},
        user.email,
        roles or _("No role"),
        _account(user),
    ]


def _mark(appointment: Appointment) -> str:
    return f", {_('waiting')}" if appointment.status == Appointment.Status.PROPOSED else ""


def _account(user: User) -> dict[str, str]:
    if not user.is_active:
        return {"text": _("Deactivated"), "tone": "neutral"}
    if not user.has_usable_password():
        return {"text": _("No password yet"), "tone": "waiting"}
    return {"text": _("Active"), "tone": "good"}


def people_tabs(actor: Actor, *, current: str) -> list[dict[str, Any]]:
    """The tabs over the pages about people."""
    return [
        {"label": _("People"), "url": reverse("core:people"), "current": current == "people"},
        {
            "label": _("Appointments to confirm"),
            "url": reverse("core:appointments"),
            "current": current == "appointments",
            "count": queries.to_confirm(actor=actor).count(),
        },
        {
            "label": _("Links to give"),
            "url": reverse("core:password_links"),
            "current": current == "links",
            "count": password_links.waiting(actor=actor).count(),
        },
        {"label": _("Partner systems"), "url": reverse("core:api_clients"), "current": current == "clients"},
    ]


@require_http_methods(["GET", "POST"])
@requires(Permission.ACCESS_PROPOSE)
def add(request: HttpRequest) -> HttpResponse:
    """A new person, who may do nothing yet; the answer shows their one-time link."""
    form = AddPerson(request.POST if request.method == "POST" else None)
    if form.is_valid():
        actor, at = actor_of_request(request), timezone.now()
        if queries.email_taken(form.cleaned_data["email"]):
            form.add_error("email", _("Somebody has this e-mail address already."))
        else:
            user = users.create(**form.cleaned_data, password=None, actor=actor, at=at)
            return show_link(request, user, title=_("%(name)s was added") % {"name": user.full_name})
    return form_page(
        request,
        form=form,
        page_title=_("Add a person"),
        cancel_url=reverse("core:people"),
        button=_("Add the person"),
        crumbs=_crumbs(),
    )


@require_safe
@requires(Permission.ACCESS_PROPOSE)
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    """One person: account, appointments, and what was done to them."""
    actor = actor_of_request(request)
    user = the_person(request, user_id)
    theirs = list(queries.appointments(actor=actor).filter(user_id=user_id))
    last = user.last_login
    link = password_links.waiting_for(actor=actor, user_id=user_id)
    context = {
        "page_title": user.full_name,
        "crumbs": [*_crumbs(), {"label": user.full_name}],
        "person": user,
        "oneself": user.pk == actor.user_id,
        "summary": [
            {"key": _("E-mail address"), "value": user.email},
            {"key": _("Account"), "value": _account(user)["text"], "tone": _account(user)["tone"]},
            {"key": _("Added"), "value": date_format(timezone.localtime(user.created_at), "j F Y")},
            {"key": _("Last signed in"), "value": _moment(last) if last else _("Never")},
        ],
        "columns": [
            {"label": label} for label in (_("Role"), _("Place and programme"), _("Days"), _("State"), _("What to do"))
        ],
        "rows": [_appointment_row(one) for one in theirs],
        "events": _events(actor, user_id, theirs),
        "link_url": reverse("core:password_link_page", args=[link.pk]) if link else "",
    }
    return render(request, "core/people/person.html", context)


def _moment(at: Any) -> str:
    return str(date_format(timezone.localtime(at), "j F Y, H:i"))


def _appointment_row(one: Appointment) -> list[Any]:
    todo: Any = ""
    if one.status == Appointment.Status.PROPOSED:
        todo = {"text": _("Confirm or refuse"), "url": reverse("core:appointment", args=[one.pk])}
    elif one.status == Appointment.Status.IN_FORCE:
        todo = {"text": _("End"), "url": reverse("core:appointment_end", args=[one.pk])}
    acting = f" ({one.get_kind_display()})" if one.kind == Appointment.Kind.ACTING else ""
    return [
        f"{one.get_role_display()}{acting}",
        place_and_programme(one),
        days(one),
        {"text": one.get_status_display(), "tone": APPOINTMENT_TONES[one.status]},
        todo,
    ]


def _events(actor: Actor, user_id: int, theirs: list[Appointment]) -> list[dict[str, Any]]:
    acts = queries.acts_on(actor=actor, user_id=user_id)
    by_name, known = queries.names(act.actor_id for act in acts), all_words()
    roles = {one.pk: f"{Role(one.role).label}, {place_and_programme(one)}" for one in theirs}
    return [
        {
            "title": in_words(act.action, known),
            "by": by_name.get(act.actor_id or 0, _("The system")),
            "at": act.at,
            "text": ". ".join(
                part
                for part in (roles.get(act.subject_id or 0) if act.subject_type == "appointment" else "", act.reason)
                if part
            ),
        }
        for act in acts
    ]


@require_http_methods(["GET", "POST"])
@requires(Permission.ACCESS_PROPOSE)
def deactivate(request: HttpRequest, user_id: int) -> HttpResponse:
    """Close the account."""
    user = the_person(request, user_id)
    return ask(
        request,
        form=Reason,
        act=lambda data: users.deactivate(
            user_id=user_id, actor=actor_of_request(request), at=timezone.now(), reason=data["reason"]
        ),
        refusals=REFUSALS,
        done=_("%(name)s can no longer sign in.") % {"name": user.full_name},
        back_url=reverse("core:person", args=[user_id]),
        context={
            "page_title": _("Deactivate this account"),
            "caption": user.full_name,
            "question": _("Their appointments end, and they are signed out everywhere at once."),
            "confirm_label": _("Deactivate"),
            "danger": True,
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.ACCESS_PROPOSE)
def reactivate(request: HttpRequest, user_id: int) -> HttpResponse:
    """Open a closed account again."""
    user = the_person(request, user_id)
    return ask(
        request,
        form=Reason,
        act=lambda data: users.reactivate(
            user_id=user_id, actor=actor_of_request(request), at=timezone.now(), reason=data["reason"]
        ),
        refusals=REFUSALS,
        done=_("%(name)s has an account again. Give them a link to choose a password.") % {"name": user.full_name},
        back_url=reverse("core:person", args=[user_id]),
        context={
            "page_title": _("Activate this account again"),
            "caption": user.full_name,
            "question": _("They will have no role and no password until you give them one."),
            "confirm_label": _("Activate"),
        },
    )


def the_person(request: HttpRequest, user_id: int) -> User:
    """The person of the address, if the actor may appoint them."""
    user = queries.person(actor=actor_of_request(request), user_id=user_id)
    if user is None:
        raise Http404
    return user


def _crumbs() -> list[dict[str, str]]:
    return [{"label": _("People"), "url": reverse("core:people")}]
