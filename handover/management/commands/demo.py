"""Fills an empty installation with a believable centre to try the product on. Safe to run twice."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.utils import timezone

from handover.demo import installation
from handover.demo.accounts import ACCOUNTS, PASSWORD


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--reset", action="store_true", help="Remove the demo and make it anew, from now."
        )

    def handle(self, *, reset: bool, **options: Any) -> None:
        if not installation.is_migrated():
            raise CommandError(
                "The database is not up to date with this version. Run `manage.py migrate` first; "
                "`make run` does it by itself."
            )
        there, foreign = installation.is_there(), installation.foreign()
        if foreign and (reset or not there):
            raise CommandError(
                f"This installation has teams or people of its own ({', '.join(foreign[:3])}). The demo goes "
                "into an empty one: set DATA_DIR or DATABASE_URL to another place."
            )
        if there and not reset:
            self.stdout.write("The demo is there already; nothing was added. --reset makes it anew.")
        else:
            if there:
                installation.remove()
            installation.make(timezone.now())
            self.stdout.write("The demo is ready.")
        self._list_accounts()

    def _list_accounts(self) -> None:
        self.stdout.write(f"\nEverybody signs in with the password  {PASSWORD}\n\n")
        for account in ACCOUNTS:
            place = f", {account.team}" if account.team else ""
            self.stdout.write(f"  {account.username:<12}{account.role}{place}: {account.waiting}")
