"""Addresses of the device door. Phones are told the address of the folder and know the names in it."""

from django.urls import URLPattern, path

from registry.openrosa import views

app_name = "openrosa"
urlpatterns: list[URLPattern] = [
    path("formList", views.form_list, name="form_list"),
    path("submission", views.submission, name="submission"),
    path("forms/<str:code>/form.xml", views.form, name="form"),
    path("forms/<str:code>/manifest.xml", views.manifest, name="manifest"),
    path("forms/<str:code>/media/<str:name>", views.media_file, name="media"),
]
