"""Addresses of calendars in the browser, and what they answer to whoever asks."""

import io
import logging
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from handover.models import CalendarFeed
from tests import factories
from tests.factories import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return factories.post(name="Front")


@pytest.fixture
def amy(desk, client):
    person = factories.member(desk.team, name="Amy")
    client.force_login(person)
    return person


@pytest.fixture
def log():
    """What goes to standard error."""
    handler, text = logging.getLogger("django").handlers[0], io.StringIO()
    former = handler.setStream(text)
    yield text
    handler.setStream(former)


def made(client, **fields):
    """The path of a new address, as its page shows it."""
    page = client.post(reverse("calendar_create"), fields)
    return re.search(r"http://testserver(/calendar/[\w-]+\.ics)", page.content.decode()).group(1)


def test_address_is_shown_once_and_read_without_signing_in(client, desk, amy):
    factories.assignment(factories.shift(desk, starts_at=timezone.now() + timedelta(days=1)), amy)
    path = made(client)

    answer = Client().get(path)

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"].startswith("private")
    assert len(Calendar.from_ical(answer.content).walk("VEVENT")) == 1
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    page = client.get(reverse("calendar_list")).content.decode()
    assert (token in page, "Never used." in page, "Last used" in page) == (False, False, True)


def test_address_that_is_revoked_unknown_or_of_a_disabled_person_is_not_there(client, amy):
    revoked, disabled = made(client), made(client)
    client.post(reverse("calendar_revoke", args=[CalendarFeed.objects.earliest("pk").pk]))
    amy.is_active = False
    amy.save(update_fields=["is_active"])

    paths = (revoked, disabled, "/calendar/unknown.ics")
    assert [Client().get(path).status_code for path in paths] == [404, 404, 404]


def test_address_asked_for_without_a_pause_says_when_to_come_back(client, amy):
    path = made(client)

    answers = [Client().get(path) for _twice in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].headers["Retry-After"] == "5"


def test_no_address_gets_into_the_log(client, amy, log, monkeypatch):
    path = made(client)
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    browser = Client(raise_request_exception=False)
    browser.get(path)
    browser.get(path)  # 429
    browser.post(path)  # 405
    browser.get(path.replace(".ics", ".txt"))  # 404
    monkeypatch.setattr("handover.queries.calendars.BEHIND", None)  # 500
    CalendarFeed.objects.update(used_at=None)
    browser.get(path)

    written = log.getvalue()
    assert (written.count("/calendar/..."), token in written) == (4, False)


def test_address_of_a_post_is_for_who_leads_it(client, desk, amy):
    stranger = factories.member(factories.team(), Role.SUPERVISOR)
    auditor = factories.member(desk.team, Role.AUDITOR)
    leader = factories.member(desk.team, leads=desk)
    answers = []
    for person in (amy, auditor, stranger, leader):
        client.force_login(person)
        answers.append(client.post(reverse("calendar_create"), {"post": desk.pk}).status_code)

    assert answers == [403, 403, 404, 200]
    assert list(CalendarFeed.objects.values_list("owner", "post")) == [(leader.pk, desk.pk)]


@pytest.mark.parametrize("post", ["x", "-1", "9" * 40, "²"])
def test_address_of_no_post_is_404(client, amy, post):
    assert client.post(reverse("calendar_create"), {"post": post}).status_code == 404


def test_address_is_revoked_by_its_owner_and_that_of_a_post_by_who_leads_it(client, desk, amy):
    leader, chief = factories.member(desk.team, leads=desk), factories.member(desk.team, Role.SUPERVISOR)
    own = CalendarFeed.objects.create(owner=leader, sha256="own", made_at=timezone.now())
    ours = CalendarFeed.objects.create(owner=leader, post=desk, sha256="ours", made_at=timezone.now())
    answers = {}
    for person in (amy, chief, leader):
        client.force_login(person)
        paths = [reverse("calendar_revoke", args=[feed.pk]) for feed in (own, ours)]
        answers[person] = [client.post(path).status_code for path in paths]

    assert answers == {amy: [404, 404], chief: [404, 302], leader: [302, 302]}
    assert CalendarFeed.objects.filter(revoked_at=None).count() == 0


def test_profile_and_roster_lead_to_the_addresses(client, amy):
    link = f'href="{reverse("calendar_list")}"'
    found = [link in client.get(reverse(page)).content.decode() for page in ("profile", "roster")]

    assert found == [True, True]
