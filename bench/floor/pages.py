"""Fills the floor and says which requests are measured on it."""

from datetime import timedelta
from functools import partial

from django.contrib.auth.models import User
from django.utils import timezone

from bench.floor import views
from bench.floor.models import Customer, Line, Record
from bench.texts import NOTES, some
from bench.web import Call, Get, Post, sign_in

PEOPLE, LINES = 40, 15


def fill(*, items: int, **_: int) -> None:
    now = timezone.now()
    people = User.objects.bulk_create(User(username=f"person{n}") for n in range(PEOPLE))
    customers = Customer.objects.bulk_create(
        Customer(name=f"Customer {n}", phone=f"138{n:08}") for n in range(items // 5)
    )
    records = Record.objects.bulk_create(
        (
            Record(
                customer=customers[n % len(customers)],
                holder=people[n % PEOPLE],
                kind=Record.Kind.values[n % 3],
                text=some(NOTES, n),
                is_open=n % 10 < 3,
                due_at=now + timedelta(minutes=n % 1440),
            )
            for n in range(items)
        ),
        batch_size=2000,
    )
    Line.objects.bulk_create(
        Line(record=record, author=people[n], text=some(NOTES, n), is_done=n % 2 == 0)
        for record in records[:100]
        for n in range(LINES)
    )


class Pages:
    """One method for each request; `turn` tells one measured request from the next."""

    def __init__(self) -> None:
        self.person = User.objects.get(username="person0")
        self.reader = sign_in(self.person)
        self.texts = [some(NOTES, n) for n in range(LINES)]
        self.record = Record.objects.order_by("pk").values_list("pk", flat=True)[0]
        self.customer = Customer.objects.order_by("pk").values_list("pk", flat=True)[0]

    def bare(self, turn: int) -> Get:
        return Get("/bare")

    def list(self, turn: int) -> Get:
        return Get("/", cookies=self.reader)

    def record_page(self, turn: int) -> Get:
        return Get(f"/{self.record + turn % 100}/", cookies=self.reader)

    def form(self, turn: int) -> Post:
        data = {
            "customer": self.customer + turn % 100,
            "kind": "urgent",
            "text": some(NOTES, turn),
            "due_at": "2030-01-01 08:00",
            "line": self.texts,
        }
        return Post("/new/", data, cookies=self.reader)

    def insert(self, turn: int) -> Call:
        record = Record(
            customer_id=self.customer + turn % 100,
            holder=self.person,
            kind="urgent",
            text=some(NOTES, turn),
            due_at=timezone.now(),
        )
        return Call(partial(views.insert, record, self.texts))
