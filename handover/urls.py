"""All addresses."""

from django.urls import include, path

from handover.views import health

urlpatterns = [
    path("", include("accounts.urls")),
    path("healthz", health.healthz, name="healthz"),
]
