"""Community validation: places where somebody waits, and what a village said."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access.permissions import Permission
from core.access.web import actor_of_request, requires
from core.models import Area
from core.views.errors import conflict
from core.views.reads import saw_households
from eligibility.actions import enrolments, validating
from eligibility.forms.assessments import ValidationForm
from eligibility.queries import enrolments as enrolments_
from eligibility.queries import programmes as programmes_
from eligibility.views.words import columns, crumbs

SHOWN = 100
_REFUSALS = (
    enrolments.IllegalMove,
    enrolments.OwnInterest,
    enrolments.ReasonNeeded,
    validating.NotInThisPlace,
    validating.ProposedByYou,
)


@require_safe
@requires(Permission.ENROLMENT_VALIDATE)
def places(request: HttpRequest) -> HttpResponse:
    """Villages where somebody waits, programme by programme."""
    actor = actor_of_request(request)
    rows = [
        [
            {
                "text": place.area.name,
                "url": reverse("eligibility:validate", args=[programme.code, place.area.code]),
            },
            place.area.district.name if place.area.district else "",
            programme.name,
            place.waiting,
        ]
        for programme in programmes_.programmes().filter(validation_required=True)
        for place in enrolments_.validation_places(actor=actor, programme_code=programme.code)
    ]
    context = {
        "page_title": _("Community validation"),
        "columns": columns(_("Village"), _("District"), _("Programme"), _("Waiting"), numeric=[_("Waiting")]),
        "rows": rows,
    }
    return render(request, "eligibility/validation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ENROLMENT_VALIDATE)
def validate(request: HttpRequest, code: str, area_code: str) -> HttpResponse:
    """One village's list: confirmed, rejected with a reason, or not yet."""
    actor, programme = actor_of_request(request), programmes_.programme(code=code)
    area = Area.objects.select_related("district").filter(code=area_code).first()
    if programme is None or area is None:
        raise Http404
    actor.require_in(Permission.ENROLMENT_VALIDATE, area_path=area.path, programme_code=code)
    waiting = enrolments_.waiting_for_validation(actor=actor, programme_code=code, area_id=area.pk)
    rows = list(waiting[: SHOWN + 1])
    more, rows = len(rows) > SHOWN, rows[:SHOWN]
    form = ValidationForm(request.POST or None, rows=rows)
    back = reverse("eligibility:validation")
    if request.method == "POST" and form.is_valid():
        try:
            done = validating.validate_many(
                programme_code=code,
                area_id=area.pk,
                confirmed=form.confirmed,
                rejected=form.rejected,
                actor=actor,
                at=timezone.now(),
            )
        except _REFUSALS as error:
            return conflict(request, sentence=str(error), back_url=request.path)
        messages.success(request, _("%(n)s confirmed, %(m)s rejected.") % {"n": done.confirmed, "m": done.rejected})
        return redirect(request.path if more else back)
    saw_households(request, "eligibility:validate", [row.household_id for row in rows])
    context = {
        "page_title": _("What the community says: %(place)s") % {"place": area.name},
        "caption": programme.name,
        "crumbs": crumbs((_("Community validation"), back), (area.name, "")),
        "form": form,
        "lines": [
            {
                "reference": row.reference,
                "name": str(row.recipient_person) if row.recipient_person else row.household.reference,
                "said": form[f"said_{row.pk}"],
                "reason": form[f"reason_{row.pk}"],
            }
            for row in rows
        ],
        "more": more,
        "cancel_url": back,
    }
    return render(request, "eligibility/validate.html", context, status=422 if form.errors else 200)
