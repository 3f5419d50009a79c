"""The citizens' pages: no account, no script, nothing about the case in an address or a session.

The confirmation and the followed case are answers to POST: reloading them sends the same form again, which changes
nothing. So the secret never stands in an address, a cookie or a cache.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import audit
from core.access.actor import Actor, public
from core.access.web import actor_of_request
from grievances import limits
from grievances.actions import cases, complainant, moving
from grievances.forms.complainant import AppealForm, FollowForm, ReplyForm, WithdrawForm
from grievances.forms.lodging import LodgeForm
from grievances.models import Case
from grievances.secret import ProofExpired
from grievances.views import shown


def _citizen(request: HttpRequest) -> Actor:
    """Whoever uses these pages acts as a citizen, even an officer who is signed in."""
    return public(actor_of_request(request).request_id)


def _network(request: HttpRequest) -> str:
    return limits.network_of(request.META.get("REMOTE_ADDR", ""))


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What can be done here, and what happens then."""
    return render(request, "grievances/start.html", {"page_title": _("Complain, appeal or ask")})


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def lodge(request: HttpRequest) -> HttpResponse:
    """Lodge a case; the answer shows reference and secret."""
    form = LodgeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        try:
            if form.is_valid():
                limits.LODGED.count(_network(request))
                lodged = cases.lodge(
                    complaint=form.complaint(),
                    uuid=form.cleaned_data["one_shot"],
                    actor=_citizen(request),
                    at=timezone.now(),
                )
                return lodged_page(request, lodged)
        except limits.TooOften as error:
            form.add_error(None, str(error))
        except (moving.TextMissing, moving.TextTooLong) as error:
            form.add_error("description", str(error))
        status = 422
    context = {"page_title": _("Tell us what is wrong"), "form": form, "crumbs": shown.public_crumbs(_("Tell us"))}
    return render(request, "grievances/lodge.html", context, status=status)


def lodged_page(request: HttpRequest, lodged: cases.Lodged) -> HttpResponse:
    """Reference and secret, to be written down or printed."""
    context = {
        "page_title": _("We have received it"),
        "reference": lodged.case.reference,
        "secret": lodged.secret,
        "acknowledge_by": lodged.case.acknowledge_by,
        "decide_by": lodged.case.decide_by,
    }
    return render(request, "grievances/lodged.html", context)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Reference and secret open the case."""
    form = FollowForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        try:
            proof = complainant.prove(
                reference=form.cleaned_data["reference"],
                given=form.cleaned_data["secret"],
                network=_network(request),
                at=at,
            )
            return _case_page(request, proof)
        except (complainant.WrongPair, limits.TooOften) as error:
            form.add_error(None, str(error))
    context = {"page_title": _("Follow your case"), "form": form, "crumbs": shown.public_crumbs(_("Follow"))}
    return render(request, "grievances/follow.html", context, status=422 if form.errors else 200)


@never_cache
@require_POST
def reply(request: HttpRequest) -> HttpResponse:
    """The complainant adds something."""
    form = ReplyForm(request.POST, auto_id="reply_%s")
    return _act(
        request,
        form,
        "reply",
        lambda told: cases.reply(
            proof=told["proof"],
            text=told["text"],
            one_shot=told["one_shot"],
            actor=_citizen(request),
            at=timezone.now(),
        ),
    )


@never_cache
@require_POST
def appeal(request: HttpRequest) -> HttpResponse:
    """The complainant contests the decision."""
    form = AppealForm(request.POST, auto_id="appeal_%s")
    return _act(
        request,
        form,
        "appeal",
        lambda told: cases.appeal(
            proof=told["proof"], grounds=told["text"], actor=_citizen(request), at=timezone.now()
        ),
    )


@never_cache
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """The complainant takes the case back."""
    form = WithdrawForm(request.POST, auto_id="withdraw_%s")
    return _act(
        request,
        form,
        "withdraw",
        lambda told: cases.withdraw(proof=told["proof"], actor=_citizen(request), at=timezone.now()),
    )


REFUSALS = (
    moving.IllegalMove,
    moving.TextMissing,
    moving.TextTooLong,
    complainant.TooLateToAppeal,
    complainant.AppealedBefore,
    complainant.TooManyMessages,
)


def _act(request: HttpRequest, form: Any, name: str, act: Any) -> HttpResponse:
    """Do it and show the case again; an old proof leads back to reference and secret."""
    try:
        if form.is_valid():
            try:
                act(form.cleaned_data)
                return _case_page(request, form.cleaned_data["proof"])
            except REFUSALS as error:
                form.add_error(None, str(error))
        return _case_page(request, request.POST.get("proof", ""), **{name: form})
    except ProofExpired:
        return redirect("grievances:follow")


def _case_page(request: HttpRequest, proof: str, **bound: Any) -> HttpResponse:
    """The case as its complainant sees it: state, dates, public messages, decision and reasons, what can be done.

    Raises:
        ProofExpired: the proof is old or not ours.
    """
    at = timezone.now()
    case = complainant.followed(proof=proof, at=at)
    audit.read(actor=_citizen(request), at=at, page="grievances.follow", subject_type="case", subject_ids=[case.pk])
    may_appeal = (
        case.status in (Case.Status.DECIDED, Case.Status.CLOSED)
        and not case.appeals
        and case.appeal_by is not None
        and timezone.localdate(at) <= case.appeal_by
    )
    hidden = {"proof": proof}
    context = {
        "page_title": _("Your case"),
        "caption": case.reference,
        **shown.for_complainant(case),
        "reply_form": (bound.get("reply") or ReplyForm(initial=hidden, auto_id="reply_%s")) if case.is_open else None,
        "appeal_form": (bound.get("appeal") or AppealForm(initial=hidden, auto_id="appeal_%s")) if may_appeal else None,
        "withdraw_form": (bound.get("withdraw") or WithdrawForm(initial=hidden, auto_id="withdraw_%s"))
        if case.is_open
        else None,
        "wrong_form": next(iter(bound.values()), None),
        "appeal_by": case.appeal_by,
    }
    return render(request, "grievances/followed.html", context, status=422 if bound else 200)
