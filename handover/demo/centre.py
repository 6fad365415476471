"""Builds the centre of the demo: teams, posts, people, customers, shifts and who stands on them."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import translation
from django.utils.translation import gettext

from accounts import services as accounts
from accounts.models import Membership, Team, User
from handover.demo.accounts import PASSWORD
from handover.demo.data_files import read
from handover.demo.spans import named
from handover.models import Customer, IssueType, Post, Shift
from handover.queries.weeks import WEEK, Week, week_from, week_of
from handover.services import customers, people, posts, setup, shifts, teams
from handover.services.customers import CustomerFacts
from handover.services.people import Place

Role = Membership.Role
FOUNDED = timedelta(days=24)  # so long before now the teams were set up: two whole weeks at least
OPENED = timedelta(days=3)  # and so long before now a temporary post began
WORKED = timedelta(hours=44)  # since then somebody stands on every shift
ROSTERED = timedelta(hours=2)  # after the teams were set up
PLANNED = timedelta(days=3)  # up to when the roster is filled
DAY_ENDS_IN = timedelta(hours=5)  # most follow-ups of today are due then
CREWS = 3
HOLE = ("promotion", 4)  # the fourth coming shift of this post has nobody yet


@dataclass(frozen=True)
class Desk:
    """A post with its people. `shifts` are those with people on them; `current` ends at the boundary near
    now."""

    key: str
    post: Post
    language: str
    crews: list[list[User]]
    leader: User
    supervisors: list[User]
    shifts: list[Shift]
    current: int

    def crew_of(self, index: int) -> list[User]:
        return self.crews[(index - self.current) % CREWS]

    def phrase(self, name: str, number: int = 0) -> str:
        """What people here say; `number` tells one time from the others."""
        chosen = read("phrases")[self.language][name]
        return str(chosen if isinstance(chosen, str) else chosen[number % len(chosen)])

    def duty_supervisor_of(self, index: int) -> User | None:
        """The leader stands on the current shift, a supervisor on the next, nobody on the third."""
        chosen: list[User | None] = [self.leader, self.supervisors[0], None]
        if self.key == HOLE[0]:  # nobody at all came for the next shift of this post
            chosen[1] = None
        return chosen[(index - self.current) % CREWS]


@dataclass
class Centre:
    """All that the stories need to find by name."""

    now: datetime
    administrator: User
    teams: dict[str, Team] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    desks: dict[str, Desk] = field(default_factory=dict)

    @property
    def founded_at(self) -> datetime:
        return self.now - FOUNDED

    def lasting(self) -> list[Desk]:
        """The desks that were there from the beginning."""
        return [desk for desk in self.desks.values() if not desk.post.last_day]

    def weeks_over(self, team: Team) -> list[Week]:
        """Those that ended a day ago or more, since the teams were set up."""
        week, found = week_of(team, self.founded_at), []
        while week.ends_at + timedelta(days=1) <= self.now:
            found.append(week)
            week = week_from(team, week.monday + WEEK)
        return found

    def customer(self, post: Post, code: str) -> Customer:
        return Customer.objects.get(team=post.team_id, code=code)

    def issue_type(self, desk: Desk, name: str) -> IssueType:
        with translation.override(desk.language):
            return IssueType.objects.get(team=desk.post.team_id, name=gettext(name))


def build(now: datetime) -> Centre:
    """Everything that stands before the first shift begins."""
    row = read("people")["administrator"]
    administrator = setup.first_administrator(
        username=row["username"], display_name=row["name"], password=PASSWORD, now=now - FOUNDED
    )
    accounts.set_preferences(user=administrator, language=row["language"])
    centre = Centre(now, administrator)
    _make_teams(centre)
    _make_posts(centre)
    _make_people(centre)
    _make_customers(centre)
    for key in centre.posts:
        centre.desks[key] = _staff(centre, key)
    return centre


def _make_teams(centre: Centre) -> None:
    for key, row in read("centre")["teams"].items():
        team = Team(time_zone=row["time_zone"])
        day_end = (centre.now + DAY_ENDS_IN).astimezone(team.zone)
        centre.teams[key] = teams.create(
            facts={
                "name": row["name"],
                "time_zone": row["time_zone"],
                "day_ends_at": time(day_end.hour),
                "is_active": True,
            },
            language=row["language"],
            actor=centre.administrator,
            now=centre.founded_at,
        )


def _make_posts(centre: Centre) -> None:
    actor, founded_at = centre.administrator, centre.founded_at
    for key, row in read("centre")["posts"].items():
        team = centre.teams[row["team"]]
        first_day = (centre.now - OPENED).astimezone(team.zone).date() - timedelta(days=1)
        days = row.get("days")
        facts: posts.PostFacts = {
            "name": row["name"],
            "early_minutes": row["early"],
            "first_day": first_day if days else None,
            "last_day": first_day + OPENED + timedelta(days=days) if days else None,
            "is_active": True,
        }
        post = posts.create(team=team, facts=facts, hours=[], leaders=[], actor=actor, now=founded_at)
        patterns = _patterns(team, read("centre")["teams"][row["team"]]["language"], boundary(centre, key))
        posts.add_patterns(post=post, patterns=patterns, actor=actor, now=founded_at)
        centre.posts[key] = post


def boundary(centre: Centre, key: str) -> datetime:
    """The shift boundary near now at the post."""
    return named(read("centre")["posts"][key]["boundary"], centre.now)


def _patterns(team: Team, language: str, at: datetime) -> list[posts.PatternFacts]:
    """Three shifts of eight hours, one of which ends at the boundary."""
    patterns: list[posts.PatternFacts] = []
    for starts_at in (at - timedelta(hours=8), at, at + timedelta(hours=8)):
        local, end = (moment.astimezone(team.zone) for moment in (starts_at, starts_at + timedelta(hours=8)))
        patterns.append(
            {
                "name": _shift_name(language, local.hour),
                "starts_at": local.time(),
                "ends_at": end.time(),
                "weekdays": "0123456",
                "is_active": True,
            }
        )
    return patterns


def _shift_name(language: str, hour: int) -> str:
    names: dict[str, str] = read("centre")["shift_names"][language]
    return names["early"] if 4 <= hour < 12 else names["late"] if 12 <= hour < 20 else names["night"]


def _make_people(centre: Centre) -> None:
    data = read("people")
    everywhere = list(centre.teams)
    _add(centre, data["auditor"] | {"teams": everywhere}, Role.AUDITOR)
    for row in data["supervisors"]:
        _add(centre, row, Role.SUPERVISOR)
    for row in data["leaders"]:
        _add(centre, row, Role.LEADER, led=row["posts"])
    _add(centre, data["spare"], Role.AGENT)
    for post_key, crews in data["crews"].items():
        team = read("centre")["posts"][post_key]["team"]
        language = read("centre")["teams"][team]["language"] if team != "promotion" else ""
        for username, name in (person for crew in crews for person in crew):
            row = {"username": username, "name": name, "language": language, "teams": [team]}
            _add(centre, row, Role.AGENT)
    # One hash for all: they share one password, and it stands on the sign-in page.
    User.objects.update(password=make_password(PASSWORD), must_change_password=False, password_reset_by=None)
    centre.people = {user.username: user for user in User.objects.order_by("pk")}


def _add(centre: Centre, row: dict[str, Any], role: str, *, led: list[str] | None = None) -> None:
    led_posts = [centre.posts[key] for key in led or []]
    keys = row.get("teams") or sorted({read("centre")["posts"][key]["team"] for key in led or []})
    places = {
        centre.teams[key]: Place(role, [post for post in led_posts if post.team == centre.teams[key]])
        for key in keys
    }
    person, _one_time_password = people.create(
        username=row["username"],
        display_name=row["name"],
        places=places,
        actor=centre.administrator,
        now=centre.founded_at,
    )
    accounts.set_preferences(user=person, language=row["language"])


def _make_customers(centre: Centre) -> None:
    crews, made_at = read("people")["crews"], centre.founded_at + timedelta(hours=1)
    for key, rows in read("customers").items():
        post_key = next(k for k, row in read("centre")["posts"].items() if row["team"] == key)
        actor = centre.people[crews[post_key][0][0][0]]
        for row in rows:
            made_at += timedelta(minutes=1)
            customers.create(team=centre.teams[key], facts=CustomerFacts(**row), actor=actor, now=made_at)


def _staff(centre: Centre, key: str) -> Desk:
    """Fills the roster of the post: the same crew at the same hours every day."""
    post, data = centre.posts[key], read("people")
    team = read("centre")["posts"][key]["team"]
    first, last = centre.now - WORKED, centre.now + PLANNED
    planned = list(Shift.objects.filter(post=post, starts_at__range=(first, last)).order_by("starts_at"))
    near = boundary(centre, key)
    desk = Desk(
        key=key,
        post=post,
        language=read("centre")["teams"][team]["language"],
        crews=[[centre.people[username] for username, _name in crew] for crew in data["crews"][key]],
        leader=next(centre.people[row["username"]] for row in data["leaders"] if key in row["posts"]),
        supervisors=[centre.people[row["username"]] for row in data["supervisors"] if team in row["teams"]],
        shifts=planned,
        current=min(range(len(planned)), key=lambda index: abs(planned[index].ends_at - near)),
    )
    for index, shift in enumerate(planned):
        if (key, index - desk.current) != HOLE:
            _assign(desk, index, shift, centre.founded_at + ROSTERED)
    return desk


def _assign(desk: Desk, index: int, shift: Shift, now: datetime) -> None:
    for person in desk.crew_of(index):
        shifts.assign(shift=shift, user=person, actor=desk.leader, now=now)
    if supervisor := desk.duty_supervisor_of(index):
        shifts.assign(shift=shift, user=supervisor, is_duty_supervisor=True, actor=desk.leader, now=now)
