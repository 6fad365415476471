"""Registers the app and its start-up checks."""

from django.apps import AppConfig

from handover.checks import register_all


class HandoverConfig(AppConfig):
    name = "handover"

    def ready(self) -> None:
        register_all()
