"""Says which requests are measured on the product."""

from datetime import timedelta
from functools import cache, partial
from urllib.parse import quote

from django.db.models import QuerySet, Sum
from django.utils import timezone

from accounts.models import User
from bench import desks
from bench.seed import fill
from bench.texts import NOTES, some
from bench.web import Call, Cookies, Get, Post, sign_in
from handover.models import Assignment, Customer, Handover, Kind, Measure, PendingItem, Rollup
from handover.models import Post as Desk
from handover.services import items

__all__ = ["Pages", "fill"]

WORD = quote("退款")


class Pages:
    """One method for each request; `turn` tells one measured request from the next."""

    def __init__(self) -> None:
        front = Desk.objects.get(name="Front line")
        on_duty = User.objects.filter(assignments__in=_running(front), memberships__role="agent")
        supervisor = User.objects.get(assignments__in=_running(front), memberships__role="supervisor")
        self.person = on_duty.order_by("pk")[0]
        self.agent, self.supervisor = sign_in(self.person), sign_in(supervisor)
        self.items = list(
            PendingItem.objects.open().filter(post=front).order_by("pk").values_list("pk", flat=True)
        )
        customers = Customer.objects.filter(items__in=self.items)
        self.customers = list(customers.order_by("pk").values_list("pk", flat=True).distinct())
        self.drafts = list(
            Handover.objects.filter(state=Handover.State.DRAFT).order_by("pk").values_list("pk", flat=True)
        )
        self.review_pk = Handover.objects.get(state=Handover.State.SUBMITTED).pk
        contacts = Rollup.objects.filter(measure=Measure.CONTACT)
        self.fullest_week = contacts.values_list("week").annotate(all=Sum("n")).latest("all")[0]
        self.pattern = PendingItem.objects.select_related("post__team", "issue_type").get(pk=self.items[0])

    def home(self, turn: int) -> Get:
        return Get("/", cookies=self.agent)

    def board(self, turn: int) -> Get:
        return Get("/board/", cookies=self.supervisor)

    def trends(self, turn: int) -> Get:
        return Get("/trends/?weeks=26", cookies=self.supervisor)

    def trend_records(self, turn: int) -> Get:
        """Of the bar in which most was counted: a week of the contacts of customers."""
        return Get(f"/trends/contact/?week={self.fullest_week}", cookies=self.supervisor)

    def trail(self, turn: int) -> Get:
        return Get("/trail/", cookies=self.supervisor)

    def trail_of_person(self, turn: int) -> Get:
        """An item leaves three to four entries, so 300,000 items make a trail of a million."""
        return Get(f"/trail/?person={self.person.username}&verb=progressed", cookies=self.supervisor)

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

    def form(self, turn: int) -> Post:
        data = {
            "customer": self._customer(turn).code,
            "issue_type": self.pattern.issue_type_id,
            "kind": "urgent",
            "post": self.pattern.post_id,
            "progress": some(NOTES, turn),
            "next_action": "Ms Zhao looks on shelf B; I call the customer back at 15:00.",
            "key_at_preset": "tomorrow",
            "emotion": "anxious",
        }
        return Post("/items/new/", data, cookies=self.agent)

    def create(self, turn: int) -> Call:
        return Call(
            partial(
                items.create,
                post=self.pattern.post,
                customer=self._customer(turn),
                issue_type=self.pattern.issue_type,
                kind=Kind.URGENT,
                progress=some(NOTES, turn),
                key_at=timezone.now() + timedelta(hours=3),
                actor=self.person,
                now=timezone.now(),
            )
        )

    def submit(self, turn: int) -> Call:
        return Call(desks.submission_of(self._draft(turn), timezone.now()))

    def confirm(self, turn: int) -> Call:
        """After `submit` of the same turn."""
        handover, now = self._draft(turn), timezone.now()
        desks.receive(handover, now)
        return Call(desks.confirmation_of(self._draft(turn), now))

    def _draft(self, turn: int) -> Handover:
        shifts = ("team", "post__team", "outgoing_shift__post", "incoming_shift__post")
        return Handover.objects.select_related(*shifts).get(pk=self.drafts[turn])

    def _customer(self, turn: int) -> Customer:
        return Customer.objects.get(pk=self.customers[turn % len(self.customers)])


def _running(post: Desk) -> QuerySet[Assignment]:
    return Assignment.objects.on_duty(timezone.now()).filter(shift__post=post)


@cache
def _leaving(handover_pk: int) -> Cookies:
    return sign_in(User.objects.get(assignments__shift__outgoing_handover=handover_pk))


@cache
def _coming(handover_pk: int) -> Cookies:
    return sign_in(User.objects.get(assignments__shift__incoming_handovers=handover_pk))
