from django.urls import URLPattern, path

from core.views import home, jobs, public

app_name = "core"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("privacy/", public.privacy, name="privacy"),
    path("accessibility/", public.accessibility, name="accessibility"),
    path("jobs/<int:job_id>/", jobs.page, name="job"),
    path("jobs/<int:job_id>/progress/", jobs.fragment, name="job_progress"),
]
