"""All addresses of the floor."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from bench.floor import views

urlpatterns = [
    path("bare", views.bare, name="bare"),
    path("login/", LoginView.as_view(template_name="floor/form.html"), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("", views.record_list, name="record_list"),
    path("new/", views.record_create, name="record_create"),
    path("<int:pk>/", views.record_detail, name="record_detail"),
]
