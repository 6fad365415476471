"""Compiles the translation files. Replaces Django's, which needs gettext."""

from typing import Any

from django.core.management.base import BaseCommand

from handover.management.translations import compile_catalogs


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options: Any) -> None:
        compile_catalogs()
