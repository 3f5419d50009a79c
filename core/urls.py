from django.urls import URLPattern, path

from core.views import appointments, home, jobs, language, logs, password_links, people, public

app_name = "core"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("privacy/", public.privacy, name="privacy"),
    path("accessibility/", public.accessibility, name="accessibility"),
    path("my-language/", language.choose, name="language"),
    path("people/", people.people, name="people"),
    path("people/add/", people.add, name="person_add"),
    path("people/<int:user_id>/", people.person, name="person"),
    path("people/<int:user_id>/appoint/", appointments.appoint, name="appoint"),
    path("people/<int:user_id>/password-link/", password_links.new, name="password_link"),
    path("people/<int:user_id>/deactivate/", people.deactivate, name="person_deactivate"),
    path("people/<int:user_id>/reactivate/", people.reactivate, name="person_reactivate"),
    path("people/links/", password_links.waiting, name="password_links"),
    path("people/links/<int:link_id>/", password_links.page, name="password_link_page"),
    path("people/links/<int:link_id>/give/", password_links.give, name="password_link_give"),
    path("people/links/<int:link_id>/refuse/", password_links.refuse, name="password_link_refuse"),
    path("people/appointments/", appointments.waiting, name="appointments"),
    path("people/appointments/<int:appointment_id>/", appointments.appointment, name="appointment"),
    path("people/appointments/<int:appointment_id>/confirm/", appointments.confirm, name="appointment_confirm"),
    path("people/appointments/<int:appointment_id>/refuse/", appointments.refuse, name="appointment_refuse"),
    path("people/appointments/<int:appointment_id>/end/", appointments.end, name="appointment_end"),
    path("audit/", logs.entries, name="audit"),
    path("audit/reads/", logs.reads, name="audit_reads"),
    path("audit/seals/", logs.seals, name="audit_seals"),
    path("audit/seals/verify/", logs.verify, name="audit_verify"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<int:job_id>/", jobs.page, name="job"),
    path("jobs/<int:job_id>/progress/", jobs.fragment, name="job_progress"),
    path("jobs/<int:job_id>/retry/", jobs.retry, name="job_retry"),
    path("jobs/<int:job_id>/cancel/", jobs.cancel, name="job_cancel"),
]
