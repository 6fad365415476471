import pytest
from django.urls import reverse

from handover.models import Kind
from handover.services import holding, items
from tests import factories
from tests.boundary import Boundary
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def boundary(client) -> Boundary:
    boundary = Boundary()
    client.force_login(boundary.dai)
    return boundary


def register(boundary, customer):
    facts = {"kind": Kind.FOLLOW_UP, "progress": "Rang the warehouse.", "key_at": NOW}
    issue_type = factories.issue_type(boundary.post.team)
    return items.create(
        post=boundary.post, customer=customer, issue_type=issue_type, actor=boundary.ada, now=NOW, **facts
    )


def rows(timeline) -> list[tuple]:
    return [(row.starts_at, row.ends_at, row.span, row.who, row.why) for row in timeline.rows[:-1]]


def test_page_of_an_item_says_who_had_it_and_answers_for_an_instant(client, boundary) -> None:
    item = register(boundary, factories.customer(boundary.post.team))
    holding.release(item=item, actor=boundary.ada, now=NOW.replace(minute=30))
    holding.transfer(
        item=item, to=boundary.dai, reason="Asks.", actor=boundary.dai, now=NOW.replace(minute=45)
    )
    page = reverse("item_responsibility", args=[item.pk])

    context = client.get(page, {"at": "2026-03-10T14:40"}).context

    post = boundary.post.name
    (timeline,) = context["timelines"]
    assert rows(timeline) == [
        ("2026-03-10 14:00", "2026-03-10 14:30", "30 min", "Ada", "Ada registered the item."),
        (
            "2026-03-10 14:30",
            "2026-03-10 14:45",
            "15 min",
            f"Queue of {post}: Ada",
            "Ada put the item back into the queue.",
        ),
    ]
    assert timeline.answer == f"Queue of {post}: Ada. Ada put the item back into the queue."
    assert (timeline.rows[-1].who, timeline.runs) == ("Dai", True)
    before = client.get(page, {"at": "2026-03-10T13:00"}).context["timelines"][0]
    assert before.answer == "At that time the item was not open."


def test_page_of_a_customer_holds_all_their_items_the_newest_first(client, boundary) -> None:
    customer = factories.customer(boundary.post.team)
    numbers = [register(boundary, customer).pk for _number in range(3)]
    register(boundary, factories.customer(boundary.post.team))

    context = client.get(reverse("customer_responsibility", args=[customer.pk])).context

    assert [timeline.item.pk for timeline in context["timelines"]] == numbers[::-1]
    assert [timeline.rows[0].who for timeline in context["timelines"]] == ["Ada", "Ada", "Ada"]


def test_pages_of_item_and_customer_lead_there(client, boundary) -> None:
    item = register(boundary, factories.customer(boundary.post.team))

    pages = {
        "item_responsibility": reverse("item_detail", args=[item.pk]),
        "customer_responsibility": reverse("customer_detail", args=[item.customer_id]),
    }

    for name, page in pages.items():
        pk = item.pk if name.startswith("item") else item.customer_id
        assert reverse(name, args=[pk]) in client.get(page).content.decode()
