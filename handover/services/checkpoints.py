"""Brings the checkpoints out of the database: to a file, and by email once a day."""

import fcntl
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _

from handover.models import Checkpoint, Pulse
from handover.queries import evidence

TAIL_BYTES = 4096  # holds the last line of the file
MAIL = "evidence_mail"  # the pulse that keeps when the last one went
EVERY = timedelta(days=1)


def copy_out() -> None:
    """Append the checkpoints that the file lacks. A line that a crash cut off is written anew."""
    path = Path(settings.EVIDENCE_CHECKPOINT_FILE)
    path.touch(exist_ok=True)
    with path.open("r+b") as copy:
        fcntl.flock(copy, fcntl.LOCK_EX)
        end = copy.seek(0, 2)
        start = copy.seek(max(0, end - TAIL_BYTES))
        whole, newline, _cut = copy.read().rpartition(b"\n")
        copy.truncate(copy.seek(start + len(whole + newline)))
        last = evidence.read_line(whole.rpartition(b"\n")[2].decode()).size if newline else 0
        for checkpoint in Checkpoint.objects.filter(size__gt=last).order_by("size").iterator():
            copy.write(f"{evidence.line(checkpoint)}\n".encode())


def mail(*, now: datetime) -> None:
    """Send the latest checkpoint to EVIDENCE_MAIL_TO, unless the last letter is younger than a day.

    Two at once may send it twice; one that could not be sent is tried again at the next call.
    """
    latest = Checkpoint.objects.order_by("-size").first()
    recently = Pulse.objects.filter(name=MAIL, at__gt=now - EVERY).exists()
    if not (settings.EVIDENCE_MAIL_TO and settings.EMAIL_IS_SET_UP and latest) or recently:
        return
    text = _(
        "Keep this letter where nobody who works on the server can change it. As a file it is taken by "
        "manage.py verify --checkpoints; the file must hold the last line alone."
    )
    subject = _("Checkpoint %(size)d of the handover ledger") % {"size": latest.size}
    body = f"{text}\n\n{evidence.line(latest)}\n"
    send_mail(subject, body, None, [settings.EVIDENCE_MAIL_TO])
    Pulse.objects.update_or_create(name=MAIL, defaults={"at": now})
