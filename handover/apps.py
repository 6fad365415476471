"""Registers the app and its start-up checks, and listens to accounts and to migrate."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class HandoverConfig(AppConfig):
    name = "handover"

    def ready(self) -> None:
        from handover import append_only, checks  # noqa: PLC0415  models cannot be loaded before
        from handover.services import sign_ins  # noqa: PLC0415

        checks.register_all()
        sign_ins.connect()
        post_migrate.connect(append_only.after_migrate, sender=self)
