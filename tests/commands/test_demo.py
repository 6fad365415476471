"""The demo: the promised situations stand whatever the hour, and the services really accept the next step."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Team, User
from handover import canonical
from handover.demo import installation
from handover.demo.accounts import ACCOUNTS, PASSWORD
from handover.demo.data_files import FOLDER, read
from handover.demo.spans import told
from handover.env import BASE_DIR
from handover.hints import must_fail
from handover.models import (
    Assignment,
    Dispute,
    DisputeStatement,
    Draw,
    DrawnRecord,
    Event,
    Finding,
    Handover,
    HandoverLine,
    IssueType,
    Kind,
    PendingItem,
    Post,
    Promise,
    SignOff,
    SpotCheckPlan,
    WeeklyAction,
    WeeklyReport,
)
from handover.queries import cut, duty, notices, record
from handover.services import confirmation, lines, submission
from tests import factories

pytestmark = pytest.mark.django_db

Answer = HandoverLine.Answer
State = Handover.State
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = [(0, 10), (8, 5), (15, 55), (23, 50)]
POSTS = read("centre")["posts"]
STAGES = {"registered": 34, "waiting": 17, "resolved": 51, "in_progress": 10, "closed": 28, "cancelled": 1}
VERBS = {
    Event.Verb.ADDENDUM_ADDED,
    Event.Verb.ANSWERED_BACK,
    Event.Verb.CALLED_AGAIN,
    Event.Verb.DISPUTE_RAISED,
    Event.Verb.DISPUTE_STATED,
    Event.Verb.DISPUTE_DECIDED,
    Event.Verb.DRAWN,
    Event.Verb.DRAW_COMMITTED,
    Event.Verb.FINDING_ACCEPTED,
    Event.Verb.LINE_QUESTIONED,
    Event.Verb.LINE_REPLIED,
    Event.Verb.NOTICE_WRITTEN,
    Event.Verb.RECORD_ADDED,
    Event.Verb.REOPENED,
    Event.Verb.RULE_DONE,
    Event.Verb.SUBSTITUTED,
    Event.Verb.TRANSFERRED,
    Event.Verb.TRANSFERRED_OUT,
    Event.Verb.WEEKLY_DONE,
}


def run(**options: bool) -> str:
    said = StringIO()
    call_command("demo", stdout=said, **options)
    return said.getvalue()


def count(rows: Any, *names: str) -> Counter[Any]:
    """How many rows there are of each value."""
    found = getattr(rows, "objects", rows).values_list(*names)
    return Counter(row if len(names) > 1 else row[0] for row in found)


def person(username: str) -> User:
    return User.objects.get(username=username)


def latest(key: str) -> Handover:
    """The handover at the boundary near now."""
    related = ("team", "post__team", "outgoing_shift__post", "incoming_shift__post")
    found = Handover.objects.select_related(*related).filter(post__name=POSTS[key]["name"])
    return found.order_by("-boundary_at")[0]


def sign_outgoing(handover: Handover, signer: User, now: datetime) -> None:
    signature = record.outgoing_signature(signer, as_supervisor=False)
    content = record.outgoing_content(record.load_draft(handover), signature)
    submission.submit_signed(
        handover=handover, signature=signature, seen_sha256=canonical.content_hash(content), now=now
    )


def sign_incoming(handover: Handover, signer: User, now: datetime, *, as_supervisor: bool = False) -> None:
    signature = record.incoming_signature(signer, as_supervisor=as_supervisor)
    content = record.incoming_content(handover, record.latest_round(handover), signature)
    confirmation.confirm_signed(
        handover=handover, signature=signature, seen_sha256=canonical.content_hash(content), now=now
    )


def receive(handover: Handover, receiver: User, now: datetime) -> None:
    """Accepts what is urgent, receives the rest, signs."""
    for line in cut.open_lines(handover):
        if line.item.is_urgent:
            lines.accept(line=line, read_back="I ring by 15:00.", heard_orally=True, actor=receiver, now=now)
    lines.receive_all(handover=handover, actor=receiver, now=now)
    sign_incoming(handover, receiver, now)


def every_text(value: Any) -> Iterator[str]:
    """Every text in the data of the demo."""
    if isinstance(value, str):
        yield value
    elif not isinstance(value, (int, bool)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from every_text(part)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_chinese_texts_have_chinese_punctuation(path: Path) -> None:
    chinese = [text for text in every_text(read(path.stem)) if CHINESE.search(text)]

    assert [text for text in chinese if re.search(r"[,:;?!()]", re.sub(r"\{.*?\}", "", text))] == []


@pytest.mark.parametrize(("hour", "minute"), HOURS)
def test_the_promised_situations_stand_whatever_the_hour(hour: int, minute: int) -> None:
    now = datetime(2026, 11, 22, hour, minute, 7, tzinfo=SHANGHAI).astimezone(UTC)

    installation.make(now)

    assert (Team.objects.count(), Post.objects.count(), User.objects.count()) == (3, 5, 40)
    assert count(PendingItem.objects.open(), "kind") == {"follow_up": 40, "urgent": 14, "reminder": 7}
    assert count(PendingItem, "stage") == STAGES
    assert count(Handover, "state") == {"confirmed": 46, "draft": 2, "submitted": 3, "lapsed": 1}
    assert count(Handover, "with_reservation")[True] == 5
    assert count(Handover.objects.filter(state=State.CONFIRMED), "taken_over", "round_count") == {
        (False, 1): 40,
        (False, 2): 5,
        (True, 1): 1,
    }
    assert count(Dispute, "state") == {"open": 1, "decided": 4}
    assert count(DisputeStatement, "side") == {"incoming": 5, "outgoing": 5}
    assert count(SpotCheckPlan, "per_week") == {2: 3}
    assert set(count(Promise, "state")) == set(Promise.State.values)
    assert all(count(Event, "verb")[verb] for verb in VERBS)
    assert_clocks_and_alarms_of_every_sort(now)
    assert_issue_types_are_in_the_language_of_the_team()
    assert all(duty.in_charge(post, now) for post in Post.objects.all())
    assert_past_weeks_are_drawn_checked_and_agreed_on(now)
    assert_trail_runs_with_time(now)
    assert_notices_wait(now)
    sign_as_each_role(now)
    assert {latest(key).state for key in POSTS} == {State.CONFIRMED}
    assert_every_signed_text_has_its_hash()


def assert_issue_types_are_in_the_language_of_the_team() -> None:
    names = IssueType.objects.values_list("team__name", "name")
    assert all(bool(CHINESE.search(name)) is bool(CHINESE.search(team)) for team, name in names)


def assert_clocks_and_alarms_of_every_sort(now: datetime) -> None:
    opened, soon = PendingItem.objects.open(), now + timedelta(minutes=15)
    promises = Promise.objects.filter(state=Promise.State.OPEN)
    assert promises.filter(due_at__range=(now, soon)).exists()
    assert promises.filter(due_at__lt=now).exists()
    assert opened.filter(next_due_at__range=(now, soon)).exists()
    assert opened.filter(idle_handover_count__gte=3).exists()
    assert opened.filter(promise_moves=2).exists()
    assert opened.filter(repeat_count__gte=1).exists()
    assert HandoverLine.objects.exclude(read_back="").exists()
    assert Assignment.objects.filter(substitutes__isnull=False, late_minutes__gte=15).exists()


def assert_past_weeks_are_drawn_checked_and_agreed_on(now: datetime) -> None:
    """Of both lasting teams, two whole weeks at least: all checked but one of the last, one finding open."""
    over = Draw.objects.filter(drawn_at__isnull=False).exclude(team__name="Promotion 大促小组")
    weeks = over.values_list("team__name", "week")
    latest = {team: max(week for name, week in weeks if name == team) for team, _week in weeks}
    unchecked = DrawnRecord.objects.filter(draw__in=over, checks__isnull=True)
    open_findings = Finding.objects.filter(state=Finding.State.OPEN, due_at__gt=now)
    draws = ("draw__team__name", "draw__week")
    of_finding = tuple(f"spot_check__record__{name}" for name in draws)

    assert count(unchecked, *draws) == count(open_findings, *of_finding) == dict.fromkeys(latest.items(), 1)
    assert Finding.objects.filter(state=Finding.State.ACCEPTED).count() == len(weeks) - len(latest)
    reports = WeeklyReport.objects.filter(week__in=latest.values())
    assert set(reports.values_list("team__name", "week")) == set(latest.items())
    waiting = WeeklyAction.objects.filter(report__in=reports, done_at=None, due_date__gt=now)
    assert set(waiting.values_list("report__team__name", flat=True)) == set(latest)


def assert_notices_wait(now: datetime) -> None:
    expected = {"agent.out": 1, "agent.next": 2, "jiaoban": 1, "jieban": 1, "helen.prior": 0}
    unread = {name: len(notices.unread(duty.access(person(name), now)).notices) for name in expected}
    assert unread == expected


def assert_trail_runs_with_time(now: datetime) -> None:
    numbers = list(Event.objects.order_by("at", "pk").values_list("pk", flat=True))
    assert numbers == sorted(numbers)
    assert not Event.objects.filter(at__gt=now).exists()


def sign_as_each_role(now: datetime) -> None:
    """Takes each handover that waits to its end, by the accounts that the sign-in page names."""
    draft = latest("service_desk")
    assert timedelta(minutes=20) <= draft.boundary_at - now <= timedelta(minutes=30)
    sign_outgoing(draft, person("agent.out"), now)
    receive(latest("service_desk"), person("agent.next"), now)

    receive(latest("technical_support"), person("agent.in"), now)

    returned = latest("front_line")
    assert (returned.state, returned.round_count) == (State.DRAFT, 1)
    sign_outgoing(returned, person("jiaoban"), now)
    receive(latest("front_line"), person("shen.zhixia"), now)

    line = HandoverLine.objects.select_related("item", "handover__post").get(answer=Answer.REFUSED)
    assert (line.handover, line.item.kind) == (latest("after_sales"), Kind.URGENT)
    jieban = person("jieban")
    lines.decide(line=line, holder=jieban, reason="He takes it.", actor=person("zhuguan"), now=now)
    sign_incoming(latest("after_sales"), jieban, now)

    abandoned, supervisor = latest("promotion"), person("supervisor")
    assert not Assignment.objects.on_duty(now).filter(shift=abandoned.incoming_shift).exists()
    confirmation.take_over(handover=abandoned, reason="Nobody came.", actor=supervisor, now=now)
    sign_incoming(latest("promotion"), supervisor, now, as_supervisor=True)


def assert_every_signed_text_has_its_hash() -> None:
    for sign_off in SignOff.objects.select_related("text"):
        text = sign_off.text
        content = json.loads(text.text)
        assert (canonical.sha256(text.text), canonical.dumps(content)) == (text.sha256, text.text)
        assert content["signature"]["user"] == sign_off.user_id


@pytest.mark.django_db(transaction=True)
def test_demo_is_made_anew_and_safe_to_run_twice(client: Client) -> None:
    factories.user(username=ACCOUNTS[0].username)  # what a first run has left

    made = run(reset=True)
    before = {model: list(model.objects.order_by("pk").values()) for model in (Event, PendingItem, User)}
    again = run()

    assert "The demo is ready." in made
    assert all(account.username in made for account in ACCOUNTS)
    assert "nothing was added" in again
    assert {model: list(model.objects.order_by("pk").values()) for model in before} == before
    for account in ACCOUNTS:
        answer = client.post("/login/", {"username": account.username, "password": PASSWORD})
        assert answer["Location"] == "/"
        client.post("/logout/")


def test_demo_keeps_away_from_work() -> None:
    factories.administrator()

    for options in ({}, {"reset": True}):
        with pytest.raises(CommandError, match="has teams or people of its own"):
            run(**options)

    assert User.objects.count() == 1


def test_demo_without_tables_says_what_to_run_first(tmp_path: Path) -> None:
    environment = {"DATA_DIR": str(tmp_path), "DEBUG": "1"}

    ended = subprocess.run(
        [sys.executable, "manage.py", "demo"],
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (
        "CommandError: The database is not up to date with this version. Run `manage.py migrate` first; "
        "`make run` does it by itself.\n"
    )


def test_reset_refuses_once_somebody_works_in_the_demo() -> None:
    factories.user(username=ACCOUNTS[0].username)
    factories.team("Our own team")

    with pytest.raises(CommandError, match=r"of its own \(Our own team\)"):
        run(reset=True)

    assert "nothing was added" in run()
    assert Team.objects.count() == 1


@pytest.mark.parametrize(
    ("demo", "there", "shown"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_sign_in_page_shows_the_accounts_of_a_demo_alone(
    client: Client, settings, demo: bool, there: bool, shown: bool
) -> None:
    settings.DEMO = demo
    factories.administrator(username=ACCOUNTS[0].username if there else "somebody")

    page = client.get("/login/").content.decode()

    assert (PASSWORD in page) == shown
    assert all((f">{account.username}<" in page) == shown for account in ACCOUNTS)


def test_texts_name_the_day_where_it_is_another_one() -> None:
    at = datetime(2026, 11, 22, 8, tzinfo=UTC)  # 16:00 in Shanghai

    spoken = [
        told(text, now=at, written_at=at, zone=SHANGHAI)
        for text in ("Asked at {-2h}.", "Answers by {+10h}.", "{-2h}已问。", "{+10h}前答复。")
    ]

    assert spoken == ["Asked at 14:00.", "Answers by 23 Nov 02:00.", "14:00已问。", "11月23日02:00前答复。"]


def test_texts_say_what_was_done() -> None:
    """Two weak ones are meant, to show what the program says of them."""
    at = datetime(2026, 11, 22, 8, tzinfo=UTC)
    stories = [story for key in POSTS for story in read(key)]
    texts = [story["progress"] for story in stories if not story.get("weak")]
    texts += [step["text"] for story in stories for step in story.get("then", []) if step["do"] == "progress"]
    weak = [
        text
        for text in texts
        if must_fail(told(text, now=at, written_at=at, zone=SHANGHAI), field="progress")
    ]

    assert weak == []
    assert sum(story.get("weak", False) for story in stories) == 2
