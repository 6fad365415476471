"""Addresses of signing in and of the own account."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("password/", views.password_change, name="password_change"),
    path("people/<int:pk>/password/", views.password_reset, name="password_reset"),
    path("people/<int:pk>/vouch/", views.password_vouch, name="password_vouch"),
    path("profile/", views.profile, name="profile"),
    path("language/", views.set_language, name="set_language"),
    path("theme/", views.set_theme, name="theme"),
    path("kept/<int:pk>/", views.held_form, name="held_form"),
]
