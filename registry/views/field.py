"""Forms that came from phones: what waits for photographs, what stopped, and what became of the rest."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import audit
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.forms.people import Reason
from core.queries.paging import page_of
from core.views.asking import ask
from core.views.paging import key_asked, page_urls
from core.views.wording import counted
from registry.actions import device_forms as act
from registry.models import DeviceForm, Submission
from registry.queries import device_forms
from registry.queries.said import translator
from registry.tasks import tell_worker
from registry.views.access import actor_of, needs
from registry.views.field_tabs import field_tabs

REVIEW = Permission.REGISTRY_REVIEW
_ONLY = {"open": device_forms.open_ones, "aside": device_forms.set_aside}
_TONES = {
    Submission.Status.ACCEPTED: "good",
    Submission.Status.IN_REVIEW: "waiting",
    Submission.Status.REFUSED: "bad",
    Submission.Status.RETURNED: "bad",
    Submission.Status.REJECTED: "neutral",
}


@require_safe
@needs(REVIEW)
def forms(request: HttpRequest) -> HttpResponse:
    """The forms of the actor's places, newest first; ``open``: only those to be taken in yet; ``aside``: set aside."""
    actor = actor_of(request)
    only = next((name for name in _ONLY if request.GET.get(name) == "1"), "")
    found = _ONLY.get(only, device_forms.visible)(actor=actor)
    page = page_of(found, order=["-id"], after=key_asked(request, "after"), before=key_asked(request, "before"))
    address = reverse("registry:field_forms")
    context = {
        "page_title": _("Forms from phones"),
        "tabs": field_tabs(actor, current="forms"),
        "insets": []
        if only
        else [
            {"text": text, "url": f"{address}?{name}=1"}
            for name, text in (("open", _waiting(actor)), ("aside", _aside(actor)))
            if text
        ],
        "all_url": address if only else "",
        "columns": [{"label": label} for label in (_("Came"), _("Phone"), _("Carried by"), _("Village"), _("State"))],
        "rows": [_row(one) for one in page.rows],
        **page_urls(request, page),
    }
    _log(request, "field_forms", [one.pk for one in page.rows])
    return render(request, "registry/field_forms.html", context)


def _waiting(actor: Actor) -> str:
    count = device_forms.open_ones(actor=actor).count()
    return counted(count, "%(n)s form is not taken in yet.", "%(n)s forms are not taken in yet.")


def _aside(actor: Actor) -> str:
    count = device_forms.set_aside(actor=actor).count()
    return counted(
        count,
        "%(n)s second interview was set aside: it cannot enter as it is.",
        "%(n)s second interviews were set aside: they cannot enter as they are.",
    )


def _row(one: DeviceForm) -> list[Any]:
    return [
        {"text": _moment(one.received_at), "url": reverse("registry:field_form", args=[one.uuid])},
        one.sign_in.name,
        one.user.full_name,
        device_forms.place_of(one),
        _state(one),
    ]


def _state(one: DeviceForm) -> dict[str, str]:
    if one.submission is not None:
        return {"text": one.submission.get_status_display(), "tone": _TONES.get(one.submission.status, "neutral")}  # type: ignore[call-overload]
    if one.status == DeviceForm.Status.SET_ASIDE:
        return {"text": one.get_status_display(), "tone": "bad", "more": _(one.error)}
    if one.reinterview_id is not None:
        return {"text": _("Compared as a second interview"), "tone": "good"}
    if one.error:
        return {"text": _("Stopped with an error"), "tone": "bad"}
    return {"text": one.get_status_display(), "tone": "waiting"}


@require_safe
@needs(REVIEW)
def form(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One form: who sent it and when, its photographs, what it follows, what became of it."""
    one = _found(request, uuid)
    _log(request, "field_form", [one.pk])
    came = set(one.attachments.values_list("name", flat=True))
    missing = [name for name in one.wanted if name not in came]
    state, aside = _state(one), one.status == DeviceForm.Status.SET_ASIDE
    context = {
        "page_title": _("Form from a phone"),
        "caption": one.sign_in.name,
        "crumbs": [
            {"label": _("Forms from phones"), "url": reverse("registry:field_forms")},
            {"label": _moment(one.received_at)},
        ],
        "summary": [
            {"key": _("State"), "value": state["text"], "tone": state["tone"]},
            {"key": _("Came"), "value": _moment(one.received_at)},
            {"key": _("Carried by"), "value": one.user.full_name},
            {"key": _("Village"), "value": device_forms.place_of(one)},
            {"key": _("Questionnaire"), "value": one.questionnaire.code},
            {"key": _("Number of the form"), "value": one.instance_id},
            {"key": _("Number of the device"), "value": one.device_id},
            {
                "key": _("Photographs"),
                "value": _("%(came)s of %(wanted)s came")
                % {"came": len(one.wanted) - len(missing), "wanted": len(one.wanted)}
                if one.wanted
                else _("None asked for"),
            },
            *([{"key": _("Why") if aside else _("What went wrong"), "value": _(one.error)}] if one.error else []),
        ],
        "follows": [
            {"text": _moment(other.received_at), "url": reverse("registry:field_form", args=[other.uuid])}
            for other in device_forms.followed(form=one)
            if other.district_id == one.district_id
        ],
        "issues": _issues(one),
        "submission_url": reverse("registry:review_submission", args=[one.submission.uuid]) if one.submission else "",
        "release_url": reverse("registry:field_release", args=[one.uuid])
        if one.status == DeviceForm.Status.INCOMPLETE
        else "",
        "aside": aside,
        "again_url": reverse("registry:field_try_again", args=[one.uuid])
        if aside and one.user_id != actor_of(request).user_id
        else "",
    }
    return render(request, "registry/field_form.html", context)


def _issues(one: DeviceForm) -> list[str]:
    if one.submission is None or one.submission.status != Submission.Status.REFUSED:
        return []
    said = translator()
    return [
        f"{issue.location}: {said(issue.message)}" if issue.location else said(issue.message)
        for issue in one.submission.issues.order_by("id")
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(REVIEW)
def release(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a form in although photographs of it never came."""
    one = _found(request, uuid)
    return ask(
        request,
        form=Reason,
        act=lambda data: act.release(
            form_id=one.pk, reason=data["reason"], tell=tell_worker, actor=actor_of(request), at=timezone.now()
        ),
        refusals=(act.NotIncomplete, NotPermitted),
        done=_("The form is on its way into the register."),
        back_url=reverse("registry:field_form", args=[one.uuid]),
        context={
            "page_title": _("Go on without the missing photographs?"),
            "caption": one.sign_in.name,
            "question": _("The form is checked and taken in with the photographs that are there. Ask the team first."),
            "confirm_label": _("Go on without them"),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(REVIEW)
def try_again(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Have a form tried once more that was set aside."""
    one = _found(request, uuid)
    return ask(
        request,
        form=Reason,
        act=lambda data: act.try_again(
            form_id=one.pk, reason=data["reason"], tell=tell_worker, actor=actor_of(request), at=timezone.now()
        ),
        refusals=(act.NotSetAside, NotPermitted),
        done=_("The form is tried again. If it still cannot enter, it is set aside again."),
        back_url=reverse("registry:field_form", args=[one.uuid]),
        context={
            "page_title": _("Try this second interview again?"),
            "caption": one.sign_in.name,
            "question": _("It was set aside for this reason: %(why)s Go on if that is no longer so.")
            % {"why": _(one.error)}
            if one.error
            else _("It is not set aside any more."),
            "confirm_label": _("Try it again"),
        },
    )


def _found(request: HttpRequest, uuid: UUID) -> DeviceForm:
    one = device_forms.visible(actor=actor_of(request)).filter(uuid=uuid).first()
    if one is None:
        raise Http404
    return one


def _moment(at: Any) -> str:
    return str(date_format(timezone.localtime(at), "j F Y, H:i"))


def _log(request: HttpRequest, page: str, numbers: list[int]) -> None:
    audit.read(actor=actor_of(request), at=timezone.now(), page=page, subject_type="device_form", subject_ids=numbers)
