"""Notices are written once, withdrawn once, and read once by each person."""

from datetime import timedelta

import pytest

from handover.models import Event, Notice, NoticeReceipt
from handover.services import notices
from tests import factories
from tests.factories import NOW, Role
from tests.threads import at_once

LATER = NOW + timedelta(hours=1)
FACTS = notices.NoticeFacts(
    title="Chat alone", text="Ask by chat.", valid_from=NOW, valid_until=NOW + timedelta(days=1)
)


@pytest.fixture
def desk():
    return factories.post()


@pytest.fixture
def chief(desk):
    return factories.member(desk.team, Role.SUPERVISOR)


def trail() -> list[tuple[object, ...]]:
    return list(Event.objects.order_by("pk").values_list("verb", "actor", "team", "post", "at", "data"))


@pytest.mark.django_db
def test_write_keeps_what_was_said_and_leaves_an_event(desk, chief):
    notice = notices.write(team=desk.team, post=desk, facts=FACTS, actor=chief, now=NOW)

    fields = ("team", "post", "title", "text", "valid_from", "valid_until", "author", "at", "withdrawn_at")
    ends_at = NOW + timedelta(days=1)
    assert Notice.objects.values_list(*fields).get() == (
        desk.team_id,
        desk.pk,
        "Chat alone",
        "Ask by chat.",
        NOW,
        ends_at,
        chief.pk,
        NOW,
        None,
    )
    data = {"notice": notice.pk, "title": "Chat alone"}
    assert trail() == [("notice_written", chief.pk, desk.team_id, desk.pk, NOW, data)]


@pytest.mark.django_db
def test_write_twice_from_one_form_is_one_notice(desk, chief):
    same = {"team": desk.team, "post": None, "facts": FACTS, "actor": chief, "form_key": "k"}

    first = notices.write(**same, now=NOW)
    second = notices.write(**same, now=LATER)

    assert (first, Notice.objects.count(), len(trail())) == (second, 1, 1)


@pytest.mark.django_db
def test_write_with_the_form_key_of_somebody_else_is_a_notice_of_its_own(desk, chief):
    same = {"team": desk.team, "post": None, "facts": FACTS, "now": NOW, "form_key": "k"}
    other = factories.member(desk.team, Role.SUPERVISOR)

    assert notices.write(**same, actor=chief) != notices.write(**same, actor=other)


@pytest.mark.django_db
def test_withdraw_twice_counts_once(desk, chief):
    notice = factories.notice(desk.team)

    notices.withdraw(notice=notice, actor=chief, now=NOW)
    notices.withdraw(notice=notice, actor=factories.administrator(), now=LATER)

    notice.refresh_from_db()
    data = {"notice": notice.pk, "title": notice.title}
    assert notice.withdrawn_at == NOW
    assert trail() == [("notice_withdrawn", chief.pk, desk.team_id, None, NOW, data)]


@pytest.mark.django_db
def test_read_twice_keeps_the_first_time_and_leaves_no_event(desk):
    notice, reader = factories.notice(desk.team), factories.member(desk.team)

    notices.mark_read(notice=notice, actor=reader, now=NOW)
    notices.mark_read(notice=notice, actor=reader, now=LATER)

    assert list(NoticeReceipt.objects.values_list("notice", "user", "read_at")) == [
        (notice.pk, reader.pk, NOW)
    ]
    assert trail() == []


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_write_at_once_from_one_form_is_one_notice(desk, chief):
    same = {"team": desk.team, "post": None, "facts": FACTS, "actor": chief, "form_key": "k", "now": NOW}

    refused = at_once(*[lambda: notices.write(**same)] * 2)

    assert (refused, Notice.objects.count(), len(trail())) == ([], 1, 1)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_withdraw_at_once_by_two_counts_once(desk, chief):
    notice, other = factories.notice(desk.team), factories.member(desk.team, Role.SUPERVISOR)

    refused = at_once(
        lambda: notices.withdraw(notice=notice, actor=chief, now=NOW),
        lambda: notices.withdraw(notice=notice, actor=other, now=NOW),
    )

    assert (refused, len(trail())) == ([], 1)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_read_at_once_in_two_tabs_is_one_receipt(desk):
    notice, reader = factories.notice(desk.team), factories.member(desk.team)

    refused = at_once(*[lambda: notices.mark_read(notice=notice, actor=reader, now=NOW)] * 2)

    assert (refused, NoticeReceipt.objects.count()) == ([], 1)
