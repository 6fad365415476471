"""Teams with full rosters, and urgent items at their posts, for whatever measures or hurts the engine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import Membership, Team, User
from bench.texts import ISSUES, NOTES, name, some
from handover.ladders import LIMIT_MINUTES
from handover.models import (
    Assignment,
    Clock,
    ClockKind,
    Customer,
    Emotion,
    IssueType,
    Kind,
    PendingItem,
    Post,
    Shift,
    Waits,
    Webhook,
)

AGENTS = 3  # on duty at each post
BATCH = 2000
LANGUAGES = User.Language.values
Role = Membership.Role


@dataclass(frozen=True)
class Place:
    """A post, and everybody who may be told of what waits there."""

    post: Post
    agents: list[User]
    duty_supervisor: User
    leader: User
    supervisors: list[User]
    customers: list[Customer]
    issue_type: IssueType


def administrators(count: int = 2) -> list[User]:
    return [_person(f"administrator{number}", number, is_administrator=True) for number in range(count)]


def team(number: int, *, posts: int, now: datetime, webhook: str = "") -> list[Place]:
    """A team whose posts are staffed for half a day before and after `now`, with a group chat."""
    made = Team.objects.create(name=f"Team {number}")
    issue_type = IssueType.objects.create(team=made, name=ISSUES[number % len(ISSUES)])
    supervisor = _member(made, Role.SUPERVISOR, f"supervisor{number}", number)
    customers = _customers(made, now)
    if webhook:
        Webhook.objects.create(
            team=made, name="Group", format=Webhook.Format.JSON, url=webhook, secret=made.name, language="en"
        )
    return [_place(made, f"{number}-{n}", supervisor, customers, issue_type, now) for n in range(posts)]


def _place(
    team: Team,
    label: str,
    supervisor: User,
    customers: list[Customer],
    issue_type: IssueType,
    now: datetime,
) -> Place:
    post = Post.objects.create(team=team, name=f"Post {label}")
    agents = [_member(team, Role.AGENT, f"agent{label}-{n}", n) for n in range(AGENTS)]
    leader = _member(team, Role.LEADER, f"leader{label}", AGENTS)
    post.leaders.add(leader)
    duty_supervisor = _member(team, Role.SUPERVISOR, f"duty{label}", AGENTS + 1)
    half = timedelta(hours=12)
    shift = Shift.objects.create(post=post, name="Long", starts_at=now - half, ends_at=now + half)
    for person in (*agents, duty_supervisor):
        Assignment.objects.create(
            shift=shift,
            user=person,
            is_duty_supervisor=person == duty_supervisor,
            checked_in_at=shift.starts_at,
        )
    return Place(post, agents, duty_supervisor, leader, [supervisor, duty_supervisor], customers, issue_type)


def _member(team: Team, role: str, username: str, number: int) -> User:
    person = _person(username, number)
    Membership.objects.create(user=person, team=team, role=role)
    return person


def _person(username: str, number: int, **fields: bool) -> User:
    return User.objects.create(
        username=username,
        display_name=name(number),
        email=f"{username}@example.com",
        language=LANGUAGES[number % len(LANGUAGES)],
        **fields,
    )


def _customers(team: Team, now: datetime) -> list[Customer]:
    return Customer.objects.bulk_create(
        Customer(
            team=team,
            code=f"{team.pk}-{n}",
            name=name(n),
            need=Customer.Need.NONE,
            created_at=now,
            changed_at=now,
        )
        for n in range(200)
    )


def urgent(places: Sequence[Place], begins: Sequence[datetime]) -> list[PendingItem]:
    """One urgent item for each instant, in the queues of the places in turn, with its clocks unarmed."""
    items = PendingItem.objects.bulk_create(
        [_item(places[n % len(places)], n, at) for n, at in enumerate(begins)], batch_size=BATCH
    )
    Clock.objects.bulk_create([clock for item in items for clock in _clocks(item)], batch_size=BATCH)
    return items


def _item(place: Place, number: int, begins: datetime) -> PendingItem:
    return PendingItem(
        team=place.post.team,
        post=place.post,
        customer=place.customers[number % len(place.customers)],
        issue_type=place.issue_type,
        kind=Kind.URGENT,
        progress=some(NOTES, number),
        next_action="Call the customer back with the answer.",
        channel="phone",
        emotion=Emotion.ANXIOUS,
        key_at=begins + timedelta(days=1),
        first_contact=place.agents[0],
        created_at=begins,
        changed_at=begins,
        urgent_since=begins,
        next_due_at=begins + timedelta(minutes=LIMIT_MINUTES[Waits.TAKEN]),
        next_clock=ClockKind.TAKEN,
    )


def _clocks(item: PendingItem) -> list[Clock]:
    begins = item.created_at
    dues = {kind: begins + timedelta(minutes=LIMIT_MINUTES[kind]) for kind in (Waits.TAKEN, Waits.RESPONSE)}
    dues[Waits.DONE] = item.key_at
    return [
        Clock(item=item, kind=kind, started_at=begins, due_at=due_at, next_at=begins)
        for kind, due_at in dues.items()
    ]
