"""The pages of ladders: what counts, in sentences; changing it; versions; and nothing typed is lost."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import HeldForm
from handover.ladders import Step, dump, load
from handover.models import Kind, Ladder, Waits
from handover.queries.ladders import Place, own
from handover.services import ladders
from tests import factories
from tests.boundary import Desk
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db

TOP = {"minutes": "30", "targets": ["supervisors"]}


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def dai(client, desk):
    client.force_login(desk.dai)
    return desk.dai


def address(desk, name: str = "ladder_edit", clock: str = Waits.TAKEN, query: str = "") -> str:
    return reverse(name, args=[desk.team.pk, clock]) + query


def typed(*rows: dict, seen: int = 0, initial: int = 0) -> dict:
    data = {"seen_version": seen, "steps-TOTAL_FORMS": len(rows), "steps-INITIAL_FORMS": initial}
    for number, row in enumerate(rows):
        data |= {f"steps-{number}-{name}": value for name, value in row.items()}
    return data


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def saved(desk, *steps, clock: str = Waits.TAKEN, seen: int = 0, by=None, **place) -> Ladder:
    where = Place(desk.team, clock, **place)
    return ladders.change(place=where, steps=steps, seen_version=seen, actor=by or desk.dai, now=desk.now)


# --- The list ---------------------------------------------------------------------------------------
def test_list_says_in_sentences_who_is_told_with_those_who_are_there(client, desk, dai):
    page = text(client.get(reverse("ladder_list", args=[desk.team.pk])))

    assert "<li>After 20 min: tells the holder, everyone on duty at the post (Ada, Bo).</li>" in page
    assert (
        "<li>After 30 min: tells the duty supervisor (nobody now, therefore Dai). "
        "Also by email and in the group chats.</li>"
    ) in page
    assert "15 min before: tells the holder." in page
    assert "Only while nobody has taken it." in page
    assert "Nobody is told; it shows as broken." in page


def test_list_shows_the_people_of_the_post_that_is_asked_for(client, desk, dai):
    other = factories.post(desk.team)
    factories.agent_on_duty(other, now=desk.now, name="Zoe")

    page = text(client.get(reverse("ladder_list", args=[desk.team.pk]), {"post": other.pk}))

    assert "everyone on duty at the post (Zoe)" in page


def test_list_shows_the_team_s_own_by_whom_and_what_it_covers(client, desk, dai):
    saved(desk, Step(7, ("supervisors",)), clock=Waits.PROMISE)

    page = client.get(reverse("ladder_list", args=[desk.team.pk]))
    promise = next(section for section in page.context["sections"] if section.clock == Waits.PROMISE)

    assert [(row.title, row.own is not None, row.wider is not None) for row in promise.rows] == [
        ("In general", True, False),
        ("Urgent", False, True),
    ]
    assert "Version 1 by Dai" in text(page)


@pytest.mark.parametrize("count", [1, 30])
def test_list_asks_as_much_for_many_ladders_as_for_one(
    client, desk, dai, django_assert_max_num_queries, count
):
    for number in range(count):
        kind = factories.issue_type(desk.team, f"Type {number}")
        saved(desk, Step(7, ("supervisors",)), issue_type=kind)

    with django_assert_max_num_queries(21):
        client.get(reverse("ladder_list", args=[desk.team.pk]))


def test_leader_reads_and_changes_nothing(client, desk):
    client.force_login(factories.member(desk.team, leads=desk.post))

    page = client.get(reverse("ladder_list", args=[desk.team.pk]))

    assert (page.status_code, "Change the steps" in text(page)) == (200, False)
    assert client.get(address(desk, "ladder_history")).status_code == 200
    assert client.post(address(desk), typed(TOP)).status_code == 403
    assert not Ladder.objects.exists()


# --- Changing ---------------------------------------------------------------------------------------
def test_editor_begins_with_the_steps_that_count(client, desk, dai):
    rows = client.get(address(desk)).context["form"].rows

    assert [row["minutes"].value() for row in rows] == [10, 20, 30, 45, 60, None, None]


def test_saving_makes_a_version_and_leads_back_to_the_list(client, desk, dai):
    again = TOP | {"minutes": "5", "outlets": ["email"], "repeat_minutes": "10", "repeats": "2"}
    answer = client.post(address(desk), typed(TOP, {"minutes": ""}, again))

    ladder = Ladder.objects.get()
    assert answer.url == reverse("ladder_list", args=[desk.team.pk])
    assert (ladder.version, ladder.clock, ladder.item_kind, ladder.issue_type) == (1, "taken", "", None)
    assert load(ladder.steps) == (
        Step(5, ("supervisors",), ("email",), False, 10, 2),
        Step(30, ("supervisors",)),
    )


def test_saving_for_a_kind_and_an_issue_type(client, desk, dai):
    kind = factories.issue_type(desk.team)
    client.post(address(desk, clock=Waits.DONE, query=f"?kind=reminder&type={kind.pk}"), typed(TOP))

    assert own(Place(desk.team, Waits.DONE, Kind.REMINDER, kind)).version == 1


def test_what_was_typed_stays_where_something_is_wrong(client, desk, dai):
    answer = client.post(address(desk), typed(TOP | {"minutes": "soon"}))

    form = answer.context["form"]
    assert form.rows[0].errors == {"minutes": ["Enter a whole number."]}
    assert (form.rows[0]["minutes"].value(), form.rows[0]["targets"].value()) == ("soon", ["supervisors"])
    assert not Ladder.objects.exists()


def test_urgent_that_ends_below_the_supervisors_says_the_rule(client, desk, dai):
    answer = client.post(address(desk), typed({"minutes": "30", "targets": ["duty_supervisor"]}))

    assert "It must tell, in any case, all supervisors of the team or the administrators" in text(answer)
    assert not Ladder.objects.exists()


def test_two_writers_see_what_the_other_wrote_and_keep_their_own(client, desk, dai):
    eva = factories.member(desk.team, Role.SUPERVISOR, name="Eva")
    saved(desk, Step(7, ("administrators",)), by=eva)

    answer = client.post(address(desk), typed(TOP))
    assert "Version 1 by Eva" in text(answer)
    assert "After 7 min: tells the administrators." in text(answer)
    form = answer.context["form"]
    assert (form["seen_version"].value(), form.rows[0]["minutes"].value()) == ("1", "30")
    assert own(Place(desk.team, Waits.TAKEN)).version == 1

    client.post(address(desk), typed(TOP, seen=1))
    assert load(own(Place(desk.team, Waits.TAKEN)).steps) == (Step(30, ("supervisors",)),)


def test_steps_typed_in_an_expired_session_come_back(client, desk, dai):
    fields = {name: value if isinstance(value, list) else [str(value)] for name, value in typed(TOP).items()}
    held = HeldForm.objects.create(
        user=desk.dai, path=address(desk), data=json.dumps(fields), created_at=timezone.now()
    )

    page = client.get(address(desk), {"held": held.pk})

    assert page.context["form"].rows[0]["minutes"].value() == "30"
    assert "This is not saved yet" in text(page)


@pytest.mark.parametrize(
    ("clock", "query"),
    [
        ("nothing", ""),
        ("taken", "?kind=urgent"),
        ("done", "?kind=nothing"),
        ("sign", "?type=own"),
        ("complaint", "?type=own"),
        ("taken", "?type=foreign"),
    ],
)
def test_what_can_have_no_ladder_is_not_there(client, desk, dai, clock, query):
    own_type, foreign = factories.issue_type(desk.team), factories.issue_type()
    query = query.replace("own", str(own_type.pk)).replace("foreign", str(foreign.pk))

    assert client.get(address(desk, clock=clock, query=query)).status_code == 404


def test_a_new_one_leads_to_its_editor_or_says_what_is_wrong(client, desk, dai):
    kind = factories.issue_type(desk.team)
    url = reverse("ladder_new", args=[desk.team.pk])

    answer = client.get(url, {"clock": "done", "kind": "reminder", "type": kind.pk})
    assert answer.url == address(desk, clock="done", query=f"?kind=reminder&type={kind.pk}")

    answer = client.get(url, {"clock": "sign", "kind": "urgent", "type": kind.pk})
    assert {*answer.context["form"].errors} == {"kind", "type"}


# --- Versions ---------------------------------------------------------------------------------------
def test_versions_stay_readable_and_the_built_in_one_comes_back(client, desk, dai):
    saved(desk, Step(7, ("administrators",)))
    saved(desk, Step(8, ("administrators",)), seen=1)

    client.post(address(desk, "ladder_go_back"), {"seen_version": "1"})
    assert own(Place(desk.team, Waits.TAKEN)).version == 2
    client.post(address(desk, "ladder_go_back"), {"seen_version": "2"})

    assert own(Place(desk.team, Waits.TAKEN)) is None
    page = text(client.get(address(desk, "ladder_history")))
    assert all(f"After {minutes} min: tells the administrators." in page for minutes in (7, 8))
    assert "After 10 min: tells the duty supervisor. Also by email and in the group chats." in page


def test_ladders_of_another_team_are_not_shown(client, desk):
    place = factories.team()
    author = factories.member(place, factories.Role.SUPERVISOR, name="Kanarienvogel")
    factories.ladder(
        place, clock=Waits.TAKEN, steps=dump([Step(77, ("supervisors",))]), made_by=author, made_at=NOW
    )
    client.force_login(desk.dai)

    page = text(client.get(address(desk, "ladder_history")))

    assert client.get(reverse("ladder_list", args=[place.pk])).status_code == 404
    assert [words in page for words in ("After 10 min", "After 77 min", "Kanarienvogel")] == [
        True,
        False,
        False,
    ]


# --- Playing it through -----------------------------------------------------------------------------
def trial(client, desk, **asked):
    return client.get(reverse("ladder_trial", args=[desk.team.pk]), asked)


def instant(desk, minutes: int) -> str:
    at = desk.now + timedelta(minutes=minutes)
    return f"{at.astimezone(desk.team.zone):%Y-%m-%dT%H:%M}"


def told(answer) -> list[list[str]]:
    rounds = answer.context["play"]["rounds"]
    return [
        [person.display_name for telling in each["tellings"] for person, _by_email in telling["people"]]
        for each in rounds
    ]


def test_trial_begins_with_something_urgent_now(client, desk, dai):
    factories.administrator("Root")

    answer = trial(client, desk)

    assert told(answer) == [["Dai"], ["Bo"], ["Dai"], ["Dai"], ["Root"]]
    assert "whoever is on the roster then counts as on duty" in text(answer)


def test_trial_plays_the_ladder_of_the_kind_and_issue_type_at_that_instant(client, desk, dai):
    kind = factories.issue_type(desk.team)
    saved(desk, Step(0, ("post",)), clock=Waits.DONE, item_kind=Kind.REMINDER, issue_type=kind)

    asked = {"clock": "done", "kind": "reminder", "type": kind.pk, "post": desk.post.pk}
    answer = trial(client, desk, **asked, at=instant(desk, 60))

    assert told(answer) == [["Bo"]]


@pytest.mark.parametrize("at", ["", "soon", "2999-01-01T00:00", "0001-01-01T00:00"])
def test_trial_of_no_possible_time_says_so(client, desk, dai, at):
    answer = trial(client, desk, at=at)

    assert ({*answer.context["form"].errors}, answer.context["play"]) == ({"at"}, None)


def test_trial_at_a_post_of_another_team_is_refused(client, desk, dai):
    answer = trial(client, desk, post=factories.post().pk)

    assert {*answer.context["form"].errors} == {"post"}


def test_item_shows_who_would_be_told_and_links_there(client, desk, dai):
    item = desk.item(kind=Kind.URGENT, holder=desk.ada)
    url = reverse("item_who", args=[item.pk])

    assert url in text(client.get(reverse("item_detail", args=[item.pk])))
    assert told(client.get(url))[:2] == [["Ada"], ["Dai"]]
    assert told(client.get(url, {"at": instant(desk, 60)}))[:2] == [["Ada", "Bo"], ["Dai"]]


def test_item_links_nobody_else_there(client, desk):
    item = desk.item(kind=Kind.URGENT, holder=desk.ada)
    client.force_login(desk.ada)

    assert reverse("item_who", args=[item.pk]) not in text(client.get(reverse("item_detail", args=[item.pk])))
    assert client.get(reverse("item_who", args=[item.pk])).status_code == 403
