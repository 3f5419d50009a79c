"""Addresses of eligibility."""

from django.urls import URLPattern, path

from eligibility.views import lists, notices, programmes, runs, validation, why

app_name = "eligibility"
urlpatterns: list[URLPattern] = [
    path("", programmes.programmes, name="programmes"),
    path("programmes/<str:code>/", programmes.programme, name="programme"),
    path("programmes/<str:code>/assess/", runs.start, name="run_start"),
    path("programmes/<str:code>/list/", lists.beneficiaries, name="beneficiaries"),
    path("programmes/<str:code>/enrol/", lists.enrol, name="enrol"),
    path("formulas/<str:code>/<str:version>/", programmes.formula, name="formula"),
    path("runs/", runs.runs, name="runs"),
    path("runs/<int:run_id>/", runs.run, name="run"),
    path("runs/<int:run_id>/publish/", runs.publish, name="run_publish"),
    path("runs/<int:run_id>/discard/", runs.discard, name="run_discard"),
    path("runs/<int:run_id>/findings/", runs.findings, name="findings"),
    path("households/<str:reference>/why/", why.why, name="why"),
    path("households/<int:household_id>/tab/", why.tab, name="household_tab"),
    path("enrolments/<str:reference>/", lists.enrolment, name="enrolment"),
    path("enrolments/<str:reference>/<str:move>/", lists.move, name="enrolment_move"),
    path("notices/", notices.waiting, name="notices"),
    path("notices/<int:notice_id>/", notices.settle, name="notice"),
    path("validation/", validation.places, name="validation"),
    path("validation/<str:code>/<str:area_code>/", validation.validate, name="validate"),
]
