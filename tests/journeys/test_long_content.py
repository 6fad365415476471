"""Nothing hangs over the edge of a phone, however much there is, however long the words, or if nothing is."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Team, User
from handover.models import Customer, Handover, Kind, Message, Post, Section, Shift
from handover.services import items, promises
from tests import factories
from tests.boundary import Desk
from tests.journeys.inspection import PHONE, inspector

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "Maximiliana-" * 7
WORD = "x" * 4000
MANY = 200
EMPTY_PAGES = (
    "home",
    "message_list",
    "notice_list",
    "item_list",
    "item_sent",
    "handover_list",
    "customer_list",
    "roster",
)


def long_name(number: int, length: int = 80) -> str:
    return f"{NAME * 2}"[: length - 3] + f"{number:03}"


class Crowd(Desk):
    """The desk with names as long as they may be, texts without a gap, and more items than a page holds."""

    def __init__(self):
        super().__init__()
        self.team.name, self.post.name = long_name(1, 100), long_name(2)
        Team.objects.filter(pk=self.team.pk).update(name=self.team.name)
        Post.objects.filter(pk=self.post.pk).update(name=self.post.name)
        Shift.objects.update(name=long_name(3, 40))
        for person in (self.ada, self.bo, self.dai):
            User.objects.filter(pk=person.pk).update(display_name=long_name(person.pk, 150))
        self.issue_type = factories.issue_type(self.team, long_name(4, 60))
        self.customer = factories.customer(
            self.team,
            long_name(5),
            code=WORD[:40],
            phone="0" * 40,
            contact=WORD[:120],
            need=Customer.Need.TEXT_ONLY,
            need_note=WORD[:200],
            preferences=WORD[:2000],
            advice=WORD[:2000],
        )
        self.pattern = factories.pattern(self.post, long_name(6, 40))
        long_notice = {"now": self.then, "title": WORD[:120], "author": self.dai}
        self.notice = factories.notice(self.team, text=WORD, **long_notice)
        factories.notice(self.team, self.post, text=WORD[:400], **long_notice)
        self.matter = self.urgent()
        for _ in range(MANY):
            self.item(customer=self.customer, issue_type=self.issue_type, progress=WORD)

    def urgent(self):
        item = self.item(
            kind=Kind.URGENT,
            customer=self.customer,
            issue_type=self.issue_type,
            holder=self.ada,
            progress=WORD,
            next_action=WORD[:400],
            plan=WORD[:400],
            key_note=WORD[:200],
            order_ref=WORD[:80],
            order_url=f"https://example.com/{WORD[:300]}",
        )
        promises.make(
            item=item, text=WORD[:400], due_at=self.now + timedelta(hours=1), actor=self.ada, now=self.then
        )
        items.call_again(item=item, text=WORD, actor=self.ada, now=self.then)
        Message.objects.create(recipient=self.ada, text=WORD[:600], at=self.then, item=item)
        Section.objects.create(
            handover=self.handover, key="notes", body={"text": WORD}, saved_by=self.ada, saved_at=self.then
        )
        return item

    def sign(self) -> None:
        client = Client()
        client.force_login(self.ada)
        reason = {"missing_reason": WORD[:400]}
        client.post(reverse("line_check", args=[self.handover.pk, self.matter.pk]), reason)
        seen = client.get(f"{self.address}sign/").context["form"].initial["seen"]
        client.post(f"{self.address}sign/", {"seen": seen, "password": factories.PASSWORD})
        assert Handover.objects.get().state == Handover.State.SUBMITTED

    def pages(self) -> list[str]:
        item, customer = [self.matter.pk], [self.customer.pk]
        return [
            *(reverse(name) for name in EMPTY_PAGES),
            *(
                reverse(name, args=item)
                for name in ("item_detail", "item_edit", "item_progress", "item_resolve")
            ),
            *(reverse(name, args=customer) for name in ("customer_detail", "customer_edit")),
            reverse("item_create"),
            reverse("notice_detail", args=[self.notice.pk]),
            f"{reverse('search')}?q={NAME[:12]}",
        ]

    def settings(self) -> list[str]:
        return [
            reverse("team_detail", args=[self.team.pk]),
            reverse("post_edit", args=[self.post.pk]),
            reverse("pattern_edit", args=[self.pattern.pk]),
            reverse("shift_detail", args=[self.handover.incoming_shift_id]),
            reverse("person_list"),
            reverse("person_edit", args=[self.bo.pk]),
            reverse("notice_detail", args=[self.notice.pk]),
        ]

    def of_handover(self, *names: str) -> list[str]:
        return [reverse(f"handover_{name}", args=[self.handover.pk]) for name in names]


def test_long_content_fits_a_phone(live_server, browser):
    crowd, wrong = Crowd(), {}

    with inspector(browser, live_server.url, PHONE, crowd.ada) as eye:
        wrong |= eye.too_wide_on([*crowd.pages(), *crowd.of_handover("edit", "sign", "print")])
    crowd.sign()
    with inspector(browser, live_server.url, PHONE, crowd.bo) as eye:
        wrong |= eye.too_wide_on(["/", *crowd.of_handover("review", "confirm", "return", "detail", "print")])
    with inspector(browser, live_server.url, PHONE, crowd.dai) as eye:
        wrong |= eye.too_wide_on(["/", *crowd.of_handover("review", "take_over"), *crowd.settings()])

    assert wrong == {}


@pytest.mark.parametrize("role", [Membership.Role.AGENT, Membership.Role.SUPERVISOR])
def test_pages_without_anything_are_sound(live_server, browser, role: str):
    place = factories.team()
    person = factories.member(place, role)
    paths = [reverse(name) for name in EMPTY_PAGES] + [f"{reverse('search')}?q=nothing"]

    with inspector(browser, live_server.url, PHONE, person) as eye:
        wrong = eye.wrong_on(paths)

    assert wrong == {}


def test_pages_of_an_administrator_without_a_team_are_sound(live_server, browser):
    paths = [reverse(name) for name in (*EMPTY_PAGES, "settings", "person_list", "team_create")]

    with inspector(browser, live_server.url, PHONE, factories.administrator()) as eye:
        wrong = eye.wrong_on(paths)

    assert wrong == {}
