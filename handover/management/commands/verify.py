"""Checks the ledger and everything that it stands for; docs/evidence.md says what each answer means."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from handover import seal_key
from handover.errors import HandoverError
from handover.models import Checkpoint
from handover.queries import verification


class Command(BaseCommand):
    help = "Checks that nothing of the trail, the signatures and the signed texts was changed or removed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--checkpoints", type=Path, help="if not EVIDENCE_CHECKPOINT_FILE")
        parser.add_argument("--public-key", type=Path, help="where the private key is not at hand")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES])

    def handle(self, *_args: Any, **options: Any) -> None:
        with translation.override(options["language"] or settings.LANGUAGE_CODE):
            fault = self._fault(options["checkpoints"], options["public_key"])
        if fault:
            raise CommandError(fault)

    def _fault(self, checkpoints: Path | None, key_file: Path | None) -> str:
        """Kept apart from the walk that found it, whose cursors must end before the connection does."""
        try:
            self._verify(checkpoints, key_file)
        except HandoverError as error:
            return error.sentence
        except (OSError, ValueError) as error:
            return str(error)
        return ""

    def _verify(self, checkpoints: Path | None, key_file: Path | None) -> None:
        key = seal_key.read_public(key_file) if key_file else seal_key.load().public_key()
        self.stdout.write(seal_key.pem(key))
        found = verification.verify(key, _outside(checkpoints))
        words = {
            "entries": found.entries,
            "checkpoints": found.checkpoints,
            "outside": found.outside,
            "waiting": found.waiting,
            "key": seal_key.key_id(key),
        }
        self.stdout.write(_("Everything fits."))
        self.stdout.write(_("%(entries)d entries of the ledger and the rows they stand for") % words)
        self.stdout.write(_("%(checkpoints)d checkpoints, signed with key %(key)s") % words)
        self.stdout.write(_("%(outside)d checkpoints of the copy outside") % words)
        self.stdout.write(_("%(waiting)d rows wait to be sealed") % words)
        if late := found.backdated:
            what = _("%(count)d rows tell of a time long before they were put there; the first is %(first)s.")
            self.stdout.write(what % {"count": len(late), "first": late[0]})


def _outside(checkpoints: Path | None) -> list[str]:
    """The file may be missing only as long as nothing is sealed."""
    path = checkpoints or Path(settings.EVIDENCE_CHECKPOINT_FILE)
    if not path.exists() and not checkpoints and not Checkpoint.objects.exists():
        return []
    return path.read_text().splitlines()
