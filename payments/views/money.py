"""Budgets, the ledger, households paid by several programmes, and the payments' tab of a household."""

from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access.permissions import Permission
from core.access.web import actor_of_request, requires
from core.money import Money
from core.views.reads import saw_households
from payments.actions import budgets
from payments.forms import BudgetForm, BudgetReleaseForm
from payments.models import LedgerAccount
from payments.queries import ledger
from payments.queries import payrolls as queries
from payments.views.shared import columns, crumbs, day, figure, money, tag


@require_safe
@requires(Permission.PAYMENTS_VIEW)
def budget_list(request: HttpRequest) -> HttpResponse:
    """Each budget: the whole, what the treasury released, what is still available."""
    actor = actor_of_request(request)
    released = queries.released_of_budgets(actor=actor)
    context = {
        "page_title": _("Budgets"),
        "crumbs": crumbs((_("Budgets"), "")),
        "columns": columns(
            _("Budget"), _("Programme"), _("Year"), _("Whole"), _("Released"), _("Available"), numeric=(3, 4, 5)
        ),
        "rows": [
            [
                row.code,
                row.programme.name,
                row.year_label,
                money(row.currency, row.amount_minor),
                money(row.currency, released.get(row.pk, 0)),
                money(row.currency, ledger.funds_of(row)),
            ]
            for row in queries.budgets(actor=actor)[:60]
        ],
        "button_url": reverse("payments:budget_release") if actor.may(Permission.PAYMENTS_BUDGET) else "",
        "button": _("Record a release"),
        "other_url": reverse("payments:budget_new") if actor.may(Permission.PAYMENTS_BUDGET) else "",
        "other": _("Enter a budget"),
    }
    return render(request, "payments/table.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PAYMENTS_BUDGET)
def budget_new(request: HttpRequest) -> HttpResponse:
    """Enter a programme's budget for a financial year."""
    actor = actor_of_request(request)
    known = {str(one.pk): one for one in queries.programmes(actor=actor, permission=Permission.PAYMENTS_BUDGET)}
    form = BudgetForm(request.POST or None, programmes=[(key, one.name) for key, one in known.items()])
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        programme = known[given["programme"]]
        try:
            budgets.create(
                programme_id=programme.pk,
                code=given["code"],
                year_from=given["year_from"],
                year_to=given["year_to"],
                amount_minor=Money.of(given["amount"], programme.currency).minor,
                source=given["source"],
                actor=actor,
                at=timezone.now(),
            )
        except (budgets.AmountNeeded, budgets.BudgetExists) as error:
            form.add_error("amount", str(error))
        else:
            messages.success(request, _("The budget is entered."))
            return redirect("payments:budgets")
    context = {
        "page_title": _("Enter a budget"),
        "crumbs": crumbs((_("Budgets"), reverse("payments:budgets")), (_("Enter a budget"), "")),
        "form": form,
        "button": _("Enter it"),
        "cancel_url": reverse("payments:budgets"),
    }
    return render(request, "payments/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PAYMENTS_BUDGET)
def budget_release(request: HttpRequest) -> HttpResponse:
    """Record what the treasury released."""
    actor = actor_of_request(request)
    known = {
        str(row.pk): row
        for row in queries.budgets(actor=actor)
        if actor.may_for_programme(Permission.PAYMENTS_BUDGET, row.programme.code)
    }
    choices = [(key, f"{row.code} ({row.programme.name}, {row.currency})") for key, row in known.items()]
    form = BudgetReleaseForm(request.POST or None, budgets=choices)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        budget = known[given["budget"]]
        amount: Decimal = given["amount"]
        try:
            budgets.release(
                budget_id=budget.pk,
                reference=given["reference"],
                amount_minor=Money.of(amount, budget.currency).minor,
                released_on=given["released_on"],
                actor=actor,
                at=timezone.now(),
            )
        except (budgets.AmountNeeded, budgets.BeyondBudget) as error:
            form.add_error("amount", str(error))
        except budgets.InTheFuture as error:
            form.add_error("released_on", str(error))
        except budgets.RepeatedReference as error:
            form.add_error("reference", str(error))
        else:
            messages.success(request, _("The release is recorded."))
            return redirect("payments:budgets")
    context = {
        "page_title": _("Record a release"),
        "crumbs": crumbs((_("Budgets"), reverse("payments:budgets")), (_("Record a release"), "")),
        "form": form,
        "button": _("Record it"),
        "cancel_url": reverse("payments:budgets"),
    }
    return render(request, "payments/form.html", context, status=422 if form.errors else 200)


@require_safe
@requires(Permission.PAYMENTS_VIEW)
def ledger_page(request: HttpRequest) -> HttpResponse:
    """Every account's balance; for who sees all programmes they sum to zero, currency by currency."""
    found = ledger.balances(actor=actor_of_request(request))
    sums: dict[str, int] = {}
    for row in found:
        sums[row.currency] = sums.get(row.currency, 0) + row.minor
    context = {
        "page_title": _("Ledger"),
        "crumbs": crumbs((_("Ledger"), "")),
        "columns": columns(_("Account"), _("Budget"), _("Balance"), numeric=(2,)),
        "rows": [
            [LedgerAccount.Kind(row.kind).label, row.budget or _("All budgets"), money(row.currency, row.minor)]
            for row in found
        ],
        "total": [_("Together"), "", ", ".join(money(currency, minor) for currency, minor in sums.items())]
        if found
        else None,
    }
    return render(request, "payments/table.html", context)


@require_safe
@requires(Permission.PAYMENTS_VIEW)
def several(request: HttpRequest) -> HttpResponse:
    """Households that several programmes pay for the same year: to be looked at, not a mistake as such."""
    actor = actor_of_request(request)
    context = {
        "page_title": _("Households paid by several programmes"),
        "crumbs": crumbs((_("Several programmes"), "")),
        "columns": columns(_("Household"), _("Year"), _("Programmes"), numeric=(2,)),
        "rows": [
            [row["enrolment__household__reference"], str(row["period_from__year"]), figure(row["programmes"])]
            for row in queries.paid_by_several(actor=actor)
        ],
    }
    return render(request, "payments/table.html", context)


@require_safe
@requires(Permission.PAYMENTS_VIEW)
def household(request: HttpRequest, household_id: int) -> HttpResponse:
    """The payments' tab of a household's page: what it was owed and what became of it."""
    actor = actor_of_request(request)
    found = queries.of_household(actor=actor, household_id=household_id)
    saw_households(request, "payments.household", [household_id])
    context = {
        "page_title": _("Payments of the household"),
        "crumbs": crumbs((_("Household"), "")),
        "columns": columns(_("Programme"), _("For"), _("Amount"), _("State"), numeric=(2,)),
        "rows": [
            [
                row.programme.name,
                f"{day(row.period_from)} – {day(row.period_to)}",
                money(row.currency, row.amount_minor),
                tag(row.status, row.get_status_display()),
            ]
            for row in found
        ],
    }
    template = "payments/_household.html" if getattr(request, "htmx", None) else "payments/table.html"
    return render(request, template, context)
