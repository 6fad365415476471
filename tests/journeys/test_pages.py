"""Every page, as everybody who may open it sees it: nothing to stumble over, with or without eyes."""

from http import HTTPStatus

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from handover.queries import setup
from tests import factories
from tests.journeys.inspection import DESK, PHONE, Mode, inspector
from tests.world import World, routes

pytestmark = pytest.mark.django_db(transaction=True)

PAPER = {"width": 688, "height": 1000}  # of A4 between its margins, in pixels of CSS
ROLES = ("agent", "supervisor", "administrator", "auditor")
MODES = pytest.mark.parametrize("mode", [DESK, PHONE], ids=str)
# What answers to everybody with something that is no page, and what is there before anybody else is.
NO_PAGES = {
    "healthz",
    "readyz",
    "pulse",
    "home_version",
    "board_version",
    "item_list_version",
    "handover_review_version",
    "webhook_version",
    "message_live",
    "message_version",
    "customer_options",
    "calendar_feed",
    "handover_text",
    "draw_json",
}
SETUP = {"setup", "setup_team", "setup_posts", "setup_patterns", "setup_people"}
# Forms that say of several fields what is wrong when they are sent empty.
FORMS = ("item_create", "customer_create", "team_create", "person_create", "password_change")


class Rooms(World):
    """The world, with what some pages need besides before they show anything."""

    def __init__(self) -> None:
        super().__init__()
        self.queued = self.item()
        factories.assignment(self.earlier.outgoing_shift, self.ada, checked_in_at=self.then)

    def paths(self) -> dict[str, str]:
        """Where each address leads."""
        found = {name: self.path_of(route) for name, route in routes().items()}
        found["line_check"] = reverse("line_check", args=[self.handover.pk, self.queued.pk])
        for name in ("handover_detail", "handover_join"):
            found[name] = reverse(name, args=[self.earlier.pk])
        return found


def is_page(answer: HttpResponse) -> bool:
    return answer.status_code == HTTPStatus.OK and answer.content.startswith(b"<!DOCTYPE html>")


def client_of(world: World, role: str) -> Client:
    client = Client()
    if person := world.person(role):
        client.force_login(person)
    return client


def pages_of(rooms: Rooms, role: str) -> list[str]:
    client = client_of(rooms, role)
    return [path for path in rooms.paths().values() if is_page(client.get(path))]


def test_every_address_is_a_page_to_somebody_or_takes_what_is_sent_alone():
    rooms = Rooms()
    clients = [client_of(rooms, role) for role in (*ROLES, "receiver", "anonymous")]
    left = set()
    for name, path in rooms.paths().items():
        answers = [client.get(path) for client in clients]
        is_only_sent_to = answers[0].status_code == HTTPStatus.METHOD_NOT_ALLOWED
        if not is_only_sent_to and not any(map(is_page, answers)):
            left.add(name)

    assert left == NO_PAGES | SETUP


@MODES
@pytest.mark.parametrize("role", ROLES)
def test_pages_of_a_person_are_sound(live_server, browser, role: str, mode: Mode):
    rooms = Rooms()
    paths = pages_of(rooms, role)

    with inspector(browser, live_server.url, mode, rooms.people[role]) as eye:
        wrong = eye.wrong_on(paths)

    assert (len(paths) > 10, wrong) == (True, {})


@MODES
def test_pages_of_the_receiver_alone_are_sound(live_server, browser, mode: Mode):
    rooms = Rooms()
    paths = sorted(set(pages_of(rooms, "receiver")) - set(pages_of(rooms, "agent")))

    with inspector(browser, live_server.url, mode, rooms.people["receiver"]) as eye:
        wrong = eye.wrong_on(paths)

    assert (len(paths) > 4, wrong) == (True, {})


@MODES
def test_pages_before_signing_in_are_sound(live_server, browser, mode: Mode):
    factories.user()

    with inspector(browser, live_server.url, mode) as eye:
        wrong = eye.wrong_on([reverse("login")])
        eye.page.locator("input[name=username]").fill("nobody")
        eye.page.locator("input[name=password]").fill("nothing")
        eye.page.locator("main form button.btn-primary").click()
        eye.page.wait_for_load_state()
        refused = eye.look()

    assert (wrong, refused) == ({}, [])


@MODES
def test_pages_of_the_set_up_are_sound(live_server, browser, mode: Mode):
    """Step after step, because the later ones open with the earlier ones."""
    wrong = {}
    with inspector(browser, live_server.url, mode) as eye:
        wrong |= eye.wrong_on([reverse("setup")])
    with inspector(browser, live_server.url, mode, factories.administrator()) as eye:
        wrong |= eye.wrong_on([reverse("setup_team")])
        place = factories.team()
        wrong |= eye.wrong_on([reverse("setup_posts")])
        factories.pattern(factories.post(place))
        wrong |= eye.wrong_on([reverse("setup_patterns"), reverse("setup_people")])

    assert (setup.progress().has_posts, wrong) == (True, {})


@MODES
def test_forms_that_were_filled_in_wrongly_are_sound(live_server, browser, mode: Mode):
    world = World()
    User.objects.filter(pk=world.dai.pk).update(is_administrator=True)

    wrong = {}
    with inspector(browser, live_server.url, mode, world.dai) as eye:
        for name in FORMS:
            eye.page.goto(reverse(name))
            eye.page.evaluate("document.querySelector('main form[method=post]').noValidate = true")
            eye.page.locator("main form[method=post] .btn-primary").first.click()
            eye.page.locator(".field-error").first.wait_for()
            if found := eye.look():
                wrong[name] = found

    assert wrong == {}


@MODES
def test_error_pages_are_sound(live_server, browser, mode: Mode):
    world = World()
    refused = reverse("team_create")

    with inspector(browser, live_server.url, mode, world.ada) as eye:
        for path in (refused, "/nowhere/"):
            eye.page.goto(path)
            eye.heard.clear()  # the browser itself notes the answer 403 or 404
            assert eye.look() == []


def test_record_fits_on_paper_and_leaves_the_screen_behind(live_server, browser):
    world = World()
    path = reverse("handover_print", args=[world.earlier.pk])

    with inspector(browser, live_server.url, DESK, world.people["auditor"]) as eye:
        eye.page.goto(path)
        eye.page.emulate_media(media="print")
        eye.page.set_viewport_size(PAPER)
        width = eye.page.evaluate("document.documentElement.scrollWidth")
        left = eye.page.locator(".rail, .topbar, .page-actions, .messages").filter(visible=True).count()
        customers = eye.page.locator("article.line").get_by_text(world.matter.customer.name).count()

    assert (width, left, customers) == (PAPER["width"], 0, 1)
