"""All addresses."""

from django.urls import path

from handover.views import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
]
