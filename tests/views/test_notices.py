"""Notices in the browser: shown first, read with one press, written and withdrawn by who may."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from handover.models import Notice, NoticeReceipt
from handover.services import notices
from tests import factories
from tests.boundary import Desk
from tests.counting import queries_of
from tests.factories import Role
from tests.world import World

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
WRITTEN = {"title": "Chat alone", "text": "Ask by chat.", "form_key": "k", "valid_until_preset": "tomorrow"}


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def desk():
    return factories.post(name="Front")


@pytest.fixture
def agent(client, desk, now):
    """Signed in and on duty."""
    person = factories.agent_on_duty(desk, now=now)
    client.force_login(person)
    return person


def sign_in(client, desk, role=Role.SUPERVISOR, **fields):
    person = factories.member(desk.team, role, **fields)
    client.force_login(person)
    return person


def page(notice) -> str:
    return reverse("notice_detail", args=[notice.pk])


def test_first_page_shows_a_notice_until_it_is_read(client, desk, agent, now):
    notice = factories.notice(desk.team, desk, now=now - HOUR)

    before = client.get("/")
    answer = client.post(reverse("notice_read", args=[notice.pk]))
    after = client.get("/")

    assert notice.text in before.content.decode()
    assert answer["Location"] == "/"
    assert notice.text not in after.content.decode()
    assert NoticeReceipt.objects.get().user == agent


def test_first_page_leads_to_a_long_notice_before_it_can_be_read(client, desk, agent, now):
    notice = factories.notice(desk.team, now=now - HOUR, text=f"{'Do it like this. ' * 30}The end.")
    button = reverse("notice_read", args=[notice.pk])

    first, whole = client.get("/").content.decode(), client.get(page(notice)).content.decode()

    assert ("The end." in first, button in first, page(notice) in first) == (False, False, True)
    assert ("The end." in whole, button in whole) == (True, True)


def test_first_page_asks_once_more_for_any_number_of_notices(client, desk, agent, now):
    def asked_of_notices() -> int:
        with_page = client.get("/").context["notices"]
        return len(with_page.notices)

    factories.notice(desk.team, now=now - HOUR)
    for_one = queries_of(client, "/")
    for _number in range(29):
        factories.notice(desk.team, desk, now=now - HOUR)

    assert queries_of(client, "/") == for_one
    assert asked_of_notices() == 3


@pytest.mark.parametrize(("is_read", "place"), [(False, "/"), (True, "/roster/")])
def test_check_in_leads_to_what_is_to_be_read(client, desk, now, is_read, place):
    person = sign_in(client, desk, Role.AGENT)
    assignment = factories.assignment(factories.shift(desk, starts_at=now), person)
    notice = factories.notice(desk.team, desk, now=now - HOUR)
    if is_read:
        NoticeReceipt.objects.create(notice=notice, user=person, read_at=now)

    answer = client.post(reverse("check_in", args=[assignment.pk]), {"next": "/roster/"})

    assignment.refresh_from_db()
    assert (answer["Location"], assignment.checked_in_at is not None) == (place, True)


def test_list_asks_as_often_for_one_as_for_thirty(client, desk, agent, now):
    factories.notice(desk.team, now=now)
    for_one = queries_of(client, reverse("notice_list"))
    for _number in range(29):
        factories.notice(desk.team, desk, now=now)

    assert queries_of(client, reverse("notice_list")) == for_one


def test_list_goes_on_where_the_page_ended(client, desk, agent, now):
    written = [factories.notice(desk.team, now=now - 2 * 24 * HOUR).title for _number in range(31)]

    first = client.get(reverse("notice_list"), {"show": "past"})
    second = client.get(reverse("notice_list") + first.context["older_url"])

    shown = [row.notice.title for response in (first, second) for row in response.context["page"].rows]
    assert shown == written[::-1]


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR])
def test_receipts_are_shown_to_who_supervises_or_audits(client, desk, now, role):
    reader = factories.agent_on_duty(desk, now=now, name="Reader Rita")
    notice = factories.notice(desk.team, now=now)
    sign_in(client, desk, role)

    assert reader.display_name in client.get(page(notice)).content.decode()

    NoticeReceipt.objects.create(notice=notice, user=reader, read_at=now)

    assert reader.display_name not in client.get(page(notice)).content.decode()
    assert reader.display_name in client.get(page(notice), {"show": "read"}).content.decode()


def test_receipts_ask_as_often_for_one_as_for_thirty_and_go_on(client, desk, now):
    notice = factories.notice(desk.team, now=now)
    sign_in(client, desk)
    for_one = queries_of(client, page(notice))
    readers = [factories.member(desk.team) for _number in range(60)]

    assert queries_of(client, page(notice)) == for_one

    NoticeReceipt.objects.bulk_create(
        NoticeReceipt(notice=notice, user=reader, read_at=now) for reader in readers
    )
    first = client.get(page(notice), {"show": "read"})
    second = client.get(page(notice) + first.context["older_url"])
    assert [len(answer.context["receipts"].people) for answer in (first, second)] == [50, 10]


def test_agent_sees_the_notice_without_its_receipts(client, desk, agent, now):
    colleague = factories.member(desk.team, name="Colleague Carl")
    notice = factories.notice(desk.team, now=now)
    NoticeReceipt.objects.create(notice=notice, user=colleague, read_at=now)

    text = client.get(page(notice), {"show": "read"}).content.decode()

    assert (notice.text in text, colleague.display_name in text) == (True, False)


def test_read_by_an_auditor_or_the_author_is_refused(client, desk, now):
    notice = factories.notice(desk.team, now=now)
    for person in (notice.author, factories.member(desk.team, Role.AUDITOR)):
        client.force_login(person)
        assert client.post(reverse("notice_read", args=[notice.pk])).status_code == 403

    assert not NoticeReceipt.objects.exists()


def test_notice_of_another_team_does_not_exist(client, agent, now):
    notice = factories.notice(factories.team(), now=now)

    assert client.get(page(notice)).status_code == 404
    assert client.post(reverse("notice_read", args=[notice.pk])).status_code == 404
    assert notice.title not in client.get(reverse("notice_list")).content.decode()
    assert not NoticeReceipt.objects.exists()


def test_supervisor_writes_for_the_team_once(client, desk, now):
    person = sign_in(client, desk)
    sent = WRITTEN | {"place": f"team-{desk.team_id}"}

    answers = [client.post(reverse("notice_create"), sent) for _time in range(2)]

    notice = Notice.objects.get()
    assert [answer["Location"] for answer in answers] == [reverse("notice_list")] * 2
    assert (notice.team, notice.post, notice.title, notice.author) == (desk.team, None, "Chat alone", person)
    assert now <= notice.valid_from < notice.valid_until


def test_leader_writes_for_the_own_posts_alone(client, desk):
    sign_in(client, desk, leads=desk)
    other = factories.post(desk.team)

    answers = [
        client.post(reverse("notice_create"), WRITTEN | {"place": place})
        for place in (f"team-{desk.team_id}", f"post-{other.pk}", f"post-{desk.pk}")
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 302]
    assert Notice.objects.get().post == desk


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": " "}, "title"),
        ({"text": ""}, "text"),
        ({"place": "team-0"}, "place"),
        ({"valid_until_preset": ""}, "valid_until"),
        ({"valid_until_preset": "at", "valid_until": "2020-01-01T00:00"}, "valid_until"),
        ({"valid_from_preset": "at", "valid_from": "2020-01-01T00:00"}, "valid_from"),
        ({"valid_from_preset": "tomorrow"}, "valid_until"),
        ({"valid_until_preset": "at", "valid_until": "9999-12-31T23:59"}, "valid_until"),
    ],
)
def test_what_is_wrong_stands_at_its_field_with_everything_typed(client, desk, wrong, field):
    sign_in(client, desk)

    answer = client.post(reverse("notice_create"), WRITTEN | {"place": f"team-{desk.team_id}"} | wrong)

    form = answer.context["form"]
    assert (answer.status_code, list(form.errors), Notice.objects.count()) == (200, [field], 0)
    assert (WRITTEN | wrong)["text"] in answer.content.decode()


def test_new_notice_may_begin_with_the_words_of_another(client, desk, now):
    sign_in(client, desk)
    own, foreign = factories.notice(desk.team, desk, now=now), factories.notice(factories.team(), now=now)

    def begins_with(like: object) -> list[object]:
        form = client.get(reverse("notice_create"), {"like": like}).context["form"]
        return [form[name].value() for name in ("place", "title", "text")]

    assert begins_with(own.pk) == [f"post-{desk.pk}", own.title, own.text]
    assert [begins_with(like) for like in (foreign.pk, "x", "9" * 40)] == [[None, None, None]] * 3


def test_withdrawn_notice_is_shown_to_nobody_and_says_so_on_its_page(client, desk, agent, now):
    notice = factories.notice(desk.team, now=now - HOUR)
    client.force_login(notice.author)

    answer = client.post(reverse("notice_withdraw", args=[notice.pk]))

    assert answer["Location"] == page(notice)
    assert "This notice was withdrawn." in client.get(page(notice)).content.decode()
    client.force_login(agent)
    assert notice.text not in client.get("/").content.decode()


def test_leader_may_not_withdraw_what_is_for_the_team(client, desk, now):
    notice = factories.notice(desk.team, now=now)
    sign_in(client, desk, leads=desk)

    assert client.post(reverse("notice_withdraw", args=[notice.pk])).status_code == 403
    assert not Notice.objects.exclude(withdrawn_at=None).exists()


@pytest.mark.parametrize("page_name", ["handover_edit", "handover_sign", "handover_print"])
def test_notices_in_force_stand_in_the_draft(client, page_name):
    desk = Desk()
    notice = factories.notice(desk.team, desk.post, now=desk.then)
    client.force_login(desk.ada)

    text = client.get(reverse(page_name, args=[desk.handover.pk])).content.decode()

    assert (notice.title in text, notice.text in text) == (True, True)


@pytest.mark.parametrize("page_name", ["handover_review", "handover_detail", "handover_print"])
def test_notices_in_force_stand_in_the_record_as_signed(client, page_name):
    world = World()
    notices.withdraw(notice=world.notice, actor=world.dai, now=world.now)
    client.force_login(world.bo)

    context = client.get(reverse(page_name, args=[world.earlier.pk])).context

    shown = context["notices"] if "notices" in context else context["page"].notices
    assert [notice.title for notice in shown] == [world.notice.title]
