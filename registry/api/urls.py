"""Addresses of ``/api/v1``. Later packages add theirs beside these, under the same version."""

from django.urls import URLPattern, path

from registry.api import views

app_name = "api"
urlpatterns: list[URLPattern] = [
    path("bundles/", views.Bundles.as_view(), name="bundles"),
    path("households/", views.Households.as_view(), name="households"),
    path("households/<str:reference>/", views.OneHousehold.as_view(), name="household"),
    path("schema/", views.Schema.as_view(), name="schema"),
    path("<path:rest>", views.Nothing.as_view(), name="nothing"),
]
