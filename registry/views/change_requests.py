"""Changes that were asked for: the queue, one request side by side, and the decision."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import files
from core.access.actor import NotPermitted
from core.access.permissions import Permission
from core.hooks import change_preview
from core.views.asking import ask
from core.views.errors import conflict
from core.views.reads import saw_households
from registry.actions import changes as act
from registry.actions.changes import applying
from registry.forms import words
from registry.forms.changes import DecideForm
from registry.forms.reasons import DecisionForm
from registry.models import ChangeRequest
from registry.queries import changes, households
from registry.views import effects
from registry.views.access import actor_of, needs
from registry.views.changes import conflict_lines

VIEW, DECIDE, REGISTER = (
    Permission.REGISTRY_VIEW,
    Permission.REGISTRY_DECIDE_CHANGE,
    Permission.REGISTRY_REGISTER,
)


@require_safe
@needs(DECIDE, REGISTER)
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, first due first; and what one asked for oneself."""
    actor = actor_of(request)
    page = changes.queue(actor=actor, after=request.GET.get("after", ""))
    own = changes.mine(actor=actor)
    numbers = sorted({row.household_id for row in [*page.rows, *own]})
    saw_households(request, "changes", numbers)
    heads = households.heads(household_ids=numbers)
    context = {
        "page_title": _("Changes that wait for a decision"),
        "columns": [
            {"label": _("Due")},
            {"label": _("What")},
            {"label": _("Household")},
            {"label": _("Village")},
            {"label": _("Asked for by")},
        ],
        "rows": [_row(row, heads) for row in page.rows],
        "own": [_row(row, heads) for row in own],
        "decides": actor.may(DECIDE),
        "next_url": f"{reverse('registry:changes')}?after={page.next_key}" if page.next_key else "",
    }
    return render(request, "registry/changes.html", context)


def _row(row: ChangeRequest, heads: dict[int, str]) -> list[Any]:
    late = row.due_on < timezone.localdate()
    due = words.day(row.due_on)
    what = words.change(row.kind) + (f": {row.person}" if row.person else "")
    return [
        {"text": due, "status": _("%(day)s, overdue") % {"day": due}, "tone": "bad"} if late else due,
        {"text": what, "url": reverse("registry:change", args=[row.uuid])},
        heads.get(row.household_id) or row.household.reference,
        words.place(row.area, row.district),
        row.requested_by.full_name,
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW)
def page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One request: what it changes, what was found, and, for whom it may concern, the decision."""
    found, actor = _found(request, uuid), actor_of(request)
    form = DecideForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        decide = act.accept if form.cleaned_data["decision"] == "accept" else act.refuse
        try:
            decide(change_id=found.pk, reason=form.cleaned_data["reason"], actor=actor, at=timezone.now())
        except (act.NotWaiting, act.ChangedSince) as error:
            return conflict(request, sentence=_(str(error)), back_url=request.path)
        except (
            act.OwnChange,
            act.DeclaredInterestInTheWay,
            act.ReasonNeeded,
            act.DetailsWrong,
            act.NobodyAnswers,
        ) as error:
            form.add_error(None, _(str(error)))
        else:
            messages.success(request, _("The decision is recorded."))
            return redirect("registry:change", uuid=uuid)
    return render(request, "registry/change.html", _context(request, found, form), status=422 if form.errors else 200)


def _context(request: HttpRequest, found: ChangeRequest, form: DecideForm) -> dict[str, Any]:
    actor = actor_of(request)
    waits = found.status == ChangeRequest.Status.REQUESTED
    own = found.requested_by_id == actor.user_id
    may = actor.may_in(DECIDE, area_path=found.household.area.path)
    context: dict[str, Any] = {
        "page_title": words.change(found.kind) + (f": {found.person}" if found.person else ""),
        "caption": found.reference,
        "crumbs": [
            {
                "label": found.household.reference,
                "url": reverse("registry:household", args=[found.household.reference]),
            },
            {"label": found.reference},
        ],
        "summary": _summary(found),
        "findings": [_(one["text"]) for one in found.findings],
        "waits": waits,
        "own": own and waits,
        "form": form if waits and may and not own else None,
        "withdraw_url": reverse("registry:change_withdraw", args=[found.uuid]) if waits and own else "",
        "groups": [],
    }
    if waits:
        context |= _ahead(found)
    return context


def _ahead(found: ChangeRequest) -> dict[str, Any]:
    """What it would do to the household as it is now."""
    now = timezone.now()
    plan = changes.plan(
        kind=found.kind,
        household=found.household,
        person_reference=found.person.reference if found.person else "",
        texts=found.details,
        today=timezone.localdate(now),
    )
    change = applying.change_of(found.kind, found.household, plan, at=now, reference=found.reference)
    told = [sentence for function in change_preview.functions for sentence in function(change)]
    return {
        "groups": effects.groups(found.household, plan),
        "notes": [_(note) for note in plan.notes] + told,
        "problems": [_(problem.sentence) for problem in plan.details.problems],
        "conflicts": conflict_lines(changes.conflicting(touches=found.touches, but=found.pk)),
    }


def _summary(found: ChangeRequest) -> list[dict[str, Any]]:
    by = found.decided_by.full_name if found.decided_by else ""
    rows: list[dict[str, Any]] = [
        {"key": _("State"), "value": found.get_status_display(), "tone": words.CHANGE_TONES[found.status]},
        {
            "key": _("Household"),
            "value": f"{found.household.reference}, {found.household.area.name}",
            "url": reverse("registry:household", args=[found.household.reference]),
        },
        {
            "key": _("Asked for"),
            "value": _("%(day)s by %(name)s")
            % {"day": words.day(timezone.localdate(found.requested_at)), "name": found.requested_by.full_name},
        },
        {"key": _("Reason"), "value": found.reason},
        {"key": _("To be decided by"), "value": words.day(found.due_on)},
    ]
    if found.other_household:
        rows.insert(2, {"key": _("Other household"), "value": found.other_household.reference})
    if found.evidence:
        url = reverse("registry:change_evidence", args=[found.uuid])
        rows.append({"key": _("Evidence"), "value": found.evidence.name, "url": url})
    if found.decided_at:
        day = words.day(timezone.localdate(found.decided_at))
        rows.append({"key": _("Decided"), "value": _("%(day)s by %(name)s") % {"day": day, "name": by}})
        rows.append({"key": _("Why"), "value": found.decision_reason})
    return rows


@require_http_methods(["GET", "HEAD", "POST"])
@needs(REGISTER)
def withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take back what one asked for."""
    found, actor = _found(request, uuid), actor_of(request)
    back = reverse("registry:change", args=[uuid])
    if found.requested_by_id != actor.user_id:
        raise Http404
    return ask(
        request,
        form=DecisionForm,
        act=lambda data: act.withdraw(change_id=found.pk, reason=data["reason"], actor=actor, at=timezone.now()),
        overtaken=(act.NotWaiting, NotPermitted),
        back_url=back,
        context={
            "page_title": _("Withdraw this change?"),
            "caption": found.reference,
            "confirm_label": _("Yes, withdraw"),
        },
    )


@require_safe
@needs(DECIDE, REGISTER)
def evidence(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The paper that was handed in, as a download."""
    found = _found(request, uuid)
    if found.evidence is None or found.evidence.erased_at is not None:
        raise Http404
    try:
        path = files.stored_path(found.evidence)
    except files.FileGone:
        raise Http404 from None
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=found.evidence.name, content_type=found.evidence.media_type
    )


def _found(request: HttpRequest, uuid: UUID) -> ChangeRequest:
    """The request, if the actor may see it; the look is in the log before anything is shown."""
    actor = actor_of(request)
    found = changes.request(actor=actor, uuid=uuid)
    if found is None:
        raise Http404
    saw_households(request, "change", [found.household_id])
    return found
