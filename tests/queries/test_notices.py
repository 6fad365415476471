"""Who is to read which notice, and who has."""

from datetime import timedelta

import pytest

from accounts.models import User
from handover.queries import duty, notices
from handover.services import notices as writes
from tests import factories
from tests.factories import NOW, Role

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def desk():
    return factories.post()


def to_read(person: User, now=NOW) -> list[str]:
    return [notice.title for notice in notices.unread(duty.access(person, now)).notices]


def on_roster(desk, starts_at, **fields) -> User:
    return factories.assignment(factories.shift(desk, starts_at=starts_at), **fields).user


def people(desk) -> dict[str, User]:
    """Everybody who may have to do with the post, or not."""
    return {
        "on duty": factories.agent_on_duty(desk),
        "tomorrow": on_roster(desk, NOW + 20 * HOUR),
        "next week": on_roster(desk, NOW + 7 * DAY),
        "yesterday": on_roster(desk, NOW - DAY),
        "elsewhere": factories.agent_on_duty(factories.post(desk.team)),
        "leader": factories.member(desk.team, leads=desk),
        "other leader": factories.member(desk.team, leads=factories.post(desk.team)),
        "supervisor": factories.member(desk.team, Role.SUPERVISOR),
        "auditor": factories.member(desk.team, Role.AUDITOR),
        "administrator": factories.administrator(),
        "stranger": factories.agent_on_duty(factories.post()),
    }


OF_TEAM = {
    "on duty",
    "tomorrow",
    "next week",
    "yesterday",
    "elsewhere",
    "leader",
    "other leader",
    "supervisor",
}


@pytest.mark.parametrize(
    ("is_for_post", "expected"), [(False, OF_TEAM), (True, {"on duty", "tomorrow", "leader"})]
)
def test_notice_is_shown_to_the_people_concerned_and_to_nobody_else(desk, is_for_post, expected):
    everybody = people(desk)
    notice = factories.notice(desk.team, desk if is_for_post else None)

    shown = {name for name, person in everybody.items() if to_read(person)}

    assert shown == expected
    assert set(notices.concerned(notice)) == {everybody[name] for name in expected}


def test_who_is_replaced_on_the_roster_is_not_concerned_but_the_substitute_is(desk):
    place = factories.assignment(factories.shift(desk))
    substitute = factories.assignment(place.shift, substitutes=place).user
    notice = factories.notice(desk.team, desk)

    assert list(notices.concerned(notice)) == [substitute]
    assert (to_read(place.user), to_read(substitute)) == ([], [notice.title])


def test_author_need_not_read_the_own_notice(desk):
    leader = factories.member(desk.team, leads=desk)
    notice = factories.notice(desk.team, desk, author=leader)

    assert (to_read(leader), list(notices.concerned(notice))) == ([], [])


def test_unread_are_those_in_force_the_oldest_first(desk):
    reader = factories.member(desk.team)
    factories.notice(desk.team, title="Second", valid_from=NOW)
    factories.notice(desk.team, title="First", valid_from=NOW - HOUR)
    factories.notice(desk.team, title="To come", valid_from=NOW + HOUR)
    factories.notice(desk.team, title="Over", valid_from=NOW - HOUR, valid_until=NOW)
    factories.notice(desk.team, title="Withdrawn", withdrawn_at=NOW)
    read = factories.notice(desk.team, title="Read")
    writes.mark_read(notice=read, actor=reader, now=NOW)
    writes.mark_read(notice=factories.notice(factories.team()), actor=reader, now=NOW)

    assert to_read(reader) == ["First", "Second"]
    assert to_read(reader, NOW + HOUR) == ["First", "Second", "To come"]


def test_unread_shows_the_first_ones_and_says_that_there_are_more(desk):
    reader = factories.member(desk.team)
    for number in range(4):
        factories.notice(desk.team, title=f"{number}", valid_from=NOW - HOUR + number * timedelta(minutes=1))

    found = notices.unread(duty.access(reader, NOW))

    assert ([notice.title for notice in found.notices], found.has_more) == (["0", "1", "2"], True)


def test_receipts_tell_who_has_read_and_who_has_not(desk):
    author = factories.member(desk.team, Role.SUPERVISOR)
    notice = factories.notice(desk.team, author=author)
    ada, bo, _cy = (factories.member(desk.team, name=name) for name in ("Ada", "Bo", "Cy"))
    writes.mark_read(notice=notice, actor=ada, now=NOW)
    writes.mark_read(notice=notice, actor=bo, now=NOW + HOUR)
    User.objects.filter(pk=ada.pk).update(is_active=False)

    read = notices.receipts(notice, has_read=True)
    waiting = notices.receipts(notice, has_read=False)

    assert read == notices.Receipts(2, 1, [("Bo", NOW + HOUR), ("Ada", NOW)], "")
    assert waiting == notices.Receipts(2, 1, [("Cy", None)], "")


@pytest.mark.parametrize("has_read", [True, False])
def test_receipts_come_in_pages(desk, has_read):
    notice = factories.notice(desk.team)
    readers = [factories.member(desk.team) for _number in range(notices.PEOPLE + 1)]
    for reader in readers if has_read else []:
        writes.mark_read(notice=notice, actor=reader, now=NOW)

    first = notices.receipts(notice, has_read=has_read)
    second = notices.receipts(notice, has_read=has_read, after=first.after)

    shown = [name for name, _at in [*first.people, *second.people]]
    assert (len(first.people), len(second.people), second.after) == (notices.PEOPLE, 1, "")
    assert sorted(shown) == sorted(reader.display_name for reader in readers)


def test_listing_parts_what_is_in_force_from_what_is_past(desk):
    access = duty.access(factories.member(desk.team, Role.AUDITOR), NOW)
    current = factories.notice(desk.team, desk, title="Current", valid_from=NOW - HOUR)
    factories.notice(desk.team, title="Coming", valid_from=NOW + HOUR)
    factories.notice(desk.team, title="Over", valid_from=NOW - DAY, valid_until=NOW)
    factories.notice(desk.team, title="Withdrawn", withdrawn_at=NOW)
    factories.notice(factories.team(), title="Foreign")
    writes.mark_read(notice=current, actor=access.user, now=NOW)

    def rows(**how) -> list[tuple[object, ...]]:
        return [(row.notice.title, row.state, row.read_at) for row in notices.listing(access, **how).rows]

    assert rows() == [("Coming", "coming", None), ("Current", "in_force", NOW)]
    assert rows(is_past=True) == [("Withdrawn", "withdrawn", None), ("Over", "over", None)]


def test_listing_comes_in_pages(desk):
    access = duty.access(factories.member(desk.team), NOW)
    written = [factories.notice(desk.team).title for _number in range(notices.PAGE + 1)]

    first = notices.listing(access)
    second = notices.listing(access, before=first.older)

    assert [row.notice.title for row in [*first.rows, *second.rows]] == written[::-1]
    assert (len(second.rows), second.older) == (1, "")


def test_places_are_those_of_whoever_writes(desk):
    other = factories.post(desk.team)
    factories.post(desk.team, is_active=False)
    foreign = factories.post()

    def of(person: User) -> notices.Places:
        return notices.places(duty.access(person, NOW))

    assert of(factories.member(desk.team, leads=desk)) == notices.Places([], [desk])
    assert of(factories.member(desk.team, Role.SUPERVISOR)) == notices.Places([desk.team], [desk, other])
    assert of(factories.administrator()) == notices.Places(
        sorted([desk.team, foreign.team], key=lambda team: team.name),
        sorted([desk, other, foreign], key=lambda post: (post.team.name, post.name)),
    )
    assert of(factories.member(desk.team)) == notices.Places([], [])
