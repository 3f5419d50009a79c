"""Identity numbers that two persons claim: the queue, and the page on which one is settled."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import audit
from core.access.actor import NotPermitted
from core.access.permissions import Permission
from core.views.errors import conflict
from registry.actions import identity
from registry.actions import submissions as act
from registry.forms import words
from registry.forms.reasons import ClaimForm
from registry.models import IdentityClaim, Person
from registry.queries import claims
from registry.queries.masking import masked, masked_name
from registry.queries.people import names_of_users
from registry.views.access import actor_of, needs

SETTLE = Permission.REGISTRY_SETTLE_IDENTITY


@require_safe
@needs(SETTLE)
def queue(request: HttpRequest) -> HttpResponse:
    """Claims that wait, oldest first."""
    page = claims.open_claims(actor=actor_of(request), after=request.GET.get("after", ""))
    persons = [row.claimant_id for row in page.rows]
    audit.read(actor=actor_of(request), at=timezone.now(), page="claims", subject_type="person", subject_ids=persons)
    context = {
        "page_title": _("Disputed identity numbers"),
        "columns": [
            {"label": _("Waits since")},
            {"label": _("Who claims it")},
            {"label": _("Number")},
            {"label": _("District")},
        ],
        "rows": [
            [
                {"text": words.day(row.opened_at.date()), "url": reverse("registry:claim", args=[row.pk])},
                str(row.claimant),
                masked(row.national_id),
                row.district.name,
            ]
            for row in page.rows
        ],
        "next_url": f"{reverse('registry:claims')}?after={page.next_key}" if page.next_key else "",
    }
    return render(request, "registry/claims.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(SETTLE)
def page(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Both persons side by side, and whose the number is."""
    actor = actor_of(request)
    claim = claims.claim(actor=actor, claim_id=claim_id)
    if claim is None:
        raise Http404
    form = ClaimForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            identity.settle_claim(
                claim_id=claim.pk,
                uphold=form.cleaned_data["whose"] == "claimant",
                reason=form.cleaned_data["reason"],
                actor=actor,
                at=timezone.now(),
            )
        except identity.AlreadySettled as error:
            return conflict(request, sentence=str(error), back_url=request.path)
        except (act.OwnSubmission, act.DeclaredInterestInTheWay, act.ReasonNeeded, NotPermitted) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The claim is settled."))
            return redirect("registry:claims")
    persons = [claim.claimant_id, claim.holder_id]
    audit.read(actor=actor, at=timezone.now(), page="claim", subject_type="person", subject_ids=persons)
    context = {
        "page_title": _("Whose number is it?"),
        "caption": masked(claim.national_id),
        "crumbs": [{"label": _("Disputed numbers"), "url": reverse("registry:claims")}, {"label": str(claim.claimant)}],
        "form": form,
        "claimant": _side(request, claim.claimant, _("Claims the number")),
        "holder": _side(request, claim.holder, _("Holds the number now")),
        "waits": claim.status == IdentityClaim.Status.OPEN,
        "own": claim.opened_by_id is not None and claim.opened_by_id == actor.user_id,
        "decision": _decision(claim),
    }
    return render(request, "registry/claim.html", context, status=422 if form.errors else 200)


def _side(request: HttpRequest, person: Person, title: str) -> dict[str, Any]:
    home = claims.home(actor=actor_of(request), person_id=person.pk)
    if home is None:
        return {
            "title": title,
            "rows": [
                {"key": _("Name"), "value": masked_name(str(person))},
                {"key": _("District"), "value": person.district.name},
                {"key": _("Reference"), "value": person.reference},
            ],
            "outside": True,
        }
    household = home.household
    return {
        "title": title,
        "rows": [
            {"key": _("Name"), "value": str(person)},
            {"key": _("Sex"), "value": words.word(words.SEXES, person.sex)},
            {"key": _("Born"), "value": words.birth(person.birth_date, person.birth_date_precision)},
            {"key": _("Birth date taken from"), "value": words.word(words.EVIDENCE, person.birth_evidence)},
            {"key": _("National ID"), "value": masked(person.national_id) or _("None")},
            {"key": _("Interim number"), "value": person.interim_number},
            {"key": _("Registered"), "value": words.day(person.registered_at.date())},
            {
                "key": _("Household"),
                "value": f"{household.reference}, {household.area.name}",
                "url": reverse("registry:household", args=[household.reference]),
            },
        ],
        "outside": False,
    }


def _decision(claim: IdentityClaim) -> str:
    if claim.status == IdentityClaim.Status.OPEN:
        return ""
    by = names_of_users([claim.decided_by_id]).get(claim.decided_by_id or 0, "")
    told = {"decision": claim.get_status_display(), "by": by, "reason": claim.reason}
    return _("%(decision)s by %(by)s: %(reason)s") % told
