"""Every address of the house, package by package."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("core.account_urls")),
    path("", include("core.urls")),
    path("api/v1/", include("registry.api.urls")),
    path("openrosa/", include("registry.openrosa.urls")),
    path("registry/", include("registry.urls")),
    path("eligibility/", include("eligibility.urls")),
    path("payments/", include("payments.urls")),
    path("grievances/", include("grievances.urls")),
    path("reporting/", include("reporting.urls")),
]

handler400 = "core.views.errors.bad_request"
handler403 = "core.views.errors.permission_denied"
handler404 = "core.views.errors.not_found"
handler500 = "core.views.errors.server_error"
