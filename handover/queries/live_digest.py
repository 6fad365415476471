"""What stands on the live board in a few words, for the first page of whoever leads something."""

from dataclasses import dataclass

from django.utils.functional import Promise as StrPromise
from django.utils.translation import gettext_lazy as _

from handover.models import Access, Waits

from . import board_decisions, board_handovers, deliveries, live_board, live_escalations
from .live_board import SHOWN


@dataclass(frozen=True)
class Tally:
    """How many there are of one list of the board; no list is counted further than it is shown."""

    key: str
    icon: str
    label: str | StrPromise
    number: str


def of_board(access: Access) -> list[Tally]:
    """The lists of the board that are not empty and wait for somebody in charge."""
    found = (
        ("untaken", "urgent", _("Urgent, not taken"), live_board.clocks_of(access, Waits.TAKEN)),
        ("escalations", "alarm", _("Escalated"), live_escalations.newest(access)),
        ("refused", "shield", _("To be decided"), board_decisions.refused(access)),
        ("disputes", "chat", _("Disputes"), board_decisions.disputed(access)),
        ("complaints", "shield", _("Complaints to verify"), live_board.clocks_of(access, Waits.COMPLAINT)),
        ("late", "warning", _("Late handovers"), board_handovers.late(access)),
        ("undelivered", "email", _("Could not be sent"), deliveries.given_up(access)),
    )
    return [Tally(key, icon, label, _number(len(rows))) for key, icon, label, rows in found if rows]


def _number(length: int) -> str:
    return f"{SHOWN}+" if length > SHOWN else str(length)
