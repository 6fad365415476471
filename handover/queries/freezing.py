"""Whether an item stays with who has it, because its team has an open dispute about it."""

from django.utils.translation import gettext as _

from handover.errors import InvalidMove
from handover.models import Dispute, PendingItem


def open_dispute(item: PendingItem) -> Dispute | None:
    return Dispute.objects.open().filter(item=item, team=item.team_id).order_by("pk").first()


def refuse_frozen(item: PendingItem) -> None:
    """Raises InvalidMove while a dispute about the item is open."""
    if open_dispute(item):
        raise InvalidMove(
            _(
                "There is an open dispute about this item. Whoever has it keeps it until it is decided or "
                "handed over. Everything for the customer can be done meanwhile."
            )
        )
