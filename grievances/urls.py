from django.urls import URLPattern, path

from grievances.views import acts, officers, public

app_name = "grievances"
urlpatterns: list[URLPattern] = [
    path("", public.start, name="start"),
    path("new/", public.lodge, name="lodge"),
    path("follow/", public.follow, name="follow"),
    path("follow/reply/", public.reply, name="reply"),
    path("follow/appeal/", public.appeal, name="appeal"),
    path("follow/withdraw/", public.withdraw, name="withdraw"),
    path("cases/", officers.case_list, name="list"),
    path("cases/new/", officers.on_behalf, name="on_behalf"),
    path("cases/<str:reference>/", officers.case_page, name="case"),
    path("cases/<str:reference>/<slug:name>/", acts.act_page, name="act"),
    path("households/<int:household_id>/", officers.household, name="household"),
    path("households/<int:household_id>/tab/", officers.household_tab, name="household_tab"),
]
