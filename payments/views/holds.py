"""Held payments: what is held, holding back, letting go."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access.web import actor_of_request, requires
from payments.actions import holds
from payments.forms import HoldForm, ReasonForm
from payments.queries import holds as queries
from payments.views.shared import columns, day
from registry.actions.interests import OwnInterest


@require_safe
@requires(*queries.MAY_HOLD)
def index(request: HttpRequest) -> HttpResponse:
    """Holds in force, newest first; the first two hundred."""
    found = queries.live(actor=actor_of_request(request))[:200]
    context = {
        "page_title": _("Held payments"),
        "columns": columns(_("Household"), _("District"), _("Programme"), _("Why"), _("Case"), _("Since"), _("By")),
        "rows": [
            [
                {"text": row.household.reference, "url": reverse("payments:hold_lift", args=[row.pk])},
                row.district.name,
                row.programme.name if row.programme else _("All programmes"),
                row.reason,
                row.case_reference,
                day(row.placed_at),
                row.placed_by.full_name if row.placed_by else "",
            ]
            for row in found
        ],
        "button_url": reverse("payments:hold_new"),
        "button": _("Hold a household's payments"),
    }
    return render(request, "payments/table.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(*queries.MAY_HOLD)
def new(request: HttpRequest) -> HttpResponse:
    """Hold a household's payments of every programme."""
    actor = actor_of_request(request)
    form = HoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        household = queries.household(actor=actor, reference=given["reference"])
        if household is None:
            form.add_error("reference", _("No household of your area has this reference."))
        else:
            try:
                holds.place(
                    household_id=household.pk,
                    reason=given["reason"],
                    case_reference=given["case_reference"],
                    actor=actor,
                    at=timezone.now(),
                )
            except OwnInterest as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Held. Payrolls leave the household out until somebody lets it go."))
                return redirect("payments:holds")
    return _form(request, _("Hold a household's payments"), form, _("Hold the payments"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(*queries.MAY_HOLD)
def lift(request: HttpRequest, hold_id: int) -> HttpResponse:
    """Let a household's payments go again."""
    actor = actor_of_request(request)
    hold = queries.live(actor=actor).filter(pk=hold_id).first()
    if hold is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            holds.lift(hold_id=hold.pk, reason=form.cleaned_data["reason"], actor=actor, at=timezone.now())
        except OwnInterest as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The payments go on."))
            return redirect("payments:holds")
    return _form(request, _("Let payments go again"), form, _("Let them go"), caption=hold.household.reference)


def _form(
    request: HttpRequest, title: str, form: HoldForm | ReasonForm, button: str, *, caption: str = ""
) -> HttpResponse:
    context = {
        "page_title": title,
        "caption": caption,
        "crumbs": [{"label": _("Held payments"), "url": reverse("payments:holds")}, {"label": title}],
        "form": form,
        "button": button,
        "cancel_url": reverse("payments:holds"),
    }
    return render(request, "payments/form.html", context, status=422 if form.errors else 200)
