"""Registers the app and its start-up checks, and listens to accounts."""

from django.apps import AppConfig

from handover.checks import register_all


class HandoverConfig(AppConfig):
    name = "handover"

    def ready(self) -> None:
        register_all()
        from handover.services import sign_ins  # noqa: PLC0415  models cannot be loaded before

        sign_ins.connect()
