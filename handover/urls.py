"""All addresses."""

from django.urls import include, path

from handover.views import customers, health

urlpatterns = [
    path("", include("accounts.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("customers/", customers.customer_list, name="customer_list"),
    path("customers/new/", customers.customer_create, name="customer_create"),
    path("customers/<int:pk>/", customers.customer_detail, name="customer_detail"),
    path("customers/<int:pk>/edit/", customers.customer_edit, name="customer_edit"),
    path("customers/options/<int:post_id>/", customers.customer_options, name="customer_options"),
]
