"""What people are told of their shifts, in the language and the zone that are active."""

from datetime import datetime
from functools import cached_property

from django.db.models import QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import User
from handover.models import Kind, PendingItem, Shift

from . import duty
from .words import Reader, listed

ITEMS = 3
NAMES = 3
NAME_LENGTH = 40


class ShiftWords:
    """The sentences about one shift. What they tell is read once, when the first of them is asked for."""

    def __init__(self, shift: Shift, now: datetime) -> None:
        self.shift, self.now = shift, now

    def start(self, person: User) -> str:
        """The items come last: if anything has to be cut off, then of these, whose number is said."""
        starts = _("Your shift %(shift)s at %(post)s starts at %(at)s.") % self._facts(self.shift.starts_at)
        return " ".join([starts, self._in_charge(person), self._urgent_items()])

    def open(self, _person: User) -> str:
        return _(
            "Your shift %(shift)s at %(post)s ends at %(at)s, and its handover is open. "
            "Please go through it and add what the next shift must know."
        ) % self._facts(self.shift.ends_at)

    def sign(self, _person: User) -> str:
        return _(
            "Your shift %(shift)s at %(post)s ends at %(at)s, and its handover is not signed yet. "
            "Please sign it before you leave."
        ) % self._facts(self.shift.ends_at)

    def _facts(self, at: datetime) -> dict[str, str]:
        return {
            "shift": self.shift.name,
            "post": self.shift.post.name,
            "at": Reader(self.now).instant(at),
        }

    def _in_charge(self, person: User) -> str:
        chain = self._chain
        if person in chain.duty_supervisors:
            return _("You are the duty supervisor.")
        if chain.duty_supervisors:
            return _("Duty supervisor: %(names)s.") % {"names": _names(chain.duty_supervisors)}
        return _("There is no duty supervisor. In charge: %(names)s.") % {"names": _names(chain.in_charge())}

    def _urgent_items(self) -> str:
        if not self._count:
            return _("No urgent item is open there.")
        reader = Reader(self.now)
        items = pgettext("between the items of a list", "; ").join(
            _item(item, reader) for item in self._first
        )
        return ngettext(
            "%(count)s urgent item is open there: %(items)s.",
            "%(count)s urgent items are open there, first of all: %(items)s.",
            self._count,
        ) % {"count": self._count, "items": items}

    @cached_property
    def _chain(self) -> duty.Chain:
        """As it will be when the shift starts."""
        return duty.chains([self.shift.post], self.shift.starts_at)[self.shift.post_id]

    @cached_property
    def _count(self) -> int:
        return self._urgent.count()

    @cached_property
    def _first(self) -> list[PendingItem]:
        """Those that run out first."""
        items = self._urgent.select_related("customer", "issue_type")
        return list(items.order_by("next_due_at", "pk")[:ITEMS])

    @property
    def _urgent(self) -> QuerySet[PendingItem]:
        return PendingItem.objects.open().filter(post=self.shift.post_id, kind=Kind.URGENT)


def _names(people: tuple[User, ...]) -> str:
    return listed(_short(person.display_name) for person in people[:NAMES])


def _item(item: PendingItem, reader: Reader) -> str:
    """An open item has a due instant, by constraint."""
    return _("#%(number)s %(customer)s, %(issue)s (%(clock)s)") % {
        "number": item.pk,
        "customer": _short(item.customer.name),
        "issue": _short(item.issue_type.name),
        "clock": reader.clock(item.next_clock, item.next_due_at).text,  # type: ignore[arg-type]
    }


def _short(name: str) -> str:
    return Truncator(name).chars(NAME_LENGTH)
