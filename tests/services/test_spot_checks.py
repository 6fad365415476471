"""The plan, the commitment, the draw of a week, and what is added to it by hand."""

from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection

from handover import sampling
from handover.errors import Conflict, InvalidMove
from handover.models import Clock, Draw, DrawnRecord, Event, SpotCheckPlan, Waits
from handover.queries import spot_checks as queries
from handover.services import spot_checks
from tests import factories
from tests.factories import NOW, Role
from tests.records import BEGIN, END, drawn_week, open_week, signed

pytestmark = pytest.mark.django_db

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@pytest.fixture
def post():
    return factories.post()


def events(verb):
    return list(Event.objects.filter(verb=verb).order_by("pk"))


def drawn_of(draw):
    return list(draw.records.filter(place__isnull=False).order_by("place").values_list("handover", flat=True))


# --- Plan and commitment --------------------------------------------------------------------------
def test_plan_opens_the_present_week_and_binds_the_program_in_the_trail(post):
    draw = open_week(post.team, count=3, now=NOW)

    assert (draw.starts_at, draw.ends_at, draw.count, draw.drawn_at) == (BEGIN, END, 3, None)
    assert (draw.commitment, draw.committed_at) == (sampling.commitment(draw.seed), NOW)
    (event,) = events("draw_committed")
    assert event.data == {"week": "2026-03-09", "count": 3, "commitment": draw.commitment}
    assert (event.team, event.actor) == (post.team, None)


def test_plan_changed_in_the_week_counts_from_the_next_one(post):
    draw = open_week(post.team, count=3, now=NOW)
    chief = factories.administrator()

    spot_checks.change_plan(team=post.team, per_week=5, actor=chief, now=NOW + DAY)
    spot_checks.keep(now=END)

    counts = [(week.count, week.starts_at) for week in Draw.objects.order_by("week")]
    assert counts == [(3, BEGIN), (5, END)]
    assert Draw.objects.get(pk=draw.pk).commitment == draw.commitment
    changes = [event.data["changes"] for event in events("settings_changed")]
    assert changes == [{"per_week": ["0", "3"]}, {"per_week": ["3", "5"]}]


def test_no_plan_opens_no_week(post):
    spot_checks.change_plan(team=post.team, per_week=0, actor=factories.administrator(), now=NOW)

    spot_checks.keep(now=END)

    assert (SpotCheckPlan.objects.get().per_week, Draw.objects.count()) == (0, 0)


def test_plan_of_none_still_draws_the_week_that_is_bound(post):
    draw = open_week(post.team)
    record = signed(post)
    spot_checks.change_plan(team=post.team, per_week=0, actor=factories.administrator(), now=NOW)

    drawn = spot_checks.keep(now=END)

    assert (drawn, drawn_of(draw), Draw.objects.count()) == (1, [record.pk], 1)


def test_worker_opens_each_week_once_with_a_seed_of_its_own(post):
    SpotCheckPlan.objects.create(team=post.team, per_week=2)
    retired = factories.team(is_active=False)
    SpotCheckPlan.objects.create(team=retired, per_week=2)

    for now in (BEGIN, BEGIN, NOW, END, END + DAY):
        spot_checks.keep(now=now)

    weeks = list(Draw.objects.order_by("week"))
    assert [(week.team, week.starts_at) for week in weeks] == [(post.team, BEGIN), (post.team, END)]
    assert len({week.seed for week in weeks}) == 2
    assert len(events("draw_committed")) == 2


# --- Draw -----------------------------------------------------------------------------------------
def test_draw_takes_the_signed_records_of_the_week_and_no_others(post):
    elsewhere = factories.post()
    ada = factories.member(post.team)
    inside = [
        signed(post, ada, at=BEGIN),
        signed(post, ada, at=NOW, state="submitted", name="Night"),
        signed(post, ada, at=END - timedelta(seconds=1), state="lapsed"),
    ]
    signed(post, ada, at=BEGIN - timedelta(seconds=1))
    signed(post, ada, at=END)
    signed(post, ada, at=NOW + DAY, state="draft")  # returned, and not signed again
    signed(post, ada, at=NOW + 2 * DAY, state="lapsed", rounds=0)  # never signed
    signed(elsewhere, at=NOW)

    draw = drawn_week(post.team, count=2)

    marks = [("Day", inside[0]), ("Night", inside[1]), ("Day", inside[2])]
    assert draw.population == [
        {"id": record.pk, "post": post.pk, "shift": shift, "signer": ada.pk} for shift, record in marks
    ]
    assert drawn_of(draw) == sampling.draw(draw.population, count=2, seed=draw.seed)
    assert (draw.drawn_at, draw.drawn_by, draw.algorithm, draw.algorithm_version) == (
        END,
        None,
        "fewest-drawn-first",
        1,
    )


def test_draw_takes_what_was_signed_too_late_for_the_draw_of_its_own_week(post):
    first = drawn_week(post.team)
    late = signed(post, at=NOW, submitted_at=END + DAY)
    signed(post, at=END + DAY, name="Night")
    again = Draw.objects.create(
        team=post.team, week=first.week + 2 * WEEK, starts_at=END + WEEK, ends_at=END + 2 * WEEK, count=1,
        seed="a", committed_at=END + WEEK,
    )  # fmt: skip

    drawn = spot_checks.draw(week=again, actor=None, now=again.ends_at)

    # The week between had no draw: its records stay out, as before.
    assert (first.population, [each["id"] for each in drawn.population]) == ([], [late.pk])


def test_draw_marks_who_signed_the_last_round(post):
    bo = factories.member(post.team)
    signed(post, bo, rounds=2)

    draw = drawn_week(post.team)

    assert [candidate["signer"] for candidate in draw.population] == [bo.pk]


def test_draw_reveals_the_seed_in_the_trail(post):
    record = signed(post)

    draw = drawn_week(post.team)

    (event,) = events("drawn")
    assert event.data == {
        "week": "2026-03-09",
        "seed": draw.seed,
        "algorithm": "fewest-drawn-first v1",
        "population_sha256": event.data["population_sha256"],
        "drawn": [record.pk],
    }
    (committed,) = events("draw_committed")
    assert sampling.commitment(event.data["seed"]) == committed.data["commitment"]


def test_draw_waits_for_the_end_of_the_week(post):
    draw = open_week(post.team)

    with pytest.raises(InvalidMove, match="not over yet"):
        spot_checks.draw(week=draw, actor=factories.administrator(), now=END - timedelta(seconds=1))

    assert spot_checks.keep(now=END - timedelta(seconds=1)) == 0
    assert Draw.objects.get().drawn_at is None


def test_draw_a_second_time_gives_the_same_whatever_was_signed_meanwhile(post):
    for hours in range(6):
        signed(post, at=NOW + timedelta(hours=hours))
    first = drawn_week(post.team)
    before = drawn_of(first)
    signed(post, at=NOW + DAY)

    again = spot_checks.draw(week=first, actor=factories.administrator(), now=END + DAY)

    assert (again.population, again.drawn_at, again.drawn_by) == (first.population, END, None)
    assert drawn_of(again) == before
    assert len(events("drawn")) == 1


def test_draw_of_a_week_without_records_is_empty(post):
    draw = drawn_week(post.team)

    assert (draw.population, drawn_of(draw), draw.drawn_at) == ([], [], END)


def test_a_record_is_drawn_in_one_week_where_two_share_an_hour(post):
    record = signed(post, at=END - timedelta(hours=1))
    first = drawn_week(post.team)
    shared = Draw.objects.create(
        team=post.team,
        week="2026-03-16",
        starts_at=END - timedelta(hours=2),
        ends_at=END + 7 * DAY,
        count=2,
        seed="00" * 32,
        commitment=sampling.commitment("00" * 32),
        committed_at=END,
    )

    spot_checks.draw(week=shared, actor=None, now=END + 7 * DAY)

    assert (drawn_of(first), drawn_of(shared)) == ([record.pk], [])


def test_anyone_can_repeat_the_draw_from_what_is_published(post):
    for hours in range(9):
        signed(post, at=NOW + timedelta(hours=hours), name="Day" if hours % 2 else "Night")
    draw = drawn_week(post.team, count=4)

    told = queries.repeatable(draw)

    assert sampling.draw(told["population"], count=told["count"], seed=told["seed"]) == told["drawn"]
    assert len(told["drawn"]) == 4
    assert sampling.commitment(told["seed"]) == told["commitment"]


def test_a_draw_that_fails_holds_up_no_other(post, caplog):
    other = factories.post()
    for place in (post, other):
        open_week(place.team)
        signed(place)
    broken = Draw.objects.get(team=post.team)
    DrawnRecord.objects.create(draw=broken, handover=signed(post, at=NOW + DAY), place=1, at=NOW)

    drawn = spot_checks.keep(now=END)

    assert (drawn, f"The draw {broken.pk} failed" in caplog.text) == (1, True)
    assert Draw.objects.get(team=other.team, week="2026-03-09").drawn_at == END


def test_draw_that_runs_out_of_time_ends_the_run(post):
    week = open_week(post.team)

    def run_out_of_time(execute, sql, params, many, context):
        if sql.startswith('UPDATE "handover_draw"'):
            raise SoftTimeLimitExceeded
        return execute(sql, params, many, context)

    with connection.execute_wrapper(run_out_of_time), pytest.raises(SoftTimeLimitExceeded):
        spot_checks.keep(now=END)

    week.refresh_from_db()
    assert week.drawn_at is None
    assert spot_checks.keep(now=END) == 1


def test_draw_makes_each_record_wait_for_its_check(post):
    record = signed(post)
    signed(post, at=NOW + DAY)

    drawn_week(post.team, count=1)

    (clock,) = Clock.objects.filter(kind=Waits.CHECK)
    assert (clock.started_at, clock.due_at, clock.stopped_at) == (END, END + 5 * DAY, None)
    assert clock.handover.drawn_record.place == 1
    assert record.team == clock.handover.team


# --- By hand --------------------------------------------------------------------------------------
def test_add_marks_the_record_as_chosen_by_hand(post):
    for hours in range(3):
        signed(post, at=NOW + timedelta(hours=hours))
    draw = drawn_week(post.team, count=1)
    chief = factories.member(post.team, Role.SUPERVISOR)
    chosen = queries.unchosen(draw)[0]

    added = spot_checks.add(week=draw, handover=chosen, reason="Very late", actor=chief, now=END + DAY)

    assert (added.is_random, added.place, added.added_by, added.reason) == (False, None, chief, "Very late")
    (event,) = events("record_added")
    assert (event.handover, event.data, event.actor) == (chosen, {"reason": "Very late"}, chief)
    assert event.text == ""  # it would stand beside the record, where colleagues read it
    assert Clock.objects.get(handover=chosen, kind=Waits.CHECK).due_at == END + 6 * DAY
    assert [row.handover_id for row in queries.records(draw)] == [*drawn_of(draw), chosen.pk]


def test_add_refuses_what_is_chosen_already_or_not_of_the_week(post):
    record, other = signed(post), signed(post, at=END + DAY)
    draw = drawn_week(post.team)
    chief = factories.member(post.team, Role.SUPERVISOR)

    with pytest.raises(Conflict, match="already"):
        spot_checks.add(week=draw, handover=record, reason="Late", actor=chief, now=END)
    with pytest.raises(InvalidMove, match="does not belong"):
        spot_checks.add(week=draw, handover=other, reason="Late", actor=chief, now=END)

    assert DrawnRecord.objects.count() == 1


def test_add_comes_after_the_draw(post):
    record, draw = signed(post), open_week(post.team)

    with pytest.raises(InvalidMove, match="chance comes first"):
        spot_checks.add(
            week=draw, handover=record, reason="Late", actor=factories.administrator(), now=NOW + DAY
        )


def test_records_at_risk_are_named_with_their_reasons(post):
    fine = signed(post, at=NOW)
    late = signed(post, at=NOW + DAY, submitted_at=NOW + DAY + timedelta(minutes=16), rounds=2, score=40)
    lapsed = signed(post, at=NOW + 2 * DAY, state="lapsed")
    reserved = signed(post, at=NOW + 3 * DAY, with_reservation=True)
    for _number in range(3):
        item = factories.item(post)
        lapsed.lines.create(item=item, round_number=1, answer="carried", answered_at=NOW)
    draw = drawn_week(post.team, count=1)
    chosen = set(drawn_of(draw))

    risks = {risk.handover: risk.reasons for risk in queries.at_risk(draw)}

    expected = {
        late: ["It was signed late.", "It was returned.", "Its completeness score is 40 of 100."],
        lapsed: ["Nobody confirmed it.", "3 of its items were carried on."],
        reserved: ["It was confirmed with reservation."],
    }
    assert risks == {record: words for record, words in expected.items() if record.pk not in chosen}
    assert fine not in risks
