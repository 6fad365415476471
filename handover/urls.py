"""All addresses."""

from django.urls import include, path

from handover.views import customers, health, shifts

urlpatterns = [
    path("", include("accounts.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("customers/", customers.customer_list, name="customer_list"),
    path("customers/new/", customers.customer_create, name="customer_create"),
    path("customers/<int:pk>/", customers.customer_detail, name="customer_detail"),
    path("customers/<int:pk>/edit/", customers.customer_edit, name="customer_edit"),
    path("customers/options/<int:post_id>/", customers.customer_options, name="customer_options"),
    path("roster/", shifts.week, name="roster"),
    path("posts/<int:post_pk>/shifts/new/", shifts.shift_create, name="shift_create"),
    path("shifts/<int:pk>/", shifts.shift_detail, name="shift_detail"),
    path("shifts/<int:pk>/edit/", shifts.shift_edit, name="shift_edit"),
    path("shifts/<int:pk>/delete/", shifts.shift_delete, name="shift_delete"),
    path("assignments/<int:pk>/remove/", shifts.assignment_remove, name="assignment_remove"),
    path("assignments/<int:pk>/substitute/", shifts.assignment_substitute, name="assignment_substitute"),
    path("assignments/<int:pk>/check-in/", shifts.check_in, name="check_in"),
    path("assignments/<int:pk>/check-out/", shifts.check_out, name="check_out"),
]
