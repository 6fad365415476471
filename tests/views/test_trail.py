"""The audit trail: who may read which part, what each filter finds, and the file."""

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from handover.models import Event, Post, Reading
from handover.queries import trail
from handover.services import customers, events, items, shifts, teams
from handover.services.customers import CustomerFacts
from tests import factories
from tests.counting import queries_of
from tests.factories import NOW
from tests.world import World

pytestmark = pytest.mark.django_db

Role = Membership.Role
TRAIL, EXPORT = "/trail/", "/trail/export/"


@pytest.fixture
def desk() -> Post:
    return factories.post(name="Front line")


@pytest.fixture
def auditor(client: Client, desk: Post) -> User:
    person = factories.member(desk.team, Role.AUDITOR, name="Audi")
    client.force_login(person)
    return person


def call(desk: Post, *, by: User, text: str = "Where is it?", minutes: int = 0, item=None) -> Event:
    item = item or factories.item(desk)
    items.call_again(item=item, text=text, actor=by, now=NOW + timedelta(minutes=minutes))
    return Event.objects.latest("pk")


def shown(client: Client, query: str = "") -> list[str]:
    return [row.text for row in client.get(f"{TRAIL}?{query}").context["rows"]]


def test_entry_says_who_did_what_to_what_when_and_from_where(client, desk, auditor) -> None:
    person = factories.member(desk.team, Role.SUPERVISOR, name="Ada")
    customer = factories.customer(desk.team, code="C-7", phone="13900000001")
    known = {name: getattr(customer, name) for name in customer.FACTS}
    facts = CustomerFacts(**known | {"phone": "13900000002"})
    customers.edit(customer=customer, facts=facts, version=1, actor=person, now=NOW)

    row = client.get(TRAIL).context["rows"][0]

    assert (row.at, row.who, row.what) == ("2026-03-10 14:00", "Ada", "changed the customer's profile")
    assert row.details == ["phone: 13900000001 → 13900000002"]
    assert row.things == [("C-7", reverse("customer_detail", args=[customer.pk]))]
    assert (row.place, row.address) == (desk.team.name, "")


def test_changed_settings_and_people_show_old_and_new_values(client, desk, auditor) -> None:
    boss, old = factories.administrator(name="Root"), desk.team.name
    facts = {name: getattr(desk.team, name) for name in ("name", "time_zone", "day_ends_at", "is_active")}
    teams.edit(team=desk.team, facts=facts | {"name": "Night team"}, actor=boss, now=NOW)

    row = client.get(TRAIL).context["rows"][0]

    assert row.details == ["What: team", "Name: Night team", f"Name: {old} → Night team"]


def test_changed_roster_is_told_in_words(client, desk, auditor) -> None:
    ada = factories.member(desk.team, name="Ada")
    shifts.assign(
        shift=factories.shift(desk, starts_at=NOW + timedelta(hours=2)), user=ada, actor=ada, now=NOW
    )

    row = client.get(TRAIL).context["rows"][0]

    assert row.details == [
        "About Ada",
        "Name: Day",
        "Change: put on the shift",
        "Starts at: 2026-03-10 16:00",
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["C", "B", "A"]),
        ("person=Bo", ["C", "A"]),
        ("person=bo7", ["C", "A"]),
        ("about=item&which=%23{item}", ["C", "B"]),
        ("about=customer&which=C-7", ["C", "B"]),
        ("about=item&which={item}&person=Bo", ["C"]),
        ("verb=called_again&person=Bo", ["C", "A"]),
        ("verb=closed", []),
        ("since=2026-03-11", ["C"]),
        ("until=2026-03-10", ["B", "A"]),
        ("kind=readings", []),
    ],
)
def test_filters_find_what_fits_newest_first(client, desk, auditor, query, expected) -> None:
    ada, bo = factories.member(desk.team, name="Ada"), factories.member(desk.team, name="Bo")
    User.objects.filter(pk=bo.pk).update(username="bo7")
    item = factories.item(desk, customer=factories.customer(desk.team, code="C-7"))
    call(desk, by=bo, text="A")
    call(desk, by=ada, text="B", minutes=1, item=item)
    call(desk, by=bo, text="C", minutes=24 * 60, item=item)
    foreign = factories.post()
    call(foreign, by=bo, text="Not theirs")

    assert shown(client, query.format(item=item.pk)) == expected


@pytest.mark.parametrize(
    ("query", "name", "sentence"),
    [
        ("person=Nobody", "person", "Nobody of this name stands in the trail here."),
        ("person=Ada", "person", "Several people have this name. Type the user name."),
        ("about=item&which=seven", "which", "There is no such number or ID here."),
        ("about=item&which=99999999999999999999", "which", "There is no such number or ID here."),
        ("about=customer&which=C-9", "which", "There is no such number or ID here."),
        ("since=yesterday", "since", "Enter a valid date."),
        ("place=team-0", "place", "Select a valid choice. team-0 is not one of the available choices."),
    ],
)
def test_what_cannot_be_asked_is_said_at_the_field(client, desk, auditor, query, name, sentence) -> None:
    for _number in range(2):
        call(desk, by=factories.member(desk.team, name="Ada"))
    stranger = factories.member(factories.team(), name="Nobody")
    factories.customer(stranger.teams.get(), code="C-9")

    context = client.get(f"{TRAIL}?{query}").context

    assert (context["form"].errors, context["rows"]) == ({name: [sentence]}, [])


@pytest.mark.parametrize("title", ["2026-02-30 10:00", "2026-01-01 10:00", "0001-01-01 00:00+14:00"])
def test_title_that_looks_like_a_time_hides_nothing(client, desk, auditor, title) -> None:
    events.record(
        verb=Event.Verb.NOTICE_WRITTEN, actor=auditor, now=NOW, team=desk.team, data={"title": title}
    )

    (row,) = client.get(TRAIL).context["rows"]

    assert row.details == [f"Title: {title}"]


def test_readings_say_page_and_thing_and_lists_their_numbers(client, desk, auditor) -> None:
    item = factories.item(desk)
    reader = factories.member(desk.team, name="Bo")
    later, last = NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)
    common = {"actor": reader, "team": desk.team, "address": "192.0.2.1"}
    Reading.objects.create(at=NOW, page="item_detail", item=item, post=desk, **common)
    Reading.objects.create(at=later, page="item_list", listed={"items": [3, 4]}, **common)
    Reading.objects.create(at=last, page="promise_move", item=item, **common)

    rows = client.get(f"{TRAIL}?kind=readings&person=Bo").context["rows"]

    number = (f"#{item.pk}", reverse("item_detail", args=[item.pk]))
    assert [(row.what, row.things, row.details, row.address) for row in rows] == [
        ("A step of the item", [number], [], "192.0.2.1"),
        ("Items", [], ["2 entries: #3, #4"], "192.0.2.1"),
        ("Page of the item", [number], [], "192.0.2.1"),
    ]


def test_leader_finds_the_own_posts_alone(client, desk) -> None:
    leader = factories.member(desk.team, leads=desk)
    other = factories.post(desk.team)
    bo = factories.member(desk.team, name="Bo")
    call(desk, by=bo, text="Mine")
    call(other, by=bo, text="Not mine", minutes=1)
    client.force_login(leader)

    assert shown(client) == ["Mine"]
    assert shown(client, "person=Bo&verb=called_again") == ["Mine"]
    assert client.get(f"{TRAIL}?place=team-{desk.team_id}").context["rows"] == []


def test_administrator_reads_each_team_and_what_belongs_to_none(client, desk) -> None:
    client.force_login(factories.administrator())
    call(desk, by=factories.member(desk.team), text="Of the team")
    Event.objects.create(at=NOW, verb=Event.Verb.CLOCK_STEPPED, text="Of none", data={"seconds": 60})

    assert shown(client, f"place=team-{desk.team_id}") == ["Of the team"]
    assert shown(client, "place=none") == ["Of none"]


def test_pages_follow_one_another_without_a_gap(client, desk, auditor) -> None:
    bo = factories.member(desk.team)
    texts = [str(number) for number in range(trail.PAGE + 5)]
    for number, text in enumerate(texts):
        call(desk, by=bo, text=text, minutes=number // 3)

    first = client.get(TRAIL)
    second = client.get(TRAIL + first.context["older_url"])

    found = [row.text for answer in (first, second) for row in answer.context["rows"]]
    assert (found, second.context["older_url"]) == (texts[::-1], "")


def test_rare_entries_are_looked_for_part_by_part(client, desk, auditor, monkeypatch) -> None:
    monkeypatch.setattr(trail, "WINDOW", 4)
    bo, item = factories.member(desk.team, name="Bo"), factories.item(desk)
    items.edit(item=item, actor=bo, now=NOW, seen={}, next_action="Ring them at three.")
    for minute in range(1, 6):
        call(desk, by=bo, minutes=minute)

    first = client.get(f"{TRAIL}?person=Bo&verb=edited")
    second = client.get(TRAIL + first.context["older_url"])

    assert (first.context["rows"], first.context["page"].searched_to) == ([], NOW + timedelta(minutes=2))
    assert [row.what for row in second.context["rows"]] == ["corrected the facts"]
    assert second.context["older_url"] == ""


@pytest.mark.parametrize("query", ["", "?person=Bo&verb=called_again", "?kind=readings"])
def test_page_asks_as_often_for_one_as_for_thirty(client, desk, auditor, query) -> None:
    bo = factories.member(desk.team, name="Bo")
    call(desk, by=bo)
    for_one = queries_of(client, TRAIL + query)
    for number in range(29):
        call(desk, by=bo, minutes=number)

    assert queries_of(client, TRAIL + query) == for_one


def leave_only(index: str, model) -> None:
    """Take away, until the end of the test, what PostgreSQL may as well choose for a table with few rows."""
    connection.check_constraints()  # a table with checks to come cannot lose an index
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text FROM pg_index "
            "WHERE indrelid = %s::regclass AND NOT indisunique",
            [model._meta.db_table],
        )
        for (other,) in cursor.fetchall():
            if other != index:
                cursor.execute(f"DROP INDEX {other}")
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")


@pytest.mark.parametrize(
    ("kind", "filters", "index"),
    [
        (trail.CHANGES, {}, "event_of_team"),
        (trail.CHANGES, {"actor_id": 1}, "event_of_actor"),
        (trail.CHANGES, {"verb": "closed"}, "event_of_verb"),
        (trail.CHANGES, {"subject": ("item", 1)}, "event_of_item"),
        (trail.CHANGES, {"subject": ("customer", 1)}, "event_of_customer"),
        (trail.CHANGES, {"subject": ("handover", 1)}, "event_of_handover"),
        (trail.READINGS, {}, "reading_of_team"),
        (trail.READINGS, {"actor_id": 1}, "reading_of_actor"),
        (trail.READINGS, {"subject": ("item", 1)}, "reading_of_item"),
        (trail.READINGS, {"subject": ("customer", 1)}, "reading_of_customer"),
        (trail.READINGS, {"subject": ("handover", 1)}, "reading_of_handover"),
    ],
)
def test_every_filter_is_answered_by_an_index_in_its_order(desk, kind, filters, index) -> None:
    asked = trail.Filters(trail.Place("", "", desk.team_id), kind=kind, **filters)
    if connection.vendor == "postgresql":
        leave_only(index, trail._model(asked))
    found = trail._indexed(asked, trail._plan(asked), None)

    plan = found[: trail.PAGE].explain()

    assert index in plan
    assert ("Sort" in plan, "TEMP B-TREE" in plan) == (False, False)


def test_export_is_a_table_that_no_spreadsheet_runs_and_an_entry_itself(client, desk, auditor) -> None:
    bo = factories.member(desk.team, name="=Bo")
    event = call(desk, by=bo, text='=HYPERLINK("http://example.com")')

    answer = client.post(EXPORT, {"person": "=Bo", "kind": "changes"})

    content = b"".join(answer.streaming_content).decode()
    rows = list(csv.reader(io.StringIO(content.removeprefix("\ufeff"))))
    assert content.startswith("\ufeff")
    assert rows[1:] == [
        [
            "2026-03-10T06:00:00Z",
            "2026-03-10 14:00",
            "'=Bo",
            "noted that the customer called again",
            f"#{event.item_id}",
            "",
            '\'=HYPERLINK("http://example.com")',
            "Front line",
            "",
        ]
    ]
    taken = Event.objects.latest("pk")
    assert (taken.verb, taken.actor, taken.team, taken.address) == (
        Event.Verb.TRAIL_EXPORTED,
        auditor,
        desk.team,
        "127.0.0.1",
    )
    assert taken.data == {"filters": {"person": "=Bo", "kind": "changes"}, "limit": 10_000}


def test_export_goes_on_from_piece_to_piece_up_to_its_limit(client, desk, auditor, monkeypatch) -> None:
    monkeypatch.setattr("handover.views.trail.BATCH", 2)
    monkeypatch.setattr("handover.services.trail.LIMIT", 5)
    for number in range(7):
        call(desk, by=factories.member(desk.team), text=str(number), minutes=number)

    answer = client.post(EXPORT, {})

    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row[6] for row in rows[1:]][1:] == ["6", "5", "4", "3"]


def test_nobody_takes_one_file_after_the_other(client, desk, auditor) -> None:
    answers = [client.post(EXPORT, {"kind": "changes"}) for _file in range(events.MOST_FILES + 1)]

    *files, refused = [answer.status_code for answer in answers]
    assert (set(files), refused, answers[-1].url) == ({200}, 302, "/trail/?kind=changes")
    told = [str(message) for message in get_messages(answers[-1].wsgi_request)]
    assert told == [
        "You have taken 10 such files along within 10 minutes. Please wait a few minutes before the next one."
    ]
    client.force_login(factories.member(desk.team, Role.AUDITOR))
    assert client.post(EXPORT).status_code == 200


def test_export_of_what_cannot_be_asked_leads_back_to_the_field(client, desk, auditor) -> None:
    answer = client.post(EXPORT, {"person": "Nobody"})

    assert (answer.status_code, answer.url) == (302, "/trail/?person=Nobody")
    assert not Event.objects.filter(verb=Event.Verb.TRAIL_EXPORTED).exists()


def test_every_entry_of_the_world_has_words(client) -> None:
    world = World()
    client.force_login(world.people["administrator"])

    answer = client.get(f"{TRAIL}?place=team-{world.team.pk}")

    assert len(answer.context["rows"]) == Event.objects.filter(team=world.team).count()
