"""The list of cycles, and opening one."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access.permissions import Permission
from core.access.web import actor_of_request, requires
from core.views.errors import conflict
from payments.actions import cycles, payrolls
from payments.actions.cycles import CycleOverlaps
from payments.actions.payrolls import IllegalMove, PayrollUnderWay, WithoutBudget
from payments.forms import CycleForm
from payments.models import Payroll
from payments.periods import NotWholePeriods
from payments.queries import payrolls as queries
from payments.views.shared import columns, crumbs, day, figure, money, tag

_UNDER_WAY = {"draft", "checked", "submitted", "approved"}


@require_safe
@requires(Permission.PAYMENTS_VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """Every cycle with its payrolls, newest first."""
    actor = actor_of_request(request)
    rows = []
    for cycle in queries.cycles(actor=actor)[:100]:
        made = sorted(cycle.payrolls.all(), key=lambda payroll: payroll.number)
        may = (
            cycle.status == "open"
            and not any(payroll.status in _UNDER_WAY for payroll in made)
            and actor.may_for_programme(Permission.PAYMENTS_PREPARE, cycle.programme.code)
        )
        rows.append(
            {
                "cycle": cycle,
                "span": f"{day(cycle.period_from)} – {day(cycle.period_to)}",
                "cutoff": day(cycle.cutoff_on),
                "tag": tag(cycle.status, cycle.get_status_display()),
                "payrolls": [_payroll(payroll) for payroll in made],
                "prepare_url": reverse("payments:payroll_new", args=[cycle.pk]) if may else "",
            }
        )
    context = {
        "page_title": _("Payments"),
        "rows": rows,
        "columns": columns(_("Payroll"), _("State"), _("Lines"), _("Amount"), numeric=(2, 3)),
        "may_open": bool(queries.programmes(actor=actor, permission=Permission.PAYMENTS_PREPARE)),
    }
    return render(request, "payments/cycles.html", context)


def _payroll(payroll: Payroll) -> list[object]:
    return [
        {"text": payroll.reference, "url": reverse("payments:payroll", args=[payroll.pk])},
        tag(payroll.status, payroll.get_status_display()),
        figure(payroll.line_count),
        money(payroll.currency, payroll.total_minor),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PAYMENTS_PREPARE)
def new(request: HttpRequest) -> HttpResponse:
    """Open a cycle."""
    actor = actor_of_request(request)
    known = queries.programmes(actor=actor, permission=Permission.PAYMENTS_PREPARE)
    choices = [(str(programme.pk), programme.name) for programme in known]
    form = CycleForm(request.POST or None, programmes=choices)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            cycle = cycles.open_cycle(
                programme_id=int(given["programme"]),
                code=given["code"],
                period_from=given["period_from"],
                period_to=given["period_to"],
                cutoff_on=given["cutoff_on"],
                one_shot=given["one_shot"],
                actor=actor,
                at=timezone.now(),
            )
        except NotWholePeriods as error:
            form.add_error("period_from", str(error))
        except CycleOverlaps as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The cycle %(code)s is open.") % {"code": cycle.code})
            return redirect("payments:cycles")
    context = {
        "page_title": _("Open a cycle"),
        "crumbs": crumbs((_("Open a cycle"), "")),
        "form": form,
        "button": _("Open the cycle"),
        "cancel_url": reverse("payments:cycles"),
    }
    return render(request, "payments/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PAYMENTS_PREPARE)
def new_payroll(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Confirm and begin a cycle's next payroll; its preparation runs in the background."""
    actor = actor_of_request(request)
    cycle = queries.cycles(actor=actor).filter(pk=cycle_id).first()
    if cycle is None:
        raise Http404
    if request.method == "POST":
        try:
            payroll, _job = payrolls.create(cycle_id=cycle.pk, actor=actor, at=timezone.now())
        except (IllegalMove, PayrollUnderWay, WithoutBudget) as error:
            return conflict(request, sentence=str(error), back_url=reverse("payments:cycles"))
        return redirect("payments:payroll", payroll.pk)
    context = {
        "page_title": _("Prepare a payroll"),
        "caption": f"{cycle.programme.name}, {cycle.code}",
        "crumbs": crumbs((_("Prepare a payroll"), "")),
        "question": _(
            "Everybody on the list on %(day)s is entered with what they are owed for %(from)s to %(to)s, and what was "
            "owed and did not arrive before."
        )
        % {"day": day(cycle.cutoff_on), "from": day(cycle.period_from), "to": day(cycle.period_to)},
        "confirm_label": _("Prepare the payroll"),
        "cancel_url": reverse("payments:cycles"),
    }
    return render(request, "core/confirm.html", context)
