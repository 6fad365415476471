"""Says which requests are measured on the product."""

import re
from functools import cache
from urllib.parse import quote

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from bench import desks
from bench.seed import fill
from bench.texts import NOTES, some
from bench.web import Cookies, Get, Post, Stack, sign_in
from handover.models import Assignment, Customer, Handover, PendingItem
from handover.models import Post as Desk

__all__ = ["Pages", "fill"]

SEEN = re.compile(rb'name="seen" value="([0-9a-f]{64})"')
WORD = quote("退款")


class Pages:
    """One method for each request; `turn` tells one measured request from the next."""

    def __init__(self) -> None:
        front = Desk.objects.get(name="Front line")
        on_duty = User.objects.filter(assignments__in=_running(front), memberships__role="agent")
        supervisor = User.objects.get(assignments__in=_running(front), memberships__role="supervisor")
        self.agent, self.supervisor = sign_in(on_duty.order_by("pk")[0]), sign_in(supervisor)
        self.items = list(
            PendingItem.objects.open().filter(post=front).order_by("pk").values_list("pk", flat=True)
        )
        customers = Customer.objects.filter(items__in=self.items)
        self.customers = list(customers.order_by("pk").values_list("pk", flat=True).distinct())
        self.drafts = list(
            Handover.objects.filter(state=Handover.State.DRAFT).order_by("pk").values_list("pk", flat=True)
        )
        self.review_pk = Handover.objects.get(state=Handover.State.SUBMITTED).pk
        self.stack = Stack()

    def home(self, turn: int) -> Get:
        return Get("/", cookies=self.agent)

    def board(self, turn: int) -> Get:
        return Get("/", cookies=self.supervisor)

    def list(self, turn: int) -> Get:
        return Get("/items/?order=newest", cookies=self.agent)

    def list_by_instant(self, turn: int) -> Get:
        return Get("/items/", cookies=self.agent)

    def item(self, turn: int) -> Get:
        return Get(f"/items/{self.items[turn % len(self.items)]}/", cookies=self.agent)

    def customer(self, turn: int) -> Get:
        return Get(f"/customers/{self.customers[turn % len(self.customers)]}/", cookies=self.agent)

    def search(self, turn: int) -> Get:
        return Get(f"/search/?q={WORD}", cookies=self.agent)

    def edit(self, turn: int) -> Get:
        pk = self.drafts[-1]
        return Get(f"/handovers/{pk}/edit/", cookies=_leaving(pk))

    def review(self, turn: int) -> Get:
        return Get(f"/handovers/{self.review_pk}/review/", cookies=_coming(self.review_pk))

    def record(self, turn: int) -> Get:
        return Get(f"/handovers/{self.review_pk}/", cookies=_coming(self.review_pk))

    def create(self, turn: int) -> Post:
        customer = Customer.objects.get(pk=self.customers[turn % len(self.customers)])
        data = {
            "customer": customer.code,
            "issue_type": PendingItem.objects.get(pk=self.items[0]).issue_type_id,
            "kind": "urgent",
            "post": PendingItem.objects.get(pk=self.items[0]).post_id,
            "progress": some(NOTES, turn),
            "next_action": "Ms Zhao looks on shelf B; I call the customer back at 15:00.",
            "key_at_preset": "tomorrow",
            "emotion": "anxious",
        }
        return Post("/items/new/", data, cookies=self.agent)

    def submit(self, turn: int) -> Post:
        pk = self.drafts[turn]
        return self._sign(f"/handovers/{pk}/sign/", _leaving(pk))

    def confirm(self, turn: int) -> Post:
        """After `submit` of the same turn."""
        pk = self.drafts[turn]
        desks.receive(Handover.objects.select_related("incoming_shift").get(pk=pk), timezone.now())
        return self._sign(f"/handovers/{pk}/confirm/", _coming(pk))

    def _sign(self, address: str, cookies: Cookies) -> Post:
        """The form with the hash of what its page shows."""
        found = SEEN.search(self.stack.send(Get(address, cookies=cookies)))
        if not found:
            raise RuntimeError(f"{address} shows no hash.")
        return Post(address, {"seen": found.group(1).decode(), "password": desks.PASSWORD}, cookies=cookies)


def _running(post: Desk) -> QuerySet[Assignment]:
    return Assignment.objects.on_duty(timezone.now()).filter(shift__post=post)


@cache
def _leaving(handover_pk: int) -> Cookies:
    return sign_in(User.objects.get(assignments__shift__outgoing_handover=handover_pk))


@cache
def _coming(handover_pk: int) -> Cookies:
    return sign_in(User.objects.get(assignments__shift__incoming_handovers=handover_pk))
