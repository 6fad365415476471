"""The ladders of a team as its pages of settings show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Team
from handover import ladders
from handover.ladders import Steps
from handover.models import Kind, Ladder, Post, Waits

from . import duty
from .duty import Chain
from .ladder_words import counts_from, sentence, until
from .ladders import InForce, Place, own, versions
from .words import Reader, listed


@dataclass(frozen=True)
class Row:
    """What counts at one place: the team's `own` ladder, else one for more (`wider`), else built in."""

    place: Place
    title: str
    url: str
    history_url: str
    trial_url: str
    steps: list[str]
    own: Ladder | None
    wider: Ladder | None


@dataclass(frozen=True)
class Section:
    clock: str
    title: str
    counts_from: str
    at_any_hour: bool
    rows: list[Row]


@dataclass(frozen=True)
class Version:
    ladder: Ladder
    steps: list[str]


def sections(team: Team, *, post: Post | None, now: datetime) -> list[Section]:
    """All that waits with what counts for it; `post` is where people stand beside the targets. Some queries,
    however many ladders.
    """
    found = list(
        Ladder.objects.filter(team=team, retired_at__isnull=True)
        .select_related("issue_type", "made_by")
        .order_by("item_kind", "issue_type__name", "pk")
    )
    chain = duty.chains([post], now)[post.pk] if post else None
    write = _Writer(InForce(found), chain, Reader(now))
    return [
        Section(
            clock=clock.value,
            title=until(clock),
            counts_from=counts_from(clock),
            at_any_hour=clock in ladders.AT_ANY_HOUR,
            rows=[write.row(place) for place in _places(team, clock, found)],
        )
        for clock in Waits
    ]


def steps_at(place: Place) -> Steps:
    """The steps that count for what begins to wait at this place now."""
    found = Ladder.objects.filter(team=place.team, clock=place.clock, retired_at__isnull=True)
    return _steps(place, InForce(found).at(place))


def without_own(place: Place, now: datetime) -> list[str]:
    """What would count without a ladder of just this place."""
    found = Ladder.objects.filter(team=place.team, clock=place.clock, retired_at__isnull=True)
    mine = own(place)
    others = InForce(ladder for ladder in found if ladder != mine)
    return in_words(place.clock, _steps(place, others.at(place)), now)


def history(place: Place, now: datetime) -> list[Version]:
    """Every version of a place, the newest first."""
    rows = versions(place).select_related("made_by").order_by("-version", "-pk")
    return [Version(row, in_words(place.clock, ladders.load(row.steps), now)) for row in rows]


def in_words(clock: str, steps: Iterable[ladders.Step], now: datetime) -> list[str]:
    reader = Reader(now)
    return [sentence(clock, step, reader) for step in steps]


def title(place: Place) -> str:
    """For what of its kind of waiting a ladder is."""
    parts = [str(Kind(place.item_kind).label)] if place.item_kind else []
    if place.issue_type:
        parts.append(place.issue_type.name)
    return listed(parts) or _("In general")


def address(name: str, place: Place) -> str:
    """The page of this name about the place."""
    query = urlencode(asked(place))
    url = reverse(name, args=[place.team.pk, place.clock])
    return f"{url}?{query}" if query else url


def asked(place: Place) -> dict[str, str]:
    """What an address says of a place beside what waits."""
    both = {"kind": place.item_kind, "type": str(place.issue_type.pk) if place.issue_type else ""}
    return {name: value for name, value in both.items() if value}


class _Writer:
    """Writes the rows of one page: the ladders in force, who is there now and the language are read once."""

    def __init__(self, in_force: InForce, chain: Chain | None, reader: Reader) -> None:
        self.in_force, self.chain, self.reader = in_force, chain, reader

    def row(self, place: Place) -> Row:
        ladder = self.in_force.at(place)
        is_own = ladder is not None and (ladder.item_kind, ladder.issue_type) == place[2:]
        steps = _steps(place, ladder)
        trial = reverse("ladder_trial", args=[place.team.pk])
        return Row(
            place=place,
            title=title(place),
            url=address("ladder_edit", place),
            history_url=address("ladder_history", place),
            trial_url=f"{trial}?{urlencode(asked(place) | {'clock': place.clock})}",
            steps=[sentence(place.clock, step, self.reader, self.chain) for step in steps],
            own=ladder if is_own else None,
            wider=None if is_own else ladder,
        )


def _places(team: Team, clock: Waits, found: list[Ladder]) -> list[Place]:
    """All of a kind of waiting first, then what has a ladder of its own, built in or the team's."""
    built_in = [Place(team, clock, kind) for name, kind in ladders.BUILT_IN if name == clock]
    mine = [Place(team, clock, row.item_kind, row.issue_type) for row in found if row.clock == clock]
    return list(dict.fromkeys([Place(team, clock), *built_in, *mine]))


def _steps(place: Place, ladder: Ladder | None) -> Steps:
    return ladders.load(ladder.steps) if ladder else ladders.built_in(place.clock, place.item_kind)
