"""When somebody who is off duty works next, in words."""

from datetime import datetime, timedelta

from django.db.models import BigIntegerField, DateTimeField
from django.utils.translation import gettext as _

from accounts.models import User
from handover.models import Assignment

from .prepared import Rows, prepared
from .words import Reader


def words(user: User, now: datetime) -> str:
    """The next shift that has not begun, and when its check-in opens; or that there is none yet."""
    found = _next(user=user.pk, now=now)
    if not found:
        return _("No shift is planned for you yet. Who keeps the roster can tell you more.")
    shift, post, starts_at, early_minutes = found[0]
    reader = Reader(now)
    return _("Your next shift: %(shift)s, %(post)s, %(start)s (%(relative)s). Check-in opens: %(open)s.") % {
        "shift": shift,
        "post": post,
        "start": reader.instant(starts_at),
        "relative": reader.relative(starts_at),
        "open": reader.instant(starts_at - timedelta(minutes=early_minutes)),
    }


@prepared(user=BigIntegerField(), now=DateTimeField())
def _next(*, user: int, now: datetime) -> Rows:
    coming = Assignment.objects.effective().of_workers().filter(user=user, shift__starts_at__gt=now)
    return coming.order_by("shift__starts_at", "pk").values_list(
        "shift__name", "shift__post__name", "shift__starts_at", "shift__post__early_minutes"
    )[:1]
