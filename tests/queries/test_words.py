"""Instants and clocks in words, in the zone and the language of the reader."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from handover.models import ClockKind, Dispute, Kind, Promise
from handover.queries import item_rows, words

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)  # 14:00 in Shanghai


@pytest.fixture(autouse=True)
def in_shanghai():
    with timezone.override(ZoneInfo("Asia/Shanghai")), translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 11, 22, 6, 30, tzinfo=UTC), "14:30"),
        (datetime(2026, 11, 21, 16, 0, tzinfo=UTC), "00:00"),
        (datetime(2026, 11, 22, 16, 0, tzinfo=UTC), "tomorrow 00:00"),
        (datetime(2026, 11, 21, 15, 59, tzinfo=UTC), "yesterday 23:59"),
        (datetime(2026, 11, 25, 1, 5, tzinfo=UTC), "25 Nov 09:05"),
        (datetime(2027, 1, 1, 0, 0, tzinfo=UTC), "2027-01-01 08:00"),
    ],
)
def test_instant_words_name_another_day(at, expected):
    assert words.instant_words(at, NOW) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "now"),
        (59, "now"),
        (-59, "now"),
        (60, "in 1 min"),
        (12 * 60 + 59, "in 12 min"),
        (-8 * 60, "8 min ago"),
        (3600, "in 1 h"),
        (2 * 3600 + 5 * 60, "in 2 h 5 min"),
        (-24 * 3600, "1 d ago"),
        (3 * 24 * 3600 + 7200, "in 3 d"),
    ],
)
def test_relative_words_round_towards_now(seconds, expected):
    assert words.relative_words(NOW + timedelta(seconds=seconds), NOW) == expected


@pytest.mark.parametrize(
    ("minutes", "state", "icon", "text"),
    [
        (11, "running", "clock", "Respond by 14:11"),
        (10, "soon", "alarm", "Respond by 14:10"),
        (0, "broken", "warning", "No response by 14:00"),
        (-20, "broken", "warning", "No response by 13:40"),
    ],
)
def test_clock_words_follow_the_state(minutes, state, icon, text):
    due_at = NOW + timedelta(minutes=minutes)

    assert words.clock_words("response", due_at, NOW) == words.ClockWords(
        state=state,
        icon=icon,
        text=text,
        relative=words.relative_words(due_at, NOW),
        iso=words.iso(due_at),
        soon_minutes=10,
    )


def test_every_clock_has_words():
    assert {kind.value for kind in ClockKind} - set(words.CLOCKS) == set()


def test_moment_words_are_whole():
    assert words.moment_words(NOW) == "2026-11-22 14:00"


def test_iso_is_utc():
    assert words.iso(NOW.astimezone(ZoneInfo("Asia/Shanghai"))) == "2026-11-22T06:00:00Z"


def test_chinese_instants_and_clocks_read_in_chinese_order():
    past, soon = NOW - timedelta(days=3), NOW + timedelta(minutes=12)

    with translation.override("zh-hans"):
        assert words.instant_words(past, NOW) == "11月19日 14:00"
        assert words.instant_words(NOW - timedelta(days=1), NOW) == "昨天 14:00"
        assert words.relative_words(soon, NOW) == "12分钟后"
        assert words.relative_words(NOW - timedelta(minutes=125), NOW) == "2小时5分钟前"
        assert words.clock_words(ClockKind.TAKEN, soon, NOW).text == "14:12 前接手"
        assert words.listed(["周一", "周二"]) == "周一、周二"


@pytest.mark.parametrize(
    ("kind", "text"), [(Kind.REMINDER, "Act at 15:00"), (Kind.FOLLOW_UP, "Finish by 15:00")]
)
def test_next_clock_of_a_reminder_says_when_to_act(kind, text):
    clock = item_rows.next_clock(kind, ClockKind.DONE, NOW + timedelta(hours=1), words.Reader(NOW))

    assert clock
    assert clock.text == text


def test_next_clock_is_nothing_without_an_instant():
    assert item_rows.next_clock(Kind.URGENT, ClockKind.DONE, None, words.Reader(NOW)) is None


def test_labels_are_those_of_the_language_and_of_their_own_choices():
    said = []
    for language in ("en", "zh-hans"):
        with translation.override(language):
            speaker = words.Speaker()
            said.append((speaker.labels(Promise.State)["open"], speaker.labels(Dispute.State)["open"]))

    assert said == [("Open", "Open"), ("待兑现", "待裁决")]
