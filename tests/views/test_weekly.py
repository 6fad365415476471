"""The pages of the weekly figures."""

from datetime import timedelta

import pytest

from handover.models import FigureMark, Message, WeeklyAction
from handover.services import weekly
from tests import factories
from tests.counting import queries_of
from tests.services.test_weekly import OVER, Week

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(client):
    scene = Week()
    scene.now_report = scene.report()
    scene.address = f"/weekly/{scene.now_report.pk}/"
    client.force_login(scene.dai)
    return scene


def test_page_shows_the_figures_against_the_week_before(client, scene):
    html = client.get(scene.address).content.decode()

    for words in ("Do we keep our promises?", "50 % (1 of 2)", "100 % (1 of 1)", "worse", "Nothing yet."):
        assert words in html


def test_message_leads_to_the_figures(client, scene):
    assert (
        f'<a href="{scene.address}">Open the weekly figures</a>' in client.get("/messages/").content.decode()
    )


def test_what_is_agreed_is_noted_and_ticked_by_who_is_to_do_it(client, scene):
    day = f"{OVER + timedelta(days=3000):%Y-%m-%d}"
    agreed = {"text": "Call.", "responsible": scene.ada.pk, "due_date": day}
    noted = client.post(f"{scene.address}note/", agreed)
    action = WeeklyAction.objects.get()
    open_ = client.get("/weekly/").content.decode()
    client.force_login(scene.ada)
    seen = client.get(scene.address).status_code
    client.post(f"/weekly/actions/{action.pk}/done/")
    twice = client.post(f"/weekly/actions/{action.pk}/done/", follow=True)

    action.refresh_from_db()
    assert (noted.status_code, seen, action.done_by) == (302, 200, scene.ada)
    assert "Call." in open_
    assert "ticked as done already" in twice.content.decode()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "Call.", "due_date": "2999-01-01"}, "responsible"),
        ({"text": "Call.", "responsible": "ada"}, "due_date"),
        ({"text": "Call.", "responsible": "ada", "due_date": "2020-01-01"}, "due_date"),
        ({"text": "Call.", "responsible": "stranger", "due_date": "2999-01-01"}, "responsible"),
    ],
)
def test_note_that_is_not_complete_says_so_and_keeps_what_was_typed(client, scene, data, field):
    people = {"ada": scene.ada.pk, "stranger": factories.member(factories.team()).pk}
    if "responsible" in data:
        data = data | {"responsible": people[data["responsible"]]}

    answer = client.post(f"{scene.address}note/", data)

    assert list(answer.context["form"].errors) == [field]
    assert data["text"] in answer.content.decode()


def test_colleague_with_nothing_to_do_for_it_finds_no_figures(client, scene):
    client.force_login(factories.member(scene.team))

    assert client.get(scene.address).status_code == 404
    assert "No week has ended yet" in client.get("/weekly/").content.decode()


def test_pages_ask_as_often_for_much_as_for_little(client, scene):
    counts = []
    for number in (1, 20):
        for turn in range(number):
            weekly.note(
                report=scene.now_report,
                text=f"Agreed {turn}",
                responsible=scene.ada,
                due_date=OVER.date(),
                actor=scene.dai,
                now=OVER,
            )
        counts.append([queries_of(client, path) for path in (scene.address, "/weekly/")])

    assert counts[0] == counts[1]
    assert (FigureMark.objects.count(), Message.objects.filter(recipient=scene.dai).count()) == (1, 1)
