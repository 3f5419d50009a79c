from django.urls import URLPattern, path

from payments.views import cycles, money, moves, payroll, returns

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
    path("ledger/", money.ledger_page, name="ledger"),
    path("several-programmes/", money.several, name="several"),
    path("households/<int:household_id>/", money.household, name="household"),
]
