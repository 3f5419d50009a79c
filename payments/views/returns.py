"""Entering a provider's returns, and what became of every released line."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.access.permissions import Permission
from core.access.web import actor_of_request, requires
from core.views.errors import conflict
from payments.actions import reconciling
from payments.actions.payrolls import IllegalMove
from payments.forms import ReturnsForm
from payments.queries import payrolls as queries
from payments.returns import UnreadableReturns
from payments.views.payroll import tabs
from payments.views.shared import columns, crumbs, day, figure, money, payroll_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PAYMENTS_VIEW)
def page(request: HttpRequest, payroll_id: int) -> HttpResponse:
    """Released = paid + returned + outstanding; the files entered so far; the form for another."""
    actor = actor_of_request(request)
    payroll = payroll_or_404(request, payroll_id)
    may = actor.may_for_programme(Permission.PAYMENTS_RECONCILE, payroll.cycle.programme.code)
    form = ReturnsForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        actor.require_for_programme(Permission.PAYMENTS_RECONCILE, payroll.cycle.programme.code)
        if form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                entered = reconciling.import_returns(
                    payroll_id=payroll.pk, content=upload.read(), name=upload.name, actor=actor, at=timezone.now()
                )
            except UnreadableReturns as error:
                for problem in error.problems[:20]:
                    form.add_error("file", str(problem))
            except (reconciling.NothingFits, reconciling.OtherPayroll) as error:
                form.add_error("file", str(error))
            except IllegalMove as error:
                return conflict(request, sentence=str(error), back_url=reverse("payments:payroll", args=[payroll.pk]))
            else:
                words = _("%(paid)s paid, %(returned)s returned, %(refused)s rows without effect.")
                messages.success(
                    request,
                    words
                    % {
                        "paid": entered.paid_count,
                        "returned": entered.returned_count,
                        "refused": entered.refused_count,
                    },
                )
                return redirect("payments:returns", payroll.pk)
    sums = queries.by_status(actor=actor, payroll=payroll)
    states = [("paid", _("Paid")), ("returned", _("Returned")), ("released", _("Outstanding"))]
    found = [(label, sums.get(state)) for state, label in states]
    rows = [
        [label, figure(row.count if row else 0), money(payroll.currency, row.minor if row else 0)]
        for label, row in found
    ]
    total = [
        _("Released"),
        figure(sum(row.count for _label, row in found if row)),
        money(payroll.currency, sum(row.minor for _label, row in found if row)),
    ]
    context = {
        "page_title": _("Returns of payroll %(reference)s") % {"reference": payroll.reference},
        "crumbs": crumbs((payroll.reference, reverse("payments:payroll", args=[payroll.pk])), (_("Returns"), "")),
        "tabs": tabs(payroll, "returns"),
        "sum_columns": columns(_("Payments"), _("Lines"), _("Amount"), numeric=(1, 2)),
        "sums": rows,
        "total": total,
        "form": form if may else None,
        "file_columns": columns(
            _("File"), _("Entered"), _("Paid"), _("Returned"), _("Without effect"), numeric=(2, 3, 4)
        ),
        "files": [
            [
                one.name,
                day(one.imported_at),
                figure(one.paid_count),
                figure(one.returned_count),
                figure(one.refused_count),
            ]
            for one in payroll.returns.order_by("-id")
        ],
        "problem_columns": columns(_("File and row"), _("Reference"), _("Reported"), _("Why it had no effect")),
        "problems": [
            [f"{row.file.name}, {row.row}", row.reference, row.status, row.problem]
            for row in queries.refused_rows(payroll=payroll)
        ],
    }
    return render(request, "payments/returns.html", context, status=422 if form.errors else 200)
