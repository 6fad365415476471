"""Makes ladders a team's own, and goes back to the built-in ones."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from handover.errors import Conflict
from handover.ladders import Step, dump, in_order, load
from handover.models import Ladder
from handover.queries.ladders import Place, own, versions
from handover.services import setting_changes
from handover.services.versions import add, retire


@transaction.atomic
def change(*, place: Place, steps: Iterable[Step], seen_version: int, actor: User, now: datetime) -> Ladder:
    """Write the steps as the next version, and retire the one before it.

    `seen_version` is the one in force that the person saw, 0 for none. Raises Conflict where another one is.
    Safe to call twice: the same steps again make no version. Clocks that run keep what they were armed with.
    """
    new, current = in_order(steps), own(place)
    if current and load(current.steps) == new:
        return current
    if not retire(versions(place), seen_version=seen_version, now=now):
        raise _changed()
    ladder = Ladder(**place._asdict(), steps=dump(new), made_by=actor, made_at=now)
    if not add(versions(place), ladder):
        raise _changed()
    _record(ladder, [seen_version, ladder.version], actor, now)
    return ladder


@transaction.atomic
def go_back(*, place: Place, seen_version: int, actor: User, now: datetime) -> None:
    """Let the next wider ladder count again, in the end the built-in one; nothing to do where it does.

    Raises Conflict where another version is in force than the person saw.
    """
    ladder = own(place)
    if ladder is None:
        return
    if not retire(versions(place), seen_version=seen_version, now=now):
        raise _changed()
    _record(ladder, [seen_version, 0], actor, now)


def _record(ladder: Ladder, change: list[int], actor: User, now: datetime) -> None:
    """In the trail 0 stands for the ladder that counts without one of this place."""
    setting_changes.record(
        what="ladder", thing=ladder, team=ladder.team, actor=actor, now=now, changes={"version": change}
    )


def _changed() -> Conflict:
    return Conflict(_("Somebody else has changed this ladder meanwhile."))
