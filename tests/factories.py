"""Rows for tests, as plain functions. What a test does not say is filled in believably."""

from datetime import UTC, datetime, time, timedelta
from itertools import count

from accounts.models import Membership, Team, User
from handover.models import (
    Assignment,
    Clock,
    ClockKind,
    Customer,
    Handover,
    IssueType,
    Kind,
    Ladder,
    Notice,
    PendingItem,
    Post,
    Pulse,
    Shift,
    ShiftPattern,
    Webhook,
)

NOW = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)  # Tuesday, 14:00 in Shanghai
PASSWORD = "correct horse battery"  # of everybody
Role = Membership.Role

_numbers = count(1)


def team(name: str = "", **fields) -> Team:
    return Team.objects.create(name=name or f"Team {next(_numbers)}", **fields)


def user(name: str = "", *, password: str | None = PASSWORD, **fields) -> User:
    number = next(_numbers)
    display_name = name or f"Person {number}"
    fields.setdefault("username", f"person{number}")
    person = User(display_name=display_name, **fields)
    person.set_password(password)
    person.save()
    return person


def administrator(name: str = "", **fields) -> User:
    return user(name, is_administrator=True, **fields)


def membership(person: User, place: Team, role: str = Role.AGENT) -> Membership:
    return Membership.objects.create(user=person, team=place, role=role)


def member(place: Team, role: str = Role.AGENT, *, name: str = "", leads: Post | None = None) -> User:
    """A person of the team; `leads` makes them a leader of that post."""
    person = user(name)
    membership(person, place, Role.LEADER if leads else role)
    if leads:
        leads.leaders.add(person)
    return person


def post(place: Team | None = None, name: str = "", **fields) -> Post:
    return Post.objects.create(team=place or team(), name=name or f"Post {next(_numbers)}", **fields)


def pattern(
    desk: Post, name: str = "Night", starts_at: time = time(0), ends_at: time = time(8), **fields
) -> ShiftPattern:
    return ShiftPattern.objects.create(post=desk, name=name, starts_at=starts_at, ends_at=ends_at, **fields)


def shift(
    desk: Post | None = None,
    *,
    starts_at: datetime = NOW - timedelta(hours=1),
    hours: float = 8,
    name: str = "Day",
    **fields,
) -> Shift:
    ends_at = starts_at + timedelta(hours=hours)
    return Shift.objects.create(
        post=desk or post(), name=name, starts_at=starts_at, ends_at=ends_at, **fields
    )


def assignment(
    work: Shift,
    person: User | None = None,
    *,
    checked_in: bool = False,
    is_duty_supervisor: bool = False,
    **fields,
) -> Assignment:
    """Somebody on a shift; `checked_in` means at its start."""
    if checked_in:
        fields.setdefault("checked_in_at", work.starts_at)
    return Assignment.objects.create(
        shift=work, user=person or member(work.post.team), is_duty_supervisor=is_duty_supervisor, **fields
    )


def agent_on_duty(desk: Post, *, now: datetime = NOW, name: str = "") -> User:
    """An agent checked in on the shift of the post that began an hour before `now`."""
    starts_at = now - timedelta(hours=1)
    work = Shift.objects.filter(post=desk, starts_at=starts_at).first() or shift(desk, starts_at=starts_at)
    return assignment(work, member(desk.team, name=name), checked_in=True).user


def customer(place: Team | None = None, name: str = "", **fields) -> Customer:
    number = next(_numbers)
    fields.setdefault("code", f"C{number:04}")
    fields.setdefault("need", Customer.Need.NONE)
    fields.setdefault("created_at", NOW)
    fields.setdefault("changed_at", NOW)
    return Customer.objects.create(team=place or team(), name=name or f"Customer {number}", **fields)


def issue_type(place: Team | None = None, name: str = "", **fields) -> IssueType:
    return IssueType.objects.create(
        team=place or team(), name=name or f"Issue type {next(_numbers)}", **fields
    )


def item(
    desk: Post | None = None, *, now: datetime = NOW, kind: str = Kind.FOLLOW_UP, **fields
) -> PendingItem:
    """An open item at the post with its clocks running; without a `holder` it stands in the queue."""
    desk = desk or post()
    clocks = {ClockKind.DONE: fields.pop("due_at", now + timedelta(hours=6))}
    if kind == Kind.URGENT:
        clocks[ClockKind.RESPONSE] = now + timedelta(minutes=30)
        fields.setdefault("urgent_since", now)
    if kind == Kind.URGENT and not fields.get("holder"):
        clocks[ClockKind.TAKEN] = now + timedelta(minutes=10)
    first = min(clocks, key=lambda kind: clocks[kind])
    facts = {
        "progress": "Called the warehouse at 13:40; Ms Zhao checks the shelf until 15:00.",
        "key_at": clocks[ClockKind.DONE],
        "created_at": now,
        "changed_at": now,
        "next_due_at": clocks[first],
        "next_clock": first,
    } | fields
    facts["customer"] = facts.get("customer") or customer(desk.team)
    facts["issue_type"] = facts.get("issue_type") or issue_type(desk.team)
    matter = PendingItem.objects.create(team=desk.team, post=desk, kind=kind, **facts)
    Clock.objects.bulk_create(
        Clock(item=matter, kind=kind, started_at=now, due_at=due_at, next_at=now)
        for kind, due_at in clocks.items()
    )
    return matter


def ended_handover(outgoing: Shift, **fields) -> Handover:
    """One that lapsed at its boundary, unless the fields say how it ended."""
    facts = {"state": Handover.State.LAPSED, "ended_at": outgoing.ends_at, "opened_at": outgoing.starts_at}
    place = {"team": outgoing.post.team, "post": outgoing.post, "boundary_at": outgoing.ends_at}
    return Handover.objects.create(outgoing_shift=outgoing, **(facts | place | fields))


def notice(place: Team, desk: Post | None = None, *, now: datetime = NOW, **fields) -> Notice:
    """In force since `now` for a day: for the team, or for one of its posts."""
    number = next(_numbers)
    facts = {
        "title": f"Notice {number}",
        "text": "The warehouse answers by chat alone until Friday.",
        "valid_from": now,
        "valid_until": now + timedelta(days=1),
        "at": now,
        "form_key": f"{number}",
    } | fields
    facts["author"] = facts.get("author") or member(place, Role.SUPERVISOR)
    return Notice.objects.create(team=place, post=desk, **facts)


def ladder(place: Team, *, clock: str, steps: list[dict], made_by: User, **fields) -> Ladder:
    facts = {"version": 1, "made_at": NOW} | fields
    return Ladder.objects.create(team=place, clock=clock, steps=steps, made_by=made_by, **facts)


def running_engine(now: datetime) -> None:
    """The pulse of an engine that runs for an hour from now, so that no page says in red that it does not."""
    for name in ("sweep", "worker"):
        Pulse.objects.update_or_create(name=name, defaults={"at": now + timedelta(hours=1)})


def webhook(place: Team, name: str = "", **fields) -> Webhook:
    facts = {"format": Webhook.Format.JSON, "url": "https://example.org/hook", "language": "en"} | fields
    return Webhook.objects.create(team=place, name=name or f"Chat {next(_numbers)}", **facts)
