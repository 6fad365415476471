"""The marks of the pages: an icon and words, safe with any text."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone, translation
from django.utils.html import strip_tags

from handover.models import Customer, Kind, Stage
from handover.queries.words import clock_words
from handover.templatetags import rows, timelines, ui

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
ROW = {
    "id": 7,
    "url": "/items/7/",
    "kind": "urgent",
    "kind_label": "Urgent",
    "customer": "Wang Lihua",
    "need": "text_only",
    "need_note": "",
    "issue": "Refund",
    "progress": "Bank says Friday",
    "stage": "waiting",
    "stage_label": "Waiting",
    "holder": "",
    "place": "Front line",
    "clock": None,
    "handovers": "3",
    "is_new": True,
    "news": "Chen noted progress",
}
SPRITE = (
    '<svg class="icon" aria-hidden="true" focusable="false"><use href="/static/img/icons.svg#{}"></use></svg>'
)


@pytest.fixture(autouse=True)
def in_english():
    with timezone.override(UTC), translation.override("en"):
        yield


def test_icon_is_hidden_from_screen_readers():
    assert ui.icon("clock") == SPRITE.format("clock")


def test_icon_with_label_speaks():
    assert ui.icon("clock", label="Due <b>") == (
        SPRITE.format("clock") + '<span class="visually-hidden">Due &lt;b&gt;</span>'
    )


def test_every_icon_stands_in_the_sprite():
    shapes = Path("static/img/icons.svg").read_text(encoding="utf-8")
    names = {*ui.KIND_ICONS.values(), *ui.STAGE_ICONS.values(), *ui.NEED_ICONS.values()}

    assert [name for name in names if f'<symbol id="{name}"' not in shapes] == []


def test_every_kind_stage_and_need_has_an_icon():
    needs = set(Customer.Need) - {Customer.Need.NONE}

    assert set(ui.KIND_ICONS) == set(Kind.values)
    assert set(Stage.values) - set(ui.STAGE_ICONS) == set()
    assert set(ui.NEED_ICONS) == needs


def test_instant_says_the_hour_and_the_distance():
    assert ui.instant(NOW + timedelta(minutes=12), NOW) == (
        '<time datetime="2026-11-22T14:12:00Z">14:12 <span class="rel" data-rel>in 12 min</span></time>'
    )


def test_moment_says_the_day():
    assert ui.moment(NOW) == '<time datetime="2026-11-22T14:00:00Z">2026-11-22 14:00</time>'


def test_clock_says_which_and_its_state():
    assert ui.clock("promise", NOW - timedelta(minutes=20), NOW) == (
        '<span class="clock" data-state="broken" data-soon="15">'
        + SPRITE.format("warning")
        + "<span>Promise broken 13:40 · "
        + '<time datetime="2026-11-22T13:40:00Z" data-rel>20 min ago</time></span></span>'
    )


def test_nothing_is_shown_for_no_instant():
    assert [ui.instant(None), ui.moment(None), ui.clock("done", None), ui.clock_chip(None)] == [
        "",
        "",
        "",
        "",
    ]


@pytest.mark.parametrize("need", ["", Customer.Need.NONE])
def test_need_badge_is_silent_without_a_need(need):
    assert ui.need_badge(need, "a note") == ""


def test_need_badge_has_icon_and_words():
    words = 'Hard of hearing: text only<span class="need-note"> · &lt;sms&gt;</span>'

    assert ui.need_badge(Customer.Need.TEXT_ONLY, "<sms>") == (
        f'<span class="need">{SPRITE.format("ear")}<span>{words}</span></span>'
    )


@pytest.mark.parametrize(
    ("path", "address", "current"),
    [
        ("/items/4/", "/items/", True),
        ("/items/", "/items/", True),
        ("/items/", "/", False),
        ("/", "/", True),
        ("/disputes/4/", "/supervision/", True),
    ],
)
def test_nav_link_marks_the_section_of_the_page(path, address, current):
    link = ui.nav_link(address, "list", "Items", ui.section(path))

    assert ('aria-current="page"' in link) is current


def lines(row) -> list[str]:
    return [line.strip() for line in strip_tags(rows.item_row(row)).splitlines() if line.strip()]


def test_row_of_a_list_shows_everything_in_words():
    row = ROW | {"clock": clock_words("response", NOW + timedelta(minutes=5), NOW)}

    assert lines(row) == [
        "Urgent",
        "Wang Lihua Hard of hearing: text only Refund",
        "New Chen noted progress · Bank says Friday",
        "Queue: Front line Waiting Handed over so often: 3",
        "Respond by 14:05 · in 5 min",
    ]


def test_row_of_a_list_leaves_out_what_is_not():
    row = ROW | {"is_new": False, "handovers": "", "holder": "Li", "need": "none"}

    assert lines(row) == [
        "Urgent",
        "Wang Lihua  Refund",
        "Bank says Friday",
        "Li Waiting",
    ]


@pytest.mark.parametrize("field", ["customer", "need_note", "issue", "progress", "holder", "place", "news"])
def test_row_of_a_list_escapes_what_people_typed(field):
    html = rows.item_row(ROW | {field: "<img src=x>\"'"})

    assert "&lt;img src=x&gt;&quot;&#x27;" in html
    assert "<img" not in html


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("theme", ["", "dark"])
def test_part_that_is_the_same_for_all_follows_language_and_facts(language, theme):
    with translation.override(language):
        kept = ui.same_for_all("_theme_choices.html", theme=theme)
        fresh = render_to_string("_theme_choices.html", {"theme": theme})

    assert kept == fresh


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_language_switch_names_each_language_in_its_own(language):
    with translation.override(language):
        switch = render_to_string("_language.html", request=RequestFactory().get("/login/"))

    assert [words.strip() for words in strip_tags(switch).splitlines() if words.strip()] == [
        "English简体中文"
    ]


ENTRY = {
    "icon": "progress",
    "tone": "accent",
    "who": "Chen",
    "what": "noted progress",
    "ref": "#7",
    "url": "/items/7/",
    "at": "14:00",
    "iso": "2026-11-22T14:00:00Z",
    "relative": "now",
    "chips": ["Phone", "Angry"],
    "text": "Bank says Friday",
    "changes": ["Kind: old → new"],
}


def test_timeline_shows_everything_in_words():
    shown = strip_tags(timelines.timeline([ENTRY]))

    assert [line.strip() for line in shown.splitlines() if line.strip()] == [
        "Chen noted progress · #7",
        "14:00 now",
        "Phone Angry Kind: old → newBank says Friday",
    ]


def test_timeline_leaves_out_what_is_not():
    shown = timelines.timeline([ENTRY | {"url": "", "chips": [], "changes": [], "text": ""}])

    assert [line.strip() for line in strip_tags(shown).splitlines() if line.strip()] == [
        "Chen noted progress",
        "14:00 now",
    ]
    assert "<p" not in shown


@pytest.mark.parametrize("field", ["who", "what", "ref", "text"])
def test_timeline_escapes_what_people_typed(field):
    html = timelines.timeline([ENTRY | {field: "<img src=x>\"'"}])

    assert "&lt;img src=x&gt;&quot;&#x27;" in html
    assert "<img" not in html


@pytest.mark.parametrize("field", ["chips", "changes"])
def test_timeline_escapes_each_of_several(field):
    assert "<img" not in timelines.timeline([ENTRY | {field: ["<img src=x>"]}])
