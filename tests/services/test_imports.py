import csv
import io
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Team
from handover.imports.tables import UnreadableFile
from handover.models import (
    Clock,
    ClockKind,
    Customer,
    Event,
    HandoverLine,
    PendingItem,
)
from handover.services import items, opening
from handover.services.imports import Report
from tests import factories
from tests.factories import NOW
from tests.imports.files import SAMPLE, sample, xlsx_file
from tests.imports.running import LOG, everything, item_of, run

pytestmark = pytest.mark.django_db

AS_OF = datetime(2016, 3, 2, 15, 33, tzinfo=UTC)
Need, Verb = Customer.Need, Event.Verb


@pytest.fixture
def team() -> Team:
    return factories.team(time_zone="UTC")


def run_log(team, *references, as_of=AS_OF, now=NOW, **options) -> Report:
    return run(team, sample(*references), LOG, as_of=as_of, now=now, **options)


def history(reference: str) -> list[tuple[str, str, str]]:
    trail = Event.objects.filter(item__source_ref=reference).select_related("post").order_by("at", "pk")
    return [(f"{event.at:%d %H:%M}", event.verb, event.post.name) for event in trail]


def history_of(item: PendingItem) -> list[tuple]:
    trail = item.events.filter(at__lt=NOW).order_by("at", "pk")
    return list(trail.values_list("at", "verb", "post__name", "text", "data"))


def facts_of(item: PendingItem) -> dict:
    return PendingItem.objects.filter(pk=item.pk).values().get()


def test_the_log_stands_at_the_instant(team):
    report = run_log(team)

    assert (report.rows, report.later_rows, report.rejected_rows) == (63, 33, 0)
    assert (report.new, report.unfinished, report.transfers) == (9, 7, 4)
    assert report.stages == {
        ("registered", "New"): 2,
        ("in_progress", "Active"): 3,
        ("waiting", "Awaiting User Info"): 1,
        ("waiting", "Awaiting Problem"): 1,
        ("resolved", "Resolved"): 1,
        ("closed", "Closed"): 1,
    }
    assert report.posts == Counter(item.post.name for item in PendingItem.objects.select_related("post"))
    assert PendingItem.objects.open().count() == 7


def test_an_item_of_the_log_has_its_facts_and_says_what_is_not_known(team):
    run_log(team, "INC0000361")

    item = item_of("INC0000361")
    assert (item.post.name, item.issue_type.name) == ("Group 53", "Category not known")
    assert (item.customer.code, item.customer.need) == ("Caller 742", Need.UNKNOWN)
    assert (item.stage, item.waiting_for) == ("waiting", "User Info")
    assert item.waiting_until == datetime(2016, 3, 3, tzinfo=UTC)  # the end of the business day
    assert item.progress == (
        "Not known (imported): the source says only “Awaiting User Info”, with Resolver 121. "
        "Ask at the first contact."
    )
    assert item.unknown_facts == ["need", "progress", "key_time", "promise"]
    assert (item.source, item.order_ref, item.holder) == ("servicenow_incident_log", "INC0000361", None)
    assert item.created_at == datetime(2016, 2, 29, 15, 38, tzinfo=UTC)
    assert (item.next_clock, item.next_due_at) == (ClockKind.DONE, datetime(2016, 3, 1, tzinfo=UTC))


def test_group_changes_become_transfers_and_updates_of_one_minute_keep_their_order(team):
    run_log(team, "INC0000265")

    assert history("INC0000265") == [
        ("29 13:14", Verb.CREATED, "Group 70"),
        ("29 15:02", Verb.TRANSFERRED, "Group 20"),
        ("29 15:15", Verb.TRANSFERRED, "Group 70"),
        ("29 20:17", Verb.TRANSFERRED, "Group 20"),
        ("29 20:17", Verb.TRANSFERRED, "Group 69"),
        ("02 15:19", Verb.IMPORTED, "Group 69"),
        ("02 15:29", Verb.RESOLVED, "Group 69"),
        ("10 06:00", Verb.IMPORTED, "Group 69"),
    ]
    passed_on = Event.objects.filter(verb=Verb.TRANSFERRED).order_by("pk").first()
    assert passed_on.text == "assignment_group: Group 70 → Group 20"
    assert passed_on.data["from"] == {"post": "Group 70", "holder": ""}
    assert (passed_on.actor, passed_on.data["by"]) == (None, "Updated by 468")


def test_rows_out_of_order_are_put_in_order_of_time(team):
    run_log(team, "INC0000137")

    assert [verb for _at, verb, _post in history("INC0000137")] == [
        Verb.CREATED,
        Verb.RESOLVED,
        Verb.REOPENED,
        Verb.IMPORTED,
    ]
    assert item_of("INC0000137").stage == "registered"


def test_the_target_of_the_source_is_the_outcome_of_what_ended(team):
    run_log(team, "INC0000358", "INC0001155", as_of=NOW)

    outcomes = Clock.objects.filter(kind=ClockKind.DONE).values_list("item__source_ref", "outcome")
    assert dict(outcomes) == {"INC0000358": "met", "INC0001155": "late"}
    assert item_of("INC0001155").result == "It ended in the source as “Closed”, after its target time."
    assert (Verb.REOPENED, 1) in Counter(verb for _at, verb, _post in history("INC0001155")).items()


def test_an_urgent_item_waits_to_be_taken_from_the_instant_on(team):
    as_of = datetime(2016, 3, 2, 16, tzinfo=UTC)
    run_log(team, "INC0001427", as_of=as_of)

    item = item_of("INC0001427")
    clocks = item.clocks.order_by("due_at").values_list("kind", "started_at", "due_at")
    opened_at = datetime(2016, 3, 2, 15, 28, tzinfo=UTC)
    assert list(clocks) == [
        ("response", opened_at, opened_at + timedelta(minutes=30)),
        ("taken", as_of, as_of + timedelta(minutes=10)),
        ("done", opened_at, datetime(2016, 3, 3, tzinfo=UTC)),
    ]
    assert (item.next_clock, item.urgent_since) == ("response", opened_at)


def test_an_item_that_is_no_longer_urgent_shows_the_change_of_kind(team):
    run_log(team, "INC0000771")

    item = item_of("INC0000771")
    changed = Event.objects.get(verb=Verb.KIND_CHANGED)
    assert (item.kind, item.urgent_since, item.clocks.count()) == ("follow_up", None, 1)
    assert (changed.data["old"], changed.data["new"]) == ("urgent", "follow_up")
    assert changed.text == "priority: 1 - Critical → 3 - Moderate"


def test_a_second_run_changes_nothing_and_says_so(team):
    run_log(team)
    before = everything()

    report = run_log(team, now=NOW + timedelta(hours=1))

    assert (report.new, report.changed, report.unchanged, report.entries) == (0, 0, 9, 0)
    assert everything() == before


def test_a_preview_counts_the_same_and_writes_nothing(team):
    before = everything()

    preview = run_log(team, dry_run=True)

    assert everything() == before
    assert preview.new_posts == {
        "Group 5", "Group 10", "Group 20", "Group 22", "Group 25", "Group 53", "Group 69", "Group 70",
        "Group not known",
    }  # fmt: skip
    done = run_log(team)
    assert vars(done) == vars(preview) | {"dry_run": False}


def test_a_later_run_adds_only_the_new_history(team):
    at_once = factories.team(time_zone="UTC")
    run_log(at_once, as_of=NOW)
    run_log(team)

    report = run_log(team, as_of=NOW)

    assert (report.new, report.changed, report.unchanged) == (1, 9, 0)
    own = {"id", "team_id", "post_id", "customer_id", "issue_type_id", "version"}
    for item in PendingItem.objects.filter(team=team):
        same = PendingItem.objects.get(team=at_once, source_ref=item.source_ref)
        assert {name for name, value in facts_of(item).items() if value != facts_of(same)[name]} <= own
        assert history_of(item) == history_of(same)
    assert not Clock.objects.filter(stopped_at__isnull=True).exists()


def test_parts_of_a_history_in_several_files_give_the_same_timeline(team):
    header, *rows = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    rows = [row for row in rows if row.startswith("INC0000265")]

    for part in (rows[:3], rows[5:], rows[2:6]):
        run(team, io.BytesIO("".join([header, *part]).encode()), LOG, as_of=NOW)

    kept = Event.objects.filter(item__source_ref="INC0000265", data__import__has_key="row")
    assert kept.count() == len(rows)
    assert item_of("INC0000265").stage == "closed"


def test_what_people_did_here_since_stays(team):
    run_log(team)
    item = item_of("INC0000361")
    agent = factories.agent_on_duty(item.post)
    items.call_again(item=item, text="Asks when somebody comes.", actor=agent, now=NOW)
    before = PendingItem.objects.filter(pk=item.pk).values().get()

    report = run_log(team, "INC0000361", as_of=NOW, now=NOW + timedelta(hours=1))

    assert (report.timeline_only, report.changed, report.entries) == (1, 0, 4)
    assert report.notices == [
        "INC0000361 was worked on here: its 4 new updates were added to the timeline alone."
    ]
    assert PendingItem.objects.filter(pk=item.pk).values().get() == before
    assert Event.objects.order_by("-pk")[1].text == (
        "4 updates of the source were added. The item itself stays as it is: it was worked on here."
    )


def test_an_item_that_stands_in_a_handover_is_left_alone(team):
    run_log(team, "INC0000361")
    item = item_of("INC0000361")
    handover = opening.open_for(shift=factories.shift(item.post), now=NOW)
    HandoverLine.objects.create(handover=handover, item=item)

    report = run_log(team, "INC0000361", as_of=NOW)

    assert (report.timeline_only, item_of("INC0000361").stage) == (1, "waiting")


def test_an_item_that_was_passed_to_another_team_is_found_there(team):
    run_log(team, "INC0000361")
    there = factories.post()
    PendingItem.objects.update(team=there.team, post=there)
    Event.objects.create(verb=Verb.TRANSFERRED, at=NOW, item=item_of("INC0000361"), team=there.team)

    report = run_log(team, "INC0000361", as_of=NOW)

    assert (report.new, report.timeline_only, item_of("INC0000361").team) == (0, 1, there.team)


def test_a_workbook_is_imported_as_the_text_is(team):
    rows = list(csv.reader(io.StringIO(sample().getvalue().decode())))

    report = run(team, xlsx_file(*rows), LOG, as_of=AS_OF)

    assert vars(report) == vars(run_log(factories.team(time_zone="UTC"), dry_run=True)) | {"dry_run": False}


def test_a_file_that_breaks_at_its_end_imports_nothing(team):
    before = everything()

    with pytest.raises(UnreadableFile):
        run(team, io.BytesIO(sample().getvalue() + b'"INC1,New'), LOG)

    assert everything() == before


def test_who_imported_stands_in_the_trail(team):
    person = factories.administrator("Root")

    run_log(team, "INC0000982", actor=person)

    done = Event.objects.filter(actor=person).order_by("pk").values_list("verb", "item__source_ref")
    assert list(done) == [
        (Verb.SETTINGS_CHANGED, None),
        (Verb.SETTINGS_CHANGED, None),
        (Verb.CUSTOMER_CREATED, None),
        (Verb.IMPORTED, "INC0000982"),
        (Verb.IMPORTED, None),
    ]
    assert Event.objects.order_by("pk").last().data == {
        "file": "file",
        "mapping": "servicenow_incident_log",
        "as_of": "2016-03-02T15:33:00+00:00",
        "rows": 5,
        "rejected": 0,
        "new": 1,
        "changed": 0,
        "timeline_only": 0,
    }
