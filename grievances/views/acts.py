"""Acts on a case: each a page that asks, and a POST that does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.web import actor_of_request, requires
from core.views.errors import conflict
from grievances.actions import cases, deciding, handling, moving, naming, remedies
from grievances.forms import officers as forms
from grievances.models import Case
from grievances.queries import cases as reading
from grievances.queries.officers import handlers

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """One act: its words, when it is offered, its form and the action behind it."""

    label: Any
    question: Any
    form: type[forms.OneShotForm]
    run: Callable[[Case, Told, Actor, datetime], object]
    offered: Callable[[Case, Actor], bool]
    main: bool = False
    danger: bool = False


def _works_on_it(case: Case, actor: Actor) -> bool:
    return case.status == Case.Status.IN_PROGRESS and case.assigned_to_id == actor.user_id


def _can_be_taken(case: Case, actor: Actor) -> bool:
    free = case.status in (Case.Status.ACKNOWLEDGED, Case.Status.APPEALED, Case.Status.IN_PROGRESS)
    return free and case.assigned_to_id != actor.user_id and case.previous_decider_id != actor.user_id


ACTS: dict[str, Act] = {
    "acknowledge": Act(
        gettext_lazy("Acknowledge"),
        gettext_lazy("Tell the complainant that the case has arrived and is being dealt with."),
        forms.AcknowledgeForm,
        lambda case, told, actor, at: cases.acknowledge(case_id=case.pk, message=told["message"], actor=actor, at=at),
        lambda case, actor: case.status == Case.Status.RECEIVED,
        main=True,
    ),
    "take": Act(
        gettext_lazy("Take it up"),
        gettext_lazy("You will look into this case and decide it."),
        forms.PlainForm,
        lambda case, told, actor, at: cases.take(case_id=case.pk, actor=actor, at=at),
        _can_be_taken,
        main=True,
    ),
    "decide": Act(
        gettext_lazy("Decide"),
        gettext_lazy("The complainant reads decision and reasons, and may appeal once."),
        forms.DecideForm,
        lambda case, told, actor, at: cases.decide(
            case_id=case.pk,
            outcome=told["outcome"],
            reasons=told["reasons"],
            remedy=told["remedy"],
            actor=actor,
            at=at,
        ),
        _works_on_it,
        main=True,
    ),
    "close": Act(
        gettext_lazy("Close"),
        gettext_lazy("Nothing more is to be done. An appeal in time opens the case again."),
        forms.PlainForm,
        lambda case, told, actor, at: cases.close(case_id=case.pk, actor=actor, at=at),
        lambda case, actor: case.status == Case.Status.DECIDED,
        main=True,
    ),
    "message": Act(
        gettext_lazy("Write to the complainant"),
        gettext_lazy("The complainant reads it with reference and secret."),
        forms.MessageForm,
        lambda case, told, actor, at: cases.message_to_complainant(
            case_id=case.pk, text=told["text"], one_shot=told["one_shot"], actor=actor, at=at
        ),
        lambda case, actor: True,
    ),
    "note": Act(
        gettext_lazy("Internal note"),
        gettext_lazy("Only officers read it."),
        forms.TextForm,
        lambda case, told, actor, at: cases.note(
            case_id=case.pk, text=told["text"], one_shot=told["one_shot"], actor=actor, at=at
        ),
        lambda case, actor: True,
    ),
    "household": Act(
        gettext_lazy("Confirm the household"),
        gettext_lazy("From then on you may speak with the complainant about this household."),
        forms.HouseholdForm,
        lambda case, told, actor, at: cases.link_household(
            case_id=case.pk, reference=told["reference"], actor=actor, at=at
        ),
        lambda case, actor: case.is_open,
    ),
    "assign": Act(
        gettext_lazy("Give to another officer"),
        gettext_lazy("The officer finds it among the cases to work on."),
        forms.OfficerForm,
        lambda case, told, actor, at: cases.assign(case_id=case.pk, user_id=int(told["user"]), actor=actor, at=at),
        lambda case, actor: case.is_open and case.status != Case.Status.RECEIVED,
    ),
    "name": Act(
        gettext_lazy("Name an officer"),
        gettext_lazy("The officer will see this sensitive case; nobody else does."),
        forms.OfficerForm,
        lambda case, told, actor, at: cases.name_officer(
            case_id=case.pk, user_id=int(told["user"]), actor=actor, at=at
        ),
        lambda case, actor: case.sensitive,
    ),
    "sensitive": Act(
        gettext_lazy("Make sensitive"),
        gettext_lazy("From then on only you and the country's grievance officers see it. There is no way back."),
        forms.ReasonForm,
        lambda case, told, actor, at: cases.make_sensitive(case_id=case.pk, reason=told["text"], actor=actor, at=at),
        lambda case, actor: not case.sensitive,
        danger=True,
    ),
}

REFUSALS = (
    moving.IllegalMove,
    moving.InterestInTheWay,
    moving.TextMissing,
    moving.TextTooLong,
    handling.AnotherOfficerNeeded,
    handling.CannotBeGiven,
    handling.HouseholdNotFound,
    deciding.NotYourCase,
    deciding.ContestedOfficer,
    deciding.UnknownChoice,
    naming.NotSensitive,
    naming.NoGrievanceOfficer,
    remedies.NothingToRemedy,
    remedies.CannotBeRemedied,
)


def offered(case: Case, actor: Actor) -> list[dict[str, Any]]:
    """The acts that make sense now, as buttons and links of the case's page."""
    if not actor.may(Permission.GRIEVANCES_HANDLE):
        return []
    return [
        {"label": act.label, "url": reverse("grievances:act", args=[case.reference, name]), "main": act.main}
        for name, act in ACTS.items()
        if act.offered(case, actor)
    ]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.GRIEVANCES_HANDLE)
def act_page(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """Ask, then do; a move that somebody else made meanwhile answers in words."""
    actor = actor_of_request(request)
    case, act = reading.case_for(actor=actor, reference=reference), ACTS.get(name)
    if case is None or act is None:
        raise Http404
    back = reverse("grievances:case", args=[case.reference])
    form = act.form(request.POST or None, **_options(act, case, actor))
    if request.method == "POST" and form.is_valid():
        try:
            act.run(case, form.cleaned_data, actor, timezone.now())
        except moving.CaseNotFound as error:
            raise Http404 from error
        except moving.IllegalMove as error:
            return conflict(request, sentence=str(error), back_url=back)
        except (*REFUSALS, ObjectDoesNotExist) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(act)s: done.") % {"act": act.label})
            return redirect(back)
    context = {
        "page_title": act.label,
        "caption": case.reference,
        "question": act.question,
        "form": form,
        "confirm_label": act.label,
        "danger": act.danger,
        "cancel_url": back,
    }
    return render(request, "core/confirm.html", context, status=422 if form.errors else 200)


def _options(act: Act, case: Case, actor: Actor) -> dict[str, Any]:
    if act.form is not forms.OfficerForm:
        return {}
    without = {actor.user_id, case.previous_decider_id, case.assigned_to_id} - {None}
    users = handlers(case=case, on=timezone.localdate())
    return {"officers": [(str(user.pk), user.full_name) for user in users if user.pk not in without]}
