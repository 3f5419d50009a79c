from django.urls import URLPattern, path

from payments.views import cycles, holds, money, moves, payroll, returns

app_name = "payments"
urlpatterns: list[URLPattern] = [
    path("", cycles.index, name="cycles"),
    path("cycles/new/", cycles.new, name="cycle_new"),
    path("cycles/<int:cycle_id>/payroll/", cycles.new_payroll, name="payroll_new"),
    path("payrolls/<int:payroll_id>/", payroll.page, name="payroll"),
    path("payrolls/<int:payroll_id>/lines/", payroll.lines, name="lines"),
    path("payrolls/<int:payroll_id>/left-out/", payroll.left_out, name="left_out"),
    path("payrolls/<int:payroll_id>/returns/", returns.page, name="returns"),
    path("payrolls/<int:payroll_id>/files/<slug:kind>/", payroll.file, name="file"),
    path("payrolls/<int:payroll_id>/<slug:name>/", moves.move, name="move"),
    path("budgets/", money.budget_list, name="budgets"),
    path("budgets/release/", money.budget_release, name="budget_release"),
    path("budgets/new/", money.budget_new, name="budget_new"),
    path("holds/", holds.index, name="holds"),
    path("holds/new/", holds.new, name="hold_new"),
    path("holds/<int:hold_id>/lift/", holds.lift, name="hold_lift"),
    path("ledger/", money.ledger_page, name="ledger"),
    path("several-programmes/", money.several, name="several"),
    path("households/<int:household_id>/", money.household, name="household"),
]
