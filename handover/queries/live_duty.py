"""Who is at each post now, and who comes next, for the live board."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils.translation import gettext as _

from handover.models import Access, Assignment, Post, Shift

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
    """The posts in use that this person leads. Four queries for however many."""
    posts = Post.objects.managed_by(access).in_use(access.now).filter(team__is_active=True)
    found = posts.select_related("team").order_by("team__name", "name", "pk")[:POSTS]
    places = {post.pk: Staffing(post) for post in found}
    _fill_now(places, access)
    _fill_next(places, access)
    return list(places.values())


def _fill_now(places: dict[int, Staffing], access: Access) -> None:
    reader = Reader(access.now)
    present = Assignment.objects.on_duty(access.now).filter(shift__post__in=places)
    for assignment in present.select_related("user", "shift").order_by("user__display_name", "pk"):
        places[assignment.shift.post_id].now.append(_name(assignment))
    for shift in Shift.objects.covering(access.now).filter(post__in=places).order_by("starts_at", "pk"):
        words = {"shift": shift.name, "at": reader.instant(shift.ends_at)}
        places[shift.post_id].shift = _("%(shift)s until %(at)s") % words


def _fill_next(places: dict[int, Staffing], access: Access) -> None:
    """The first shift of each post that begins within a day."""
    reader = Reader(access.now)
    coming = Shift.objects.filter(
        post__in=places, starts_at__gt=access.now, starts_at__lte=access.now + AHEAD
    )
    first: dict[int, Shift] = {}
    for shift in coming.order_by("starts_at", "pk"):
        first.setdefault(shift.post_id, shift)
    names: dict[int, list[str]] = defaultdict(list)
    roster = Assignment.objects.effective().of_workers().filter(shift__in=list(first.values()))
    for assignment in roster.select_related("user").order_by("user__display_name", "pk"):
        names[assignment.shift_id].append(_name(assignment))
    for post_id, shift in first.items():
        words = {"shift": shift.name, "at": reader.instant(shift.starts_at)}
        places[post_id].next_shift = _("%(shift)s from %(at)s") % words
        places[post_id].next = names[shift.pk]


def _name(assignment: Assignment) -> str:
    if assignment.is_duty_supervisor:
        return _("%(person)s (duty supervisor)") % {"person": assignment.user}
    return assignment.user.display_name
