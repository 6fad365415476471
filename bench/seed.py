"""Fills the product's database quickly: a centre of 5 posts and 40 people with months of work behind it.

Items and ended handovers are written in bulk, and copied where many are wanted; the handovers that are
measured go through the services.
"""

import random
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, Team, User
from bench import copies, desks, history
from bench.texts import ISSUES, NOTES, name, some
from handover.models import (
    Assignment,
    Clock,
    ClockKind,
    Customer,
    Emotion,
    Event,
    FigureMark,
    IssueType,
    Kind,
    PendingItem,
    Post,
    Promise,
    Shift,
    Stage,
)
from handover.services import figures, search, statistics

POSTS = ("Front line", "After-sales", "技术支持", "Service desk", "推广台")
AGENTS = 7  # of each post; with a duty supervisor each, 40 people
BATCH = 2000
MOST_MADE = 10_000  # items; beyond that they are copied
SHIFT = timedelta(hours=8)
NEEDS = (*[Customer.Need.NONE] * 8, Customer.Need.TEXT_ONLY, Customer.Need.SPEAK_SLOWLY)
KINDS = (Kind.URGENT, *[Kind.FOLLOW_UP] * 6, *[Kind.REMINDER] * 3)
STAGES = (Stage.REGISTERED, Stage.IN_PROGRESS, Stage.IN_PROGRESS, Stage.WAITING)


def fill(*, items: int, handovers: int, desks_wanted: int) -> None:
    """Everything that is measured. About 30 of 100 items are open."""
    now = timezone.now().replace(microsecond=0)
    made = min(items, MOST_MADE)
    with transaction.atomic():
        team = Team.objects.create(name="Centre")
        posts = Post.objects.bulk_create(Post(team=team, name=name) for name in POSTS)
        people = [_people(team, post, number) for number, post in enumerate(posts)]
        customers = _customers(team, made // 5, now)
        issue_types = IssueType.objects.bulk_create(IssueType(team=team, name=issue) for issue in ISSUES)
        make = Maker(posts, people, customers, issue_types, now)
        for first in range(0, made, BATCH):
            make.items(range(first, min(first + BATCH, made)))
        signed = desks.fill(count=desks_wanted, now=now)
        for post, agents in zip(posts, people, strict=True):
            shifts = _shifts(post, agents, handovers // len(posts), now)
            history.fill(post=post, shifts=shifts, people=agents, signed=signed)
    while FigureMark.latest() is None:
        figures.run(now=now)
    copies.multiply(items // made)
    statistics.refresh()


def _people(team: Team, post: Post, number: int) -> list[User]:
    first = number * (AGENTS + 1)
    people = User.objects.bulk_create(
        User(username=f"person{n}", display_name=name(n)) for n in range(first, first + AGENTS + 1)
    )
    roles = [Membership.Role.SUPERVISOR] + [Membership.Role.AGENT] * AGENTS
    Membership.objects.bulk_create(
        Membership(user=person, team=team, role=role) for person, role in zip(people, roles, strict=True)
    )
    return people


def _customers(team: Team, count: int, now: datetime) -> list[Customer]:
    return Customer.objects.bulk_create(
        [
            Customer(
                team=team,
                code=f"C{n:06}",
                name=name(n * 5),
                phone=f"138{n:08}",
                need=NEEDS[n % len(NEEDS)],
                preferences="Prefers a call after 18:00." if n % 4 == 0 else "",
                created_at=now - timedelta(days=90),
                changed_at=now - timedelta(days=n % 90),
            )
            for n in range(count)
        ],
        batch_size=BATCH,
    )


def _shifts(post: Post, people: list[User], handovers: int, now: datetime) -> list[Shift]:
    """The past ones, the one that runs since four hours, and the next."""
    runs = now - timedelta(hours=4)
    shifts = Shift.objects.bulk_create(
        Shift(post=post, name=f"Shift {n % 3}", starts_at=runs + n * SHIFT, ends_at=runs + (n + 1) * SHIFT)
        for n in range(-handovers, 2)
    )
    Assignment.objects.bulk_create(
        Assignment(
            shift=shift,
            user=people[agent],
            is_duty_supervisor=agent == 0,
            checked_in_at=shift.starts_at if shift.starts_at <= now else None,
            checked_out_at=shift.ends_at if shift.ends_at <= now else None,
        )
        for number, shift in enumerate(shifts)
        for agent in (0, 1 + number % AGENTS, 1 + (number + 1) % AGENTS, 1 + (number + 2) % AGENTS)
    )
    return shifts


class Maker:
    """Makes items with their clocks, promises, trail and search entries, always the same ones."""

    def __init__(
        self,
        posts: list[Post],
        people: list[list[User]],
        customers: list[Customer],
        issue_types: list[IssueType],
        now: datetime,
    ) -> None:
        self.posts, self.people, self.customers = posts, people, customers
        self.issue_types, self.now = issue_types, now
        self.dice = random.Random(7)  # noqa: S311  the same numbers in each run

    def items(self, numbers: range) -> list[PendingItem]:
        items = PendingItem.objects.bulk_create([self._item(n) for n in numbers])
        Clock.objects.bulk_create([self._clock(item) for item in items])
        Promise.objects.bulk_create(self._promise(item) for item in items if item.pk % 5 == 0)
        Event.objects.bulk_create([event for item in items for event in self._events(item)], batch_size=BATCH)
        search.index_items(items=PendingItem.objects.filter(pk__gte=items[0].pk, pk__lte=items[-1].pk))
        return items

    def _item(self, number: int) -> PendingItem:
        place = number % len(self.posts)
        kind = self.dice.choice(KINDS)
        is_open = self.dice.random() < 0.3
        age = timedelta(minutes=self.dice.randrange(2 * 1440 if is_open else 60 * 1440))
        first = self.dice.choice(self.people[place])
        queued = is_open and self.dice.random() < 0.25
        item = PendingItem(
            team=self.posts[place].team,
            post=self.posts[place],
            customer=self.dice.choice(self.customers),
            issue_type=self.dice.choice(self.issue_types),
            kind=kind,
            progress=some(NOTES, number),
            next_action="Call the customer back with the answer.",
            channel="phone",
            emotion=Emotion.ANXIOUS if kind == Kind.URGENT else Emotion.NEUTRAL,
            order_ref=f"A{number:07}" if number % 3 == 0 else "",
            holder=None if queued else first,
            first_contact=first,
            created_at=self.now - age - timedelta(hours=3),
            changed_at=self.now - age,
            progressed_at=self.now - age,
            handover_count=number % 4,
            **(self._open() if is_open else {"stage": Stage.CLOSED, "is_open": False, "result": "Done."}),
        )
        item.key_at = item.next_due_at or item.changed_at
        item.closed_at = None if is_open else item.changed_at
        return item

    def _open(self) -> dict[str, Any]:
        """Its earliest instant lies between two hours ago and tomorrow."""
        stage = self.dice.choice(STAGES)
        due_at = self.now + timedelta(minutes=self.dice.randrange(-120, 1440))
        facts = {"stage": stage, "next_due_at": due_at, "next_clock": ClockKind.DONE}
        if stage == Stage.WAITING:
            facts |= {"waiting_for": "the warehouse", "waiting_until": due_at}
        return facts

    def _clock(self, item: PendingItem) -> Clock:
        clock = Clock(item=item, kind=ClockKind.DONE, started_at=item.created_at, due_at=item.key_at)
        if not item.is_open:
            clock.stopped_at, clock.outcome = item.closed_at, Clock.Outcome.MET
        return clock

    def _promise(self, item: PendingItem) -> Promise:
        promise = Promise(item=item, text="We call you back.", due_at=item.key_at, made_at=item.created_at)
        promise.due_at = max(promise.due_at, item.created_at + timedelta(hours=1))
        if not item.is_open:
            promise.state, promise.settled_at = Promise.State.KEPT, item.closed_at
        return promise

    def _events(self, item: PendingItem) -> list[Event]:
        verbs = [Event.Verb.CREATED] + [Event.Verb.PROGRESSED] * self.dice.randrange(5)
        verbs += [] if item.is_open else [Event.Verb.CLOSED]
        pause = (item.changed_at - item.created_at) / len(verbs)
        return [
            Event(
                at=item.created_at + pause * (number + 1),
                actor=item.first_contact,
                team=item.team,
                post=item.post,
                verb=verb,
                item=item,
                customer=item.customer,
                text=item.progress if number + 1 == len(verbs) else some(NOTES, item.pk + number),
                channel="phone",
                emotion=item.emotion,
            )
            for number, verb in enumerate(verbs)
        ]
