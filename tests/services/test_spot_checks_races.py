"""Several at once: a week is opened once, drawn once, and a record is chosen and checked once."""

from datetime import timedelta
from functools import partial

import pytest

from accounts.models import User
from handover.check_template import KEYS
from handover.errors import Conflict
from handover.models import Clock, Draw, DrawnRecord, Event, Finding, SpotCheck
from handover.queries import spot_checks as queries
from handover.services import findings, spot_checks
from tests import factories
from tests.factories import NOW, Role
from tests.records import BEGIN, END, drawn_week, open_week, signed
from tests.threads import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_two_workers_open_a_week_once():
    open_week(factories.post().team)

    refused = at_once(*[lambda: spot_checks.keep(now=END)] * 2)

    assert (refused, Draw.objects.filter(starts_at=END).count()) == ([], 1)
    assert Event.objects.filter(verb="draw_committed").count() == 2


def test_two_who_draw_get_the_same():
    post = factories.post()
    draw = open_week(post.team, count=3)
    for hours in range(8):
        signed(post, at=BEGIN + timedelta(hours=hours))
    chief = factories.member(post.team, Role.SUPERVISOR)

    refused = at_once(
        lambda: spot_checks.draw(week=draw, actor=chief, now=END),
        lambda: spot_checks.draw(week=draw, actor=None, now=END),
    )

    told = queries.repeatable(Draw.objects.get(pk=draw.pk))
    assert (refused, len(told["drawn"]), DrawnRecord.objects.count()) == ([], 3, 3)
    assert Event.objects.filter(verb="drawn").count() == 1


def test_two_who_add_the_same_record_add_it_once():
    post = factories.post()
    signed(post)
    signed(post, at=NOW + timedelta(hours=1))
    draw = drawn_week(post.team, count=1)
    chosen, chief = queries.unchosen(draw)[0], factories.member(post.team, Role.SUPERVISOR)

    refused = at_once(
        *[lambda: spot_checks.add(week=draw, handover=chosen, reason="Late", actor=chief, now=END)] * 2
    )

    assert (refused, DrawnRecord.objects.filter(handover=chosen).count()) == ([Conflict], 1)


def test_two_who_score_a_record_score_it_once():
    post = factories.post()
    signed(post)
    drawn = drawn_week(post.team).records.get()
    chiefs = [factories.member(post.team, Role.SUPERVISOR) for _number in range(2)]
    scores = dict.fromkeys(KEYS, 3)

    refused = at_once(
        *[
            partial(spot_checks.score, drawn=drawn, scores=scores, remarks="", actor=chief, now=END)
            for chief in chiefs
        ]
    )

    assert (refused, SpotCheck.objects.count()) == ([Conflict], 1)


@pytest.fixture
def ada():
    return factories.member(factories.team(), name="Ada")


def filed(ada) -> tuple[Finding, User]:
    """What Ada is to put right, and who says so."""
    post = factories.post(ada.teams.get())
    chief = factories.member(post.team, Role.SUPERVISOR)
    signed(post, ada)
    drawn = drawn_week(post.team).records.get()
    check = spot_checks.score(drawn=drawn, scores=dict.fromkeys(KEYS, 3), remarks="", actor=chief, now=END)
    due_at = END + timedelta(days=7)
    facts = {"text": "Found", "correction": "Mend it", "responsible": ada, "due_at": due_at}
    return findings.file(check=check, facts=facts, actor=chief, now=END), chief


def seen(finding: Finding) -> Finding:
    """As each request reads it for itself."""
    return Finding.objects.get(pk=finding.pk)


def waiting(finding: Finding) -> list[str]:
    return list(Clock.objects.filter(finding=finding, stopped_at=None).values_list("kind", flat=True))


def test_an_answer_and_an_end_at_once_leave_one_of_them(ada):
    made, chief = filed(ada)

    refused = at_once(
        partial(findings.answer, finding=seen(made), text="Done", actor=ada, now=END),
        partial(findings.accept, finding=seen(made), text="Ends", actor=chief, now=END),
    )

    assert (refused, made.entries.count()) == ([Conflict], 1)
    assert waiting(made) == (["recheck"] if seen(made).state == "answered" else [])


def test_an_answer_sent_twice_at_once_is_one(ada):
    made, _chief = filed(ada)

    refused = at_once(
        *[partial(findings.answer, finding=seen(made), text="Done", actor=ada, now=END) for _number in (1, 2)]
    )

    assert (refused, made.entries.count(), waiting(made)) == ([Conflict], 1, ["recheck"])


def test_two_second_looks_at_once_leave_one_of_them(ada):
    made, chief = filed(ada)
    findings.answer(finding=seen(made), text="Done", actor=ada, now=END)
    other = factories.member(made.team, Role.SUPERVISOR)
    again = {"text": "And this?", "due_at": END + timedelta(days=9)}

    refused = at_once(
        partial(findings.accept, finding=seen(made), text="Thanks", actor=chief, now=END),
        partial(findings.ask_again, finding=seen(made), **again, actor=other, now=END),
    )

    assert (refused, made.entries.count()) == ([Conflict], 2)
    assert waiting(made) == (["finding"] if seen(made).state == "open" else [])
