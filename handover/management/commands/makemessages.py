"""Brings the translation files up to date with code and templates. Replaces Django's, which needs gettext."""

from typing import Any

from django.core.management.base import BaseCommand

from handover.management.translations import catalog_files, gather, problems, read_catalog, update_catalogs


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options: Any) -> None:
        update_catalogs()
        for po_file in catalog_files():
            left = problems(read_catalog(po_file), gather())
            self.stdout.write("\n".join([*left, f"{po_file}: {len(left)} messages to look at"]))
