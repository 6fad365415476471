"""The pages of spot checks: who sees which draw, what they say, and that a button draws once."""

import json
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from handover import sampling
from handover.models import Draw, DrawnRecord, SpotCheckPlan
from handover.services import spot_checks
from tests import factories
from tests.counting import queries_of
from tests.factories import Role
from tests.records import open_week, signed

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def post():
    return factories.post()


@pytest.fixture
def supervisor(client, post):
    person = factories.member(post.team, Role.SUPERVISOR, name="Dai")
    client.force_login(person)
    return person


@pytest.fixture
def over(post, now):
    """The week before this one, with three records and not drawn yet."""
    draw = open_week(post.team, now=now - WEEK)
    for hours in range(3):
        signed(post, at=draw.starts_at + timedelta(hours=hours), name=f"Shift {hours}")
    return draw


def page(client, name, *args):
    return client.get(reverse(name, args=args)).content.decode()


def words(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_plan_is_saved_and_opens_the_week(client, supervisor, post, now):
    answer = client.post(reverse("spot_check_plan", args=[post.team.pk]), {"per_week": 4})

    assert (answer.status_code, answer.url, words(answer)) == (302, "/spot-checks/", ["The plan is saved."])
    draw = Draw.objects.get(team=post.team)
    assert (SpotCheckPlan.objects.get().per_week, draw.count) == (4, 4)
    shown = page(client, "spot_check_list")
    assert "4 records a week" in shown
    assert "The week runs" in shown


@pytest.mark.parametrize("per_week", ["-1", "51", "", "x", "1.5"])
def test_plan_refuses_what_is_no_number_of_records(client, supervisor, post, per_week):
    answer = client.post(reverse("spot_check_plan", args=[post.team.pk]), {"per_week": per_week})

    assert (answer.status_code, SpotCheckPlan.objects.count()) == (200, 0)
    assert "per_week" in answer.context["form"].errors


def test_running_week_shows_its_commitment_and_never_its_seed(client, supervisor, post, now):
    draw = open_week(post.team, now=now)

    pages = [page(client, "draw_detail", draw.pk), page(client, "spot_check_list")]

    assert draw.commitment in pages[0]
    assert [draw.seed in shown for shown in pages] == [False, False]
    assert client.get(reverse("draw_repeat", args=[draw.pk])).status_code == 404
    assert client.get(reverse("draw_json", args=[draw.pk])).status_code == 404


def test_running_week_cannot_be_drawn(client, supervisor, post, now):
    draw = open_week(post.team, now=now)

    answer = client.post(reverse("draw_now", args=[draw.pk]))

    assert words(answer) == ["The week is not over yet. Its records are drawn when it is."]
    assert "Draw now" not in page(client, "draw_detail", draw.pk)


def test_draw_by_the_button_twice_draws_once(client, supervisor, over):
    assert "Draw now" in page(client, "draw_detail", over.pk)

    answers = [client.post(reverse("draw_now", args=[over.pk])) for _time in range(2)]

    over.refresh_from_db()
    assert [answer.url for answer in answers] == [f"/spot-checks/draws/{over.pk}/"] * 2
    assert (over.drawn_by, over.records.count()) == (supervisor, 2)
    shown = page(client, "draw_detail", over.pk)
    assert over.seed in shown
    assert "Drawn as number 1" in shown
    assert "Draw now" not in shown


def test_download_holds_all_that_the_draw_needs(client, supervisor, over):
    client.post(reverse("draw_now", args=[over.pk]))

    answer = client.get(reverse("draw_json", args=[over.pk]))

    told = json.loads(answer.content)
    assert answer["Content-Disposition"] == f'attachment; filename="draw-{over.pk}-{over.week}.json"'
    assert sampling.draw(told["population"], count=told["count"], seed=told["seed"]) == told["drawn"]
    assert list(over.records.order_by("place").values_list("handover", flat=True)) == told["drawn"]


def test_page_to_repeat_shows_seed_steps_and_every_record_with_its_key(client, supervisor, over):
    client.post(reverse("draw_now", args=[over.pk]))

    shown = page(client, "draw_repeat", over.pk)

    over.refresh_from_db()
    keys = [sampling.key(over.seed, candidate["id"]) for candidate in over.population]
    assert [key in shown for key in keys] == [True] * 3
    assert all(str(step) in shown.replace("&quot;", '"') for step in sampling.STEPS)
    assert over.seed in shown


def test_record_at_risk_is_suggested_and_added_with_its_reason(client, supervisor, post, now):
    draw = open_week(post.team, count=1, now=now - WEEK)
    for hours in range(2):
        at = draw.starts_at + timedelta(hours=hours)
        signed(post, at=at, submitted_at=at + timedelta(hours=1))
    client.post(reverse("draw_now", args=[draw.pk]))
    (left,) = post.handovers.filter(drawn_record__isnull=True)

    assert "It was signed late." in page(client, "draw_detail", draw.pk)
    url = reverse("draw_add", args=[draw.pk])
    form = client.get(url, {"handover": left.pk}).context["form"]
    assert form.initial == {"handover": str(left.pk), "reason": "It was signed late."}
    answer = client.post(url, {"handover": left.pk, "reason": "It was signed late."})

    assert words(answer) == ["The record is added. It is marked as chosen by hand."]
    added = DrawnRecord.objects.get(handover=left)
    assert (added.is_random, added.added_by) == (False, supervisor)
    assert "Added by hand" in page(client, "draw_detail", draw.pk)


def test_add_refuses_what_is_not_offered(client, supervisor, over):
    client.post(reverse("draw_now", args=[over.pk]))
    drawn = over.records.first().handover_id

    answer = client.post(reverse("draw_add", args=[over.pk]), {"handover": drawn, "reason": "Again"})

    assert (answer.status_code, over.records.count()) == (200, 2)


@pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR])
def test_leaders_and_auditors_draw_too(client, post, over, role):
    leads = {"leads": post} if role == Role.LEADER else {}
    person = factories.member(post.team, role, **leads)
    client.force_login(person)

    client.post(reverse("draw_now", args=[over.pk]))

    over.refresh_from_db()
    assert over.drawn_by == person


def test_agents_see_no_draws(client, post, over):
    client.force_login(factories.member(post.team))

    assert str(over.week) not in page(client, "spot_check_list")
    assert client.get(reverse("draw_detail", args=[over.pk])).status_code == 403


def test_pages_ask_as_often_for_twenty_records_as_for_one(client, post, now):
    client.force_login(factories.administrator())
    urls, counts = [reverse("spot_check_list")], []
    for number in (1, 20):
        place = factories.post()
        draw = open_week(place.team, count=number, now=now - WEEK)
        for hours in range(number):
            signed(place, at=draw.starts_at + timedelta(hours=hours))
        spot_checks.draw(week=draw, actor=None, now=now)
        own = [reverse(name, args=[draw.pk]) for name in ("draw_detail", "draw_repeat", "draw_json")]
        counts.append([queries_of(client, url) for url in urls + own])

    assert counts[0] == counts[1]
