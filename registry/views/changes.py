"""Reporting a change: what happened, to whom, the details, what it would do, and sending it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access.permissions import Permission
from core.views.errors import conflict
from core.views.reads import saw_households
from registry.actions import changes as act
from registry.changes import KINDS, Kind, Member, State
from registry.forms import words
from registry.forms.changes import SendForm, asked
from registry.forms.texts import TextsForm
from registry.models import ChangeRequest, Household
from registry.queries import changes, households
from registry.views import effects
from registry.views.access import actor_of, needs

REGISTER = Permission.REGISTRY_REGISTER
PREFIX = "told-"


@require_safe
@needs(REGISTER)
def start(request: HttpRequest, reference: str) -> HttpResponse:
    """What happened? Kinds in plain words, those first that are possible now."""
    household = _household(request, reference, page="change_start")
    context = _frame(household, title=_("Report a change")) | {
        "kinds": [
            {
                "label": _(kind.label),
                "text": _(kind.explanation),
                "url": reverse("registry:change_new", args=[reference, code]),
            }
            for code, kind in KINDS.items()
            if kind.while_status == household.status
        ],
        "open_requests": _open_ones(household),
    }
    return render(request, "registry/change_start.html", context)


def _open_ones(household: Household) -> list[dict[str, str]]:
    return [
        {
            "label": words.change(row.kind) + (f": {row.person}" if row.person else ""),
            "url": reverse("registry:change", args=[row.uuid]),
        }
        for row in changes.of_household(household=household)
        if row.status == ChangeRequest.Status.REQUESTED
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(REGISTER)
def details(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """The details of one kind; sent in, they lead to the preview."""
    household, told = _household(request, reference, page="change_details"), _kind(kind)
    person = request.POST.get("person") or request.GET.get("person", "")
    texts = {name: text for name in ("other_household", "village") if (text := request.POST.get(name))}
    state = changes.state_of(household, today=timezone.localdate(), texts=texts)
    member = state.member(person)
    if told.about_person and member is None:
        return _whom(request, household, told, state)
    form = _details_form(request, told, state, member)
    if request.method == "POST" and form.is_valid():
        try:
            return _preview(request, household, told, person, form.texts, SendForm())
        except act.DetailsWrong as error:
            _blame(form, error)
        except act.DeclaredInterestInTheWay as error:
            form.add_error(None, str(error))
    return _details_page(request, household, told, member, form)


def _details_form(request: HttpRequest, told: Kind, state: State, member: Member | None) -> TextsForm:
    fields = told.fields(state, member)
    return TextsForm(
        request.POST if request.method == "POST" else None,
        asked=asked(fields),
        texts={one.name: one.initial for one in fields},
        latest=state.today,
    )


def _details_page(
    request: HttpRequest, household: Household, told: Kind, member: Member | None, form: TextsForm
) -> HttpResponse:
    seen = request.POST.get("seen") or json.dumps(changes.versions(household))
    context = _frame(household, title=_(told.label)) | {
        "form": form,
        "text": _(told.explanation),
        "member": member.name if member else "",
        "hidden": [("person", member.person["reference"] if member else ""), ("seen", seen)],
        "second": changes.standard(told.code).second_person,
    }
    return render(request, "registry/change_details.html", context, status=422 if form.errors else 200)


def _blame(form: TextsForm, error: act.DetailsWrong) -> None:
    for problem in error.problems:
        form.add_error(problem.field if problem.field in form.fields else None, _(problem.sentence))


def _whom(request: HttpRequest, household: Household, told: Kind, state: State) -> HttpResponse:
    address = reverse("registry:change_new", args=[household.reference, told.code])
    context = _frame(household, title=_(told.label)) | {
        "text": _(told.explanation),
        "people": [
            {"label": one.name, "url": f"{address}?{urlencode({'person': one.person['reference']})}"}
            for one in state.members
        ],
    }
    return render(request, "registry/change_whom.html", context)


def _preview(
    request: HttpRequest, household: Household, told: Kind, person: str, texts: dict[str, str], form: SendForm
) -> HttpResponse:
    shown = act.preview(
        kind=told.code,
        household_id=household.pk,
        person_reference=person,
        texts=texts,
        actor=actor_of(request),
        at=timezone.now(),
    )
    hidden = [("person", person), ("seen", request.POST.get("seen", ""))]
    context = _frame(household, title=_("Is this right?")) | {
        "form": form,
        "kind": _(told.label),
        "groups": effects.groups(household, shown.plan),
        "notes": [_(note) for note in shown.plan.notes] + shown.effects,
        "findings": [_(one["text"]) for one in shown.findings],
        "conflicts": conflict_lines(shown.conflicts),
        "needs_second": shown.needs_second,
        "hidden": hidden + [(f"{PREFIX}{name}", text) for name, text in texts.items() if text],
        "send_url": reverse("registry:change_send", args=[household.reference, told.code]),
        "back_url": reverse("registry:change_new", args=[household.reference, told.code])
        + (f"?{urlencode({'person': person})}" if person else ""),
    }
    return render(request, "registry/change_preview.html", context, status=422 if form.errors else 200)


def conflict_lines(rows: list[ChangeRequest]) -> list[str]:
    """Open requests that touch the same, in words."""
    line = _("%(kind)s (%(reference)s), asked for by %(name)s")
    return [
        line % {"kind": words.change(row.kind), "reference": row.reference, "name": row.requested_by.full_name}
        for row in rows
    ]


@require_POST
@needs(REGISTER)
def send(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """Send it: carried out at once where nobody else has to decide, else it waits."""
    household, told = _household(request, reference, page="change_send"), _kind(kind)
    texts = {name.removeprefix(PREFIX): str(text) for name, text in request.POST.items() if name.startswith(PREFIX)}
    person = request.POST.get("person", "")
    form = SendForm(request.POST, request.FILES)
    back = reverse("registry:change_new", args=[reference, kind]) + (
        f"?{urlencode({'person': person})}" if person else ""
    )
    try:
        if not form.is_valid():
            return _preview(request, household, told, person, texts, form)
        file = form.cleaned_data["evidence"]
        asked_for = act.request(
            uuid=form.cleaned_data["one_shot"],
            kind=told.code,
            household_id=household.pk,
            person_reference=person,
            texts=texts,
            seen_versions=_versions(request.POST.get("seen", "")),
            reason=form.cleaned_data["reason"],
            evidence=(file.name, file.read()) if file else None,
            actor=actor_of(request),
            at=timezone.now(),
        )
    except (act.ChangedSince, act.DetailsWrong, act.OneOpenAlready, act.DeclaredInterestInTheWay) as error:
        return conflict(request, sentence=_(str(error)), back_url=back)
    except IntegrityError:  # two officers at once: the database keeps the second one out
        return conflict(request, back_url=back)
    if asked_for.status == ChangeRequest.Status.APPLIED:
        messages.success(request, _("The change is in the register."))
    else:
        messages.success(request, _("The change is reported. Somebody else decides it."))
    return redirect("registry:change", uuid=asked_for.uuid)


def _versions(text: str) -> dict[str, int]:
    """What the form saw; anything damaged is what nobody saw."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _household(request: HttpRequest, reference: str, *, page: str) -> Household:
    actor = actor_of(request)
    household = households.household(actor=actor, reference=reference, permission=REGISTER)
    if household is None:
        raise Http404
    saw_households(request, page, [household.pk])
    return household


def _kind(code: str) -> Kind:
    if code not in KINDS:
        raise Http404
    return KINDS[code]


def _frame(household: Household, *, title: str) -> dict[str, Any]:
    home = reverse("registry:household", args=[household.reference])
    return {
        "page_title": title,
        "caption": household.reference,
        "crumbs": [
            {"label": _("Households"), "url": reverse("registry:search")},
            {"label": household.reference, "url": home},
            {"label": _("Report a change")},
        ],
        "household_url": home,
        "start_url": reverse("registry:change_start", args=[household.reference]),
    }
