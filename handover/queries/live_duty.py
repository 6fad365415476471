"""Who is at each post now, and who comes next, for the live board."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import DateTimeField
from django.utils.translation import gettext as _

from handover.models import Access, Assignment, Post, Shift

from .prepared import Rows, prepared
from .words import Reader, listed

POSTS = 40
AHEAD = timedelta(days=1)


@dataclass
class Staffing:
    """A post with the names of who is on duty, and the shift that comes next with who is on it."""

    post: Post
    now: list[str] = field(default_factory=list)
    shift: str = ""
    next_shift: str = ""
    next: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """A shift runs, and nobody has checked in."""
        return bool(self.shift) and not self.now

    @property
    def now_words(self) -> str:
        return listed(self.now)

    @property
    def next_words(self) -> str:
        return listed(self.next)


def of_posts(access: Access) -> list[Staffing]:
    """The posts in use that this person leads. As many queries for many as for one."""
    posts = Post.objects.managed_by(access).in_use(access.now).filter(team__is_active=True)
    found = posts.select_related("team").order_by("team__name", "name", "pk")[:POSTS]
    places = {post.pk: Staffing(post) for post in found}
    _fill(places, access)
    return list(places.values())


def _fill(places: dict[int, Staffing], access: Access) -> None:
    reader = Reader(access.now)
    posts = frozenset(places)
    for post_id, name, leads in _present(now=access.now, posts=posts):
        places[post_id].now.append(_name(name, leads))
    coming: dict[int, int] = {}
    for pk, post_id, name, starts_at, ends_at in _shifts(
        now=access.now, until=access.now + AHEAD, posts=posts
    ):
        if starts_at <= access.now:
            words = {"shift": name, "at": reader.instant(ends_at)}
            places[post_id].shift = _("%(shift)s until %(at)s") % words
        elif not places[post_id].next_shift:
            words = {"shift": name, "at": reader.instant(starts_at)}
            places[post_id].next_shift = _("%(shift)s from %(at)s") % words
            coming[pk] = post_id
    _fill_next(places, coming)


@prepared(now=DateTimeField())
def _present(*, now: datetime, posts: frozenset[int]) -> Rows:
    present = Assignment.objects.on_duty(now).filter(shift__post__in=posts)
    return present.order_by("user__display_name", "pk").values_list(
        "shift__post", "user__display_name", "is_duty_supervisor"
    )


@prepared(now=DateTimeField(), until=DateTimeField())
def _shifts(*, now: datetime, until: datetime, posts: frozenset[int]) -> Rows:
    shifts = Shift.objects.filter(post__in=posts, ends_at__gt=now, starts_at__lte=until)
    return shifts.order_by("starts_at", "pk").values_list("pk", "post", "name", "starts_at", "ends_at")


def _fill_next(places: dict[int, Staffing], coming: dict[int, int]) -> None:
    """Who is on the first shift of each post that begins within a day."""
    roster = Assignment.objects.effective().of_workers().filter(shift__in=list(coming))
    for shift_id, name, leads in roster.order_by("user__display_name", "pk").values_list(
        "shift", "user__display_name", "is_duty_supervisor"
    ):
        places[coming[shift_id]].next.append(_name(name, leads))


def _name(name: str, leads: bool) -> str:
    return _("%(person)s (duty supervisor)") % {"person": name} if leads else name
