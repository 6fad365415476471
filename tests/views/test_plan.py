"""The plan of a week: shown, saved as one, filled from the week before; nothing typed is lost."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from handover.models import Assignment
from handover.queries import plan_page
from tests import factories
from tests.counting import queries_of
from tests.factories import Role

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def desk():
    return factories.post(name="Front")


@pytest.fixture
def monday(desk):
    """Of next week, at midnight of the team."""
    today = timezone.now().astimezone(desk.team.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + (7 - today.weekday()) * DAY


@pytest.fixture
def week(desk, monday):
    """Early and late on each day of next week."""
    return [
        factories.shift(desk, name=name, starts_at=monday + n * DAY + hour * HOUR)
        for n in range(7)
        for name, hour in (("Early", 7), ("Late", 15))
    ]


@pytest.fixture
def amy(desk):
    return factories.member(desk.team, name="Amy")


@pytest.fixture
def chief(desk, client):
    person = factories.member(desk.team, Role.SUPERVISOR, name="Chief")
    client.force_login(person)
    return person


@pytest.fixture
def address(desk, monday):
    return f"{reverse('post_plan', args=[desk.pk])}?day={monday.date()}"


def fields(page, **changes):
    """What a browser sends of the page as it stands, with some fields changed."""
    sent = {"copy": list(page.names)}
    for head in (head for day in page.days for head in day.heads if not head.is_over):
        sent[f"was-{head.shift_id}"] = head.was
        sent[f"led-{head.shift_id}"] = head.led_by or ""
    for row in (*page.usual, *page.others):
        for pill in (pill for cell in row.cells for pill in cell.pills if pill.is_on):
            sent.setdefault(f"on-{pill.shift_id}", []).append(row.user_id)
    return sent | {name.replace("_", "-"): value for name, value in changes.items()}


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def shown(page):
    """Who has which boxes ticked."""
    return {
        row.name: [pill.shift_id for cell in row.cells for pill in cell.pills if pill.is_on]
        for row in (*page.usual, *page.others)
    }


def test_plan_shows_a_row_for_each_person_and_what_speaks_against_it(client, desk, week, amy, chief, address):
    factories.assignment(week[1], amy, is_duty_supervisor=True)
    factories.assignment(week[2], amy)
    other = factories.shift(factories.post(desk.team, "Back"), starts_at=week[4].starts_at)
    factories.assignment(other, chief)

    page = client.get(address).context["page"]

    assert shown(page) == {"Amy": [week[1].pk, week[2].pk], "Chief": []}
    assert [row.name for row in page.usual] == ["Amy"]
    assert [thought.sentence.split(" between")[0] for thought in page.thoughts] == ["Amy has 8 h to rest"]
    assert page.usual[0].cells[1].cautions == ("8 h of rest",)
    assert page.others[0].cells[2].notes == ("Back 07:00–15:00",)
    assert [head.hole for head in page.days[0].heads + page.days[1].heads] == [
        "nobody",
        "",
        "no_supervisor",
        "nobody",
    ]
    assert page.gaps.post_id == desk.pk


def test_plan_is_saved_with_one_press_and_says_what_remains(client, week, amy, chief, address):
    page = client.get(address).context["page"]
    changes = {f"on_{week[1].pk}": [amy.pk], f"on_{week[2].pk}": [amy.pk], f"led_{week[2].pk}": chief.pk}

    response = client.post(address, fields(page, **changes))

    assert response.url == address
    assert said(response) == ["The plan is saved.", "1 thing remains to think about."]
    rows = Assignment.objects.order_by("shift__starts_at", "user__display_name")
    assert list(rows.values_list("shift", "user", "is_duty_supervisor")) == [
        (week[1].pk, amy.pk, False),
        (week[2].pk, amy.pk, False),
        (week[2].pk, chief.pk, True),
    ]


def test_plan_of_two_leaders_holds_what_both_wanted(client, desk, week, amy, chief, address):
    page = client.get(address).context["page"]
    bob = factories.member(desk.team, name="Bob")
    factories.assignment(week[0], bob)  # by the other one, after this page was made

    client.post(address, fields(page, **{f"on_{week[0].pk}": [amy.pk]}))

    assert set(week[0].assignments.values_list("user", flat=True)) == {amy.pk, bob.pk}


def test_plan_that_meets_another_choice_keeps_everything_and_can_be_saved_again(
    client, desk, week, amy, chief, address
):
    page = client.get(address).context["page"]
    bob = factories.assignment(week[0], factories.member(desk.team, name="Bob"), is_duty_supervisor=True).user
    changes = {f"led_{week[0].pk}": amy.pk, f"on_{week[3].pk}": [amy.pk]}

    refused = client.post(address, fields(page, **changes))
    again = client.post(address, fields(refused.context["page"]))

    assert "Somebody else has named Bob duty supervisor meanwhile." in refused.content.decode()
    assert "not saved yet" in refused.content.decode()
    assert shown(refused.context["page"])["Amy"] == [week[0].pk, week[3].pk]
    assert again.status_code == 302
    assert list(Assignment.objects.order_by("pk").values_list("shift", "user", "is_duty_supervisor")) == [
        (week[0].pk, bob.pk, False),
        (week[0].pk, amy.pk, True),
        (week[3].pk, amy.pk, False),
    ]


def test_plan_copies_the_week_before_into_what_is_not_saved(client, desk, week, amy, chief, address):
    gone, busy = factories.user("Gone"), factories.member(desk.team, name="Busy")
    for shift in week[:4]:
        before = factories.shift(desk, name=shift.name, starts_at=shift.starts_at - 7 * DAY)
        factories.assignment(before, amy, is_duty_supervisor=shift == week[2])
    factories.assignment(desk.shifts.get(name="Early", starts_at=week[2].starts_at - 7 * DAY), gone)
    factories.assignment(desk.shifts.get(name="Early", starts_at=week[0].starts_at - 7 * DAY), busy)
    factories.assignment(factories.shift(factories.post(desk.team), starts_at=week[0].starts_at), busy)
    bob = factories.assignment(week[1], factories.member(desk.team, name="Bob")).user
    page = client.get(address).context["page"]
    typed = {f"on_{week[6].pk}": [bob.pk], "do": "copy"}  # what has no week before it is no news

    response = client.post(address, fields(page, **typed))
    page = response.context["page"]

    assert Assignment.objects.filter(shift__in=week).count() == 1
    assert shown(page)["Amy"] == [week[0].pk, week[2].pk, week[3].pk]
    assert shown(page)["Bob"] == [week[1].pk, week[6].pk]
    assert page.days[1].heads[0].led_by == amy.pk
    days = [plan_page.day_words(week[n].starts_at.date()) for n in (0, 2)]
    assert said(response) == [
        "3 shifts have the people of the week before. Nothing is saved yet.",
        f"Left as it is, for there is somebody: Late, {days[0]}.",
        f"Busy is on another shift then: Early, {days[0]}.",
        f"Gone does not work in this team any more: Early, {days[1]}.",
    ]

    client.post(address, fields(page))

    assert week[0].assignments.get().user == amy
    assert week[2].assignments.get().is_duty_supervisor


def test_plan_copies_only_the_chosen_shifts(client, desk, week, amy, chief, address):
    for shift in week[:2]:
        before = factories.shift(desk, name=shift.name, starts_at=shift.starts_at - 7 * DAY)
        factories.assignment(before, amy)
    page = client.get(address).context["page"]

    response = client.post(address, fields(page, do="copy", copy=["Late"]))
    holes = "Holes in this week"
    assert [holes in answer.content.decode() for answer in (client.get(address), response)] == [True, False]
    assert shown(response.context["page"])["Amy"] == [week[1].pk]


def test_plan_copies_who_was_planned_and_not_who_stood_in(client, desk, week, amy, chief, address):
    before = factories.shift(desk, name="Early", starts_at=week[0].starts_at - 7 * DAY)
    factories.assignment(before, chief, substitutes=factories.assignment(before, amy))
    page = client.get(address).context["page"]

    response = client.post(address, fields(page, do="copy"))

    assert shown(response.context["page"]) == {"Amy": [week[0].pk], "Chief": []}


def test_plan_of_the_past_can_only_be_read(client, desk, amy, chief):
    over = factories.shift(desk, starts_at=timezone.now() - 9 * HOUR)
    factories.assignment(over, amy)
    day = over.starts_at.astimezone(desk.team.zone).date()
    address = f"{reverse('post_plan', args=[desk.pk])}?day={day}"
    sent = {f"was-{over.pk}": f"{amy.pk}:"}

    page = client.get(address)
    response = client.post(address, sent)

    assert f'name="was-{over.pk}"' not in page.content.decode()
    assert "Save the plan" not in page.content.decode()
    assert "A shift is over or gone meanwhile" in response.content.decode()
    assert over.assignments.count() == 1


def test_plan_keeps_whoever_has_checked_in(client, desk, amy, chief):
    running = factories.shift(desk)
    running.starts_at = timezone.now() - HOUR
    running.ends_at = timezone.now() + HOUR
    running.save(update_fields=["starts_at", "ends_at"])
    factories.assignment(running, amy, checked_in=True)
    day = running.starts_at.astimezone(desk.team.zone).date()
    address = f"{reverse('post_plan', args=[desk.pk])}?day={day}"
    page = client.get(address)

    response = client.post(address, fields(page.context["page"]))

    assert f'<input type="hidden" name="on-{running.pk}" value="{amy.pk}">' in page.content.decode()
    assert (response.status_code, running.assignments.count()) == (302, 1)


def test_plan_typed_in_an_ended_session_comes_back(client, week, amy, chief, address):
    own = {"username": chief.username, "password": factories.PASSWORD}
    client.logout()
    client.post(reverse("login"), own)
    page = client.get(address).context["page"]
    del client.cookies[settings.SESSION_COOKIE_NAME]

    sent = client.post(address, fields(page, **{f"on_{week[5].pk}": [amy.pk]}))
    back = client.post(sent.url, own, follow=True)

    assert shown(back.context["page"])["Amy"] == [week[5].pk]
    assert "This is not saved yet: you had been signed out." in back.content.decode()
    assert Assignment.objects.count() == 0


@pytest.mark.parametrize("sent", ["x", "1.2", "1:2:3", "9" * 400 + ":", "²:"])
def test_plan_refuses_what_no_page_sends(client, week, chief, address, sent):
    response = client.post(address, {f"was-{week[0].pk}": sent})

    assert "The page was out of date" in response.content.decode()


def test_plan_needs_the_same_queries_for_few_and_many(client, desk, week, chief, address):
    factories.assignment(week[0])
    few = queries_of(client, address)
    for shift in week:
        for _person in range(3):
            factories.assignment(shift)

    assert queries_of(client, address) == few


def test_plan_of_a_week_in_which_the_clocks_change_has_every_shift_once(client, chief):
    team = factories.team(time_zone="Europe/Berlin")
    factories.membership(chief, team, Role.SUPERVISOR)
    desk = factories.post(team)
    zone = team.zone
    for day, hour in ((23, 0), (28, 22), (29, 6), (29, 23)):
        starts = datetime(2026, 3, day, hour, tzinfo=zone).astimezone(UTC)
        factories.shift(desk, starts_at=starts, hours=1)

    page = client.get(f"{reverse('post_plan', args=[desk.pk])}?day=2026-03-25").context["page"]

    assert [[head.span for head in day.heads] for day in page.days] == [
        ["00:00–01:00"],
        [],
        [],
        [],
        [],
        ["22:00–23:00"],
        ["06:00–07:00", "23:00–00:00"],
    ]


def test_plan_is_no_matter_of_agents_and_other_teams(client, desk, amy):
    address = reverse("post_plan", args=[desk.pk])
    answers = []
    stranger = factories.member(factories.team(), Role.SUPERVISOR)
    for person in (amy, stranger, factories.member(desk.team, leads=desk)):
        client.force_login(person)
        answers.append(client.get(address).status_code)

    assert answers == [403, 404, 200]
