from django.urls import URLPattern, path

from reporting.views import charts, dashboard, exports

app_name = "reporting"
urlpatterns: list[URLPattern] = [
    path("", dashboard.dashboard, name="dashboard"),
    path("meanings/", dashboard.meanings, name="meanings"),
    path("refresh/", dashboard.refresh, name="refresh"),
    path("charts/<slug:code>.svg", charts.chart, name="chart"),
    path("download/figures-working.csv", exports.working_file, name="working_file"),
    path("download/figures-to-pass-on.csv", exports.protected_file, name="protected_file"),
    path("download/figures-meanings.csv", exports.definitions_file, name="definitions_file"),
]
